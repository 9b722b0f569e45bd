#include "recipes/faults.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "signer/printable.hpp"

namespace compose {

namespace {

constexpr std::size_t most_collected = 100;
constexpr std::size_t most_reported = 10;
constexpr std::size_t most_shown_bytes = 80;

}  // namespace

void Faults::add(Place place, std::string message, std::string hint) {
  if (!full()) faults_.push_back({place, std::move(message), std::move(hint)});
}

bool Faults::full() const { return faults_.size() >= most_collected; }

SourcePosition Faults::position(Place place) const { return {file_, place.line, place.column}; }

void Faults::throw_if_any() const {
  if (faults_.empty()) return;
  std::vector<Fault> sorted = faults_;
  std::stable_sort(sorted.begin(), sorted.end(),
                   [](const Fault& a, const Fault& b) { return a.place < b.place; });
  const std::size_t reported = std::min(sorted.size(), most_reported);
  std::string text;
  for (std::size_t i = 0; i < reported; ++i) {
    if (i > 0 && !sorted[i - 1].hint.empty()) text += fmt::format("\n  hint: {}", sorted[i - 1].hint);
    text += fmt::format("{}{}: {}", i > 0 ? "\n" : "", position(sorted[i].place).str(), sorted[i].message);
  }
  std::string hint = sorted[reported - 1].hint;
  if (sorted.size() > reported) {
    if (!hint.empty()) text += fmt::format("\n  hint: {}", hint);
    text += fmt::format("\n{}: and more", position(sorted[reported].place).file);
    hint.clear();
  }
  throw Error(ErrorKind::usage, text, hint);
}

Error fault_error(const std::string& file, const Fault& fault) {
  const SourcePosition position{file, fault.place.line, fault.place.column};
  return Error(ErrorKind::usage, fmt::format("{}: {}", position.str(), fault.message), fault.hint);
}

std::string excerpt(std::string_view text) {
  if (text.size() <= most_shown_bytes) return printable(text);
  std::size_t cut = most_shown_bytes;
  while (cut > 0 && (static_cast<unsigned char>(text[cut]) & 0xc0) == 0x80) --cut;
  return printable(text.substr(0, cut)) + "…";
}

std::string shown(std::string_view text) { return fmt::format("'{}'", excerpt(text)); }

}  // namespace compose
