// What a recipe asks for, as plain values: the language is written down in RECIPE.md.
//
// Paths of sources and keys are already made absolute (relative to the recipe's folder);
// paths inside the image are normalised: absolute, no trailing slash, no "." or "..".
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "signer/digest.hpp"

namespace compose {

// Where something stands in a recipe or policy; line and column count from 1.
struct SourcePosition {
  std::string file;
  unsigned line = 0;
  unsigned column = 0;
  [[nodiscard]] std::string str() const;  // "file:line:column"
  bool operator==(const SourcePosition&) const = default;
};

struct NumericOwner {
  std::uint32_t uid = 0;
  std::uint32_t gid = 0;
  bool operator==(const NumericOwner&) const = default;
};

struct ArchiveSource {  // tar in any compression, zip, cpio, deb, rpm
  std::filesystem::path path;
  std::optional<Sha256> sha256;  // of the file's bytes
};
struct DirSource {
  std::filesystem::path path;
};
struct GitSource {
  std::string location;  // an absolute path, or a URL
  std::string rev;       // tag, branch, commit or HEAD
  std::string subdir;    // inside the tree; "" is all of it
};
struct OciSource {
  std::filesystem::path layout;
  std::string ref;  // a tag or a digest
};
struct FilesSource {
  std::map<std::string, std::string> files;  // relative path → text; 0:0 0644
};
using Source = std::variant<ArchiveSource, DirSource, GitSource, OciSource, FilesSource>;

// The word of the recipe for a source: "archive", "dir", "git", "oci", "files".
[[nodiscard]] std::string_view source_kind(const Source& source);

struct AttributeRule {                // the last rule that matches an entry wins, field by field
  std::string match;                  // a glob, anchored at the source
  std::optional<std::uint32_t> mode;  // 12 bits; not for symbolic links
  std::optional<NumericOwner> owner;
};

enum class ModeRule { normalise, keep };  // git's 0644 and 0755, or the source's own

struct Stage {
  std::string name;
  std::string team;
  Source from;
  std::string to = "/";
  std::optional<NumericOwner> owner;
  std::vector<std::string> exclude;  // globs, anchored at the source, before `to`
  std::vector<AttributeRule> attributes;
  std::vector<std::string> remove;  // absolute paths in the image
  ModeRule mode = ModeRule::normalise;
  bool xattrs = false;
  SourcePosition position;       // of the [[stage]]
  SourcePosition from_position;  // of the source
  // The stage's own table as canonical JSON, as written (relative paths stay relative): what
  // its owner signs the digest of.
  std::string canonical;
};

struct Team {
  std::string name;
  std::filesystem::path key;
  std::vector<std::string> may_write = {"/**"};  // globs, anchored at the image's root
  SourcePosition position;
};

enum class Compression { none, gzip, zstd };
[[nodiscard]] std::string_view compression_name(Compression compression);

struct Platform {
  std::string os = "linux";
  std::string architecture;               // GOARCH names: amd64, arm64, …
  std::string variant;                    // "" or v7, v8, …
  [[nodiscard]] std::string str() const;  // "linux/arm64/v8"
  [[nodiscard]] static std::optional<Platform> from(std::string_view text);
  [[nodiscard]] static Platform of_this_machine();
  bool operator==(const Platform&) const = default;
};

// The OCI image configuration's "config" object.
struct RunConfig {
  std::vector<std::string> entrypoint;
  std::vector<std::string> cmd;
  std::map<std::string, std::string> env;
  std::string user;
  std::string workdir;
  std::map<std::string, std::string> labels;
  std::vector<std::string> ports;  // "8080/tcp"
};

enum class MountKind { config, data };
[[nodiscard]] std::string_view mount_kind_name(MountKind kind);

struct Mount {  // stays outside the image
  MountKind kind = MountKind::config;
  std::string path;
};

struct SmokeTest {
  std::string name;
  std::vector<std::string> run;
  int exit = 0;
  std::optional<std::string> out;  // RE2, ^ and $ at line ends
  std::optional<std::string> err;
  std::chrono::milliseconds within{30'000};
};

struct Recipe {
  std::filesystem::path file;    // as given
  std::filesystem::path folder;  // absolute
  std::string name;
  std::string tag;
  Platform platform;
  std::optional<std::int64_t> epoch;  // seconds
  Compression compression = Compression::zstd;
  std::map<std::string, Team> teams;
  std::vector<Stage> stages;
  std::string seal_team;
  RunConfig config;
  std::vector<Mount> mounts;
  std::vector<SmokeTest> tests;
};

}  // namespace compose
