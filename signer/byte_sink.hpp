// Where a stream of bytes goes: one call for each piece, in order.
#pragma once

#include <cstddef>
#include <functional>
#include <span>
#include <string_view>

namespace compose {

using ByteSink = std::function<void(std::span<const std::byte>)>;

[[nodiscard]] inline std::span<const std::byte> bytes_of(std::string_view text) {
  return std::as_bytes(std::span(text));
}

[[nodiscard]] inline std::string_view text_of(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

}  // namespace compose
