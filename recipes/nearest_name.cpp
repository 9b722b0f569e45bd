#include "recipes/nearest_name.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstddef>

#include "signer/printable.hpp"

namespace compose {

namespace {

constexpr std::size_t most_length = 64;
constexpr std::size_t most_candidates = 1000;

char lower(char letter) {
  return letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter - 'A' + 'a') : letter;
}

// Edit distance with swaps of neighbours, blind to case; both at most `most_length` long.
std::size_t edit_distance(std::string_view a, std::string_view b) {
  using Row = std::array<std::size_t, most_length + 1>;
  Row before_last{};
  Row last{};
  Row row{};
  for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    before_last = last;
    last = row;
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const bool same = lower(a[i - 1]) == lower(b[j - 1]);
      row[j] = std::min({last[j] + 1, row[j - 1] + 1, last[j - 1] + (same ? 0 : 1)});
      if (i > 1 && j > 1 && lower(a[i - 1]) == lower(b[j - 2]) && lower(a[i - 2]) == lower(b[j - 1])) {
        row[j] = std::min(row[j], before_last[j - 2] + 1);
      }
    }
  }
  return row[b.size()];
}

}  // namespace

std::optional<std::string> nearest_name(std::string_view name, const std::vector<std::string>& candidates) {
  if (name.empty() || name.size() > most_length) return std::nullopt;
  const std::size_t tolerance = std::max<std::size_t>(1, name.size() / 3);
  std::size_t best = tolerance + 1;
  std::optional<std::string> nearest;
  for (std::size_t i = 0; i < std::min(candidates.size(), most_candidates); ++i) {
    const std::string& candidate = candidates[i];
    if (candidate.empty() || candidate.size() > name.size() + tolerance || candidate.size() > most_length) {
      continue;
    }
    const std::size_t distance = edit_distance(name, candidate);
    // A name of which nothing is left is no neighbour: "x" is not near to "y".
    if (distance >= best || distance >= std::max(name.size(), candidate.size())) continue;
    best = distance;
    nearest = candidate;
  }
  return nearest;
}

std::string nearest_hint(std::string_view name, const std::vector<std::string>& candidates) {
  const auto nearest = nearest_name(name, candidates);
  return nearest ? fmt::format("did you mean '{}'?", printable(*nearest)) : std::string();
}

}  // namespace compose
