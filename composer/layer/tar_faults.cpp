#include "composer/layer/tar_faults.hpp"

#include <fmt/format.h>

#include "composer/layer/entry_rules.hpp"

namespace compose {

void TarFaults::add(std::string_view code, std::string message) {
  ++count_;
  // The last word on a stream, and there is one at most.
  const bool last_word = code == "tar-broken";
  if (count_ <= most || last_word) {
    list_.push_back({std::string(code), "", std::move(message), ""});
  } else if (count_ == most + 1) {
    list_.push_back({"tar-more", "", fmt::format("more than {} faults: the rest is not named", most), ""});
  }
}

void TarFaults::add_entry(std::string_view code, std::string_view name, std::string_view message) {
  add(code, count_ > most ? std::string() : fmt::format("entry '{}': {}", shown_name(name), message));
}

}  // namespace compose
