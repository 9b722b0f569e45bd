#include <sys/utsname.h>

#include <array>
#include <cerrno>
#include <utility>

#include "recipes/recipe.hpp"
#include "signer/error.hpp"

namespace compose {

namespace {

constexpr std::size_t most_part_length = 64;

// One part of "os/architecture/variant": GOOS and GOARCH words and OCI variants look like this.
bool is_platform_part(std::string_view part) {
  if (part.empty() || part.size() > most_part_length) return false;
  for (const char letter : part) {
    const bool plain = (letter >= 'a' && letter <= 'z') || (letter >= '0' && letter <= '9');
    if (!plain && letter != '_' && letter != '-' && letter != '.') return false;
  }
  return part.front() != '.' && part.front() != '-';
}

// uname(2) "machine" → GOARCH and variant.
Platform platform_of_machine(std::string_view machine) {
  struct Row {
    std::string_view machine, architecture, variant;
  };
  static constexpr std::array<Row, 8> rows = {{{"x86_64", "amd64", ""},
                                               {"aarch64", "arm64", ""},
                                               {"i686", "386", ""},
                                               {"i386", "386", ""},
                                               {"armv7l", "arm", "v7"},
                                               {"armv6l", "arm", "v6"},
                                               {"loongarch64", "loong64", ""},
                                               {"armv8l", "arm", "v7"}}};
  for (const Row& row : rows) {
    if (row.machine == machine) {
      return {"linux", std::string(row.architecture), std::string(row.variant)};
    }
  }
  // riscv64, ppc64le and s390x have one name everywhere.
  return {"linux", std::string(machine), ""};
}

}  // namespace

std::string Platform::str() const {
  std::string text = os + "/" + architecture;
  if (!variant.empty()) text += "/" + variant;
  return text;
}

std::optional<Platform> Platform::from(std::string_view text) {
  std::array<std::string_view, 3> parts;
  std::size_t count = 0;
  while (true) {
    if (count == parts.size()) return std::nullopt;
    const std::size_t slash = text.find('/');
    parts[count] = text.substr(0, slash);
    if (!is_platform_part(parts[count++])) return std::nullopt;
    if (slash == std::string_view::npos) break;
    text.remove_prefix(slash + 1);
  }
  if (count < 2) return std::nullopt;
  return Platform{std::string(parts[0]), std::string(parts[1]), std::string(parts[2])};
}

Platform Platform::of_this_machine() {
  utsname names{};
  if (::uname(&names) != 0) throw errno_error(errno, "uname");
  return platform_of_machine(static_cast<const char*>(names.machine));
}

}  // namespace compose
