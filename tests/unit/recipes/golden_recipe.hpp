// The recipe and policy that the tests of this room start from.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "signer/atomic_file.hpp"

namespace compose {

inline std::filesystem::path golden_folder() {
  return std::filesystem::path(COMPOSE_TESTS_DIR) / "golden" / "recipes";
}

inline std::string golden_text(std::string_view name) { return read_file(golden_folder() / name, 1u << 20); }

// `text` with the first `from` in it replaced; `from` must be there.
inline std::string edited(std::string text, std::string_view from, std::string_view to) {
  const std::size_t at = text.find(from);
  if (at == std::string::npos) throw failure_error("the text has no {}", from);
  return text.replace(at, from.size(), to);
}

}  // namespace compose
