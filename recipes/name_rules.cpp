#include "recipes/name_rules.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <utility>

#include "recipes/recipe.hpp"
#include "signer/digest.hpp"

namespace compose {

namespace {

constexpr std::size_t most_image_name = 255;
constexpr std::size_t most_tag = 128;
constexpr std::size_t most_team_name = 63;
constexpr std::size_t most_principal_name = 127;
constexpr std::size_t most_reference = 255;

bool is_lower(char c) { return c >= 'a' && c <= 'z'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_lower_or_digit(char c) { return is_lower(c) || is_digit(c); }
bool is_word(char c) { return is_lower_or_digit(c) || (c >= 'A' && c <= 'Z'); }
bool is_control_or_space(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte <= 0x20 || byte == 0x7f;
}

// What may stand between two runs of letters and digits: ".", "_", "__" or dashes.
bool is_separator(std::string_view text) {
  return text == "." || text == "_" || text == "__" || text.find_first_not_of('-') == std::string_view::npos;
}

// component ::= run (separator run)*
bool is_name_component(std::string_view part) {
  if (part.empty() || !is_lower_or_digit(part.front()) || !is_lower_or_digit(part.back())) return false;
  for (std::size_t i = 0; i < part.size();) {
    const auto* const begin = part.data() + i;
    const auto* const end = part.data() + part.size();
    const bool run = is_lower_or_digit(*begin);
    const auto* const stop = std::find_if(begin, end, [run](char c) { return is_lower_or_digit(c) != run; });
    const auto length = static_cast<std::size_t>(stop - begin);
    if (!run && !is_separator(part.substr(i, length))) return false;
    i += length;
  }
  return true;
}

bool is_image_name(std::string_view name) {
  for (;;) {
    const std::size_t slash = name.find('/');
    if (!is_name_component(name.substr(0, slash))) return false;
    if (slash == std::string_view::npos) return true;
    name.remove_prefix(slash + 1);
  }
}

template <typename First, typename Rest>
bool is_word_of(std::string_view text, std::size_t most, First first, Rest rest) {
  return !text.empty() && text.size() <= most && first(text.front()) &&
         std::all_of(text.begin(), text.end(), rest);
}

// The name that another tool uses for an architecture → ours.
std::string_view other_architecture(std::string_view name) {
  using Pair = std::pair<std::string_view, std::string_view>;
  static constexpr std::array<Pair, 6> names = {{{"x86_64", "amd64"},
                                                 {"x86-64", "amd64"},
                                                 {"aarch64", "arm64"},
                                                 {"i386", "386"},
                                                 {"i686", "386"},
                                                 {"armhf", "arm/v7"}}};
  for (const auto& [theirs, ours] : names) {
    if (theirs == name) return ours;
  }
  return {};
}

}  // namespace

Reason image_name_fault(std::string_view name) {
  if (name.size() > most_image_name) return fmt::format("longer than {} characters", most_image_name);
  if (is_image_name(name)) return std::nullopt;
  return "an image name is made of lower-case letters and digits with '.', '_', '__' or '-' between them, in "
         "parts with '/' between";
}

Reason tag_fault(std::string_view tag) {
  const auto first = [](char c) { return is_word(c) || c == '_'; };
  const auto rest = [](char c) { return is_word(c) || c == '_' || c == '.' || c == '-'; };
  if (is_word_of(tag, most_tag, first, rest)) return std::nullopt;
  return "a tag is made of at most 128 letters, digits, '_', '.' and '-', and begins with a letter, a digit "
         "or "
         "'_'";
}

Reason team_or_stage_fault(std::string_view name) {
  const auto rest = [](char c) { return is_lower_or_digit(c) || c == '_' || c == '.' || c == '-'; };
  if (is_word_of(name, most_team_name, is_lower_or_digit, rest)) return std::nullopt;
  return "a name is made of at most 63 lower-case letters, digits, '.', '_' and '-', and begins with a "
         "letter or "
         "a digit";
}

Reason principal_fault(std::string_view name) {
  const auto rest = [](char c) {
    return is_word(c) || std::string_view("._@+-").find(c) != std::string_view::npos;
  };
  if (is_word_of(name, most_principal_name, is_word, rest)) return std::nullopt;
  return "a principal's name is made of at most 127 letters, digits, '.', '_', '@', '+' and '-', and begins "
         "with "
         "a letter or a digit";
}

Reason platform_fault(std::string_view text) {
  const auto platform = Platform::from(text);
  if (!platform)
    return "a platform is 'os/architecture' or 'os/architecture/variant', as in 'linux/arm64/v8'";
  if (platform->os != "linux") return "only linux images can be composed";
  const std::string_view ours = other_architecture(platform->architecture);
  if (!ours.empty()) return fmt::format("OCI calls this architecture '{}'", ours);
  return std::nullopt;
}

Reason revision_fault(std::string_view rev) {
  if (rev.empty()) return "empty";
  if (rev.size() > most_reference) return fmt::format("longer than {} characters", most_reference);
  // What git-check-ref-format forbids is the syntax of its expressions.
  const bool expression = rev.find_first_of("~^:?*[\\") != std::string_view::npos ||
                          rev.find("..") != std::string_view::npos ||
                          rev.find("@{") != std::string_view::npos || rev.front() == '-' ||
                          std::any_of(rev.begin(), rev.end(), is_control_or_space);
  if (!expression) return std::nullopt;
  return "a revision is a tag, a branch, a commit or HEAD, not an expression";
}

Reason layout_ref_fault(std::string_view ref) {
  if (ref.empty()) return "empty";
  if (ref.size() > most_reference) return fmt::format("longer than {} characters", most_reference);
  if (ref.starts_with("sha256:") && !BlobDigest::from(ref))
    return "a digest is 'sha256:' and 64 lower-case hex digits";
  if (std::any_of(ref.begin(), ref.end(), is_control_or_space)) return "white space or control characters";
  return std::nullopt;
}

Reason sha256_fault(std::string_view hex) {
  if (Sha256::from_hex(hex)) return std::nullopt;
  return "a SHA-256 is 64 lower-case hex digits, without a prefix";
}

}  // namespace compose
