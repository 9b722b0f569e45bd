#include "composer/oci/layout.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <nlohmann/json.hpp>

#include "composer/oci/json_object.hpp"
#include "signer/atomic_file.hpp"
#include "signer/error.hpp"
#include "signer/printable.hpp"
#include "signer/strict_json.hpp"

namespace compose {

namespace {

namespace fs = std::filesystem;

constexpr std::size_t most_layout_file = 4096;
constexpr std::size_t most_index = 4u << 20;
constexpr std::size_t read_piece = 1u << 20;

// The bytes of one of the layout's own files. Its absence is an error of kind `absent`, its
// being something else than a small file a verdict, and not being allowed to read a failure.
std::string read_own_file(const fs::path& path, std::size_t most, ErrorKind absent) {
  if (::access(path.c_str(), R_OK) != 0) {
    const bool nothing = errno == ENOENT || errno == ENOTDIR;
    throw errno_error(errno, fmt::format("open {}", path.string()), nothing ? absent : ErrorKind::failure);
  }
  return read_file(path, most, ErrorKind::verdict);
}

Index read_index(const fs::path& folder) {
  const fs::path path = folder / "index.json";
  const std::string bytes = read_own_file(path, most_index, ErrorKind::verdict);
  return with_context(
      [&] {
        Index index = decode_index(bytes);
        check_ref_names(index);
        return index;
      },
      "{}", path.string());
}

}  // namespace

void check_ref_names(const Index& index) {
  for (std::size_t i = 0; i < index.manifests.size(); ++i) {
    const auto& annotations = index.manifests[i].annotations;
    const auto name = annotations.find(std::string(ref_name_annotation));
    if (name != annotations.end() && !is_valid_ref_name(name->second)) {
      throw verdict_error("manifests[{}]: {}: '{}' is no reference", i, ref_name_annotation,
                          printable(name->second));
    }
  }
}

void check_layout_version(const fs::path& folder) {
  const fs::path path = folder / "oci-layout";
  std::string bytes;
  try {
    bytes = read_own_file(path, most_layout_file, ErrorKind::usage);
  } catch (Error& error) {
    if (error.kind() == ErrorKind::usage)
      error.add_context(fmt::format("{}: no OCI image layout", folder.string()));
    throw;
  }
  with_context(
      [&] {
        const nlohmann::json json = parse_strict_json(bytes);
        const std::string version = JsonObject(json, "").text("imageLayoutVersion");
        if (version != "1.0.0")
          throw verdict_error("imageLayoutVersion: '{}' is not 1.0.0", printable(version));
      },
      "{}", path.string());
}

Layout::Layout(fs::path folder) : folder_(std::move(folder)) {
  check_layout_version(folder_);
  index_ = read_index(folder_);
}

UniqueFd Layout::open_blob(const BlobDigest& digest) const {
  const fs::path path = folder_ / "blobs" / "sha256" / digest.hex();
  UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY));
  if (!fd) {
    if (errno == ENOENT || errno == ENOTDIR) throw verdict_error("blob {}: missing", digest);
    if (errno == ELOOP || errno == ENXIO) throw verdict_error("blob {}: not a regular file", digest);
    throw errno_error(errno, fmt::format("open {}", path.string()));
  }
  struct stat status {};
  if (::fstat(fd.get(), &status) != 0) throw errno_error(errno, fmt::format("stat {}", path.string()));
  if (!S_ISREG(status.st_mode)) throw verdict_error("blob {}: not a regular file", digest);
  return fd;
}

std::string Layout::read_blob(const Descriptor& descriptor, std::size_t most) const {
  if (descriptor.size > most) {
    throw verdict_error("blob {}: {} bytes, at most {} are read", descriptor.digest, descriptor.size, most);
  }
  const UniqueFd fd = open_blob(descriptor.digest);
  std::string bytes;
  stream_blob(fd.get(), descriptor, [&](std::span<const std::byte> piece) { bytes += text_of(piece); });
  return bytes;
}

void stream_blob(int fd, const Descriptor& descriptor, const ByteSink& sink) {
  const std::string name = fmt::format("blob {}", descriptor.digest);
  static_cast<void>(::posix_fadvise(fd, 0, 0, POSIX_FADV_SEQUENTIAL));
  std::vector<std::byte> buffer(std::min<std::uint64_t>(read_piece, descriptor.size + 1));
  Sha256Hasher hasher;
  std::uint64_t offset = 0;
  while (offset <= descriptor.size) {  // one byte more than there should be tells a longer file
    const std::uint64_t wanted = std::min<std::uint64_t>(buffer.size(), descriptor.size + 1 - offset);
    const auto piece = std::span(buffer).first(wanted);
    const std::size_t got = read_at(fd, piece, static_cast<off_t>(offset), name);
    if (offset + got > descriptor.size) {
      throw verdict_error("{}: larger than the {} bytes that its descriptor says", name, descriptor.size);
    }
    hasher.update(piece.first(got));
    sink(piece.first(got));
    offset += got;
    if (got < wanted) break;
  }
  if (offset != descriptor.size) {
    throw verdict_error("{}: {} bytes, its descriptor says {}", name, offset, descriptor.size);
  }
  const BlobDigest found(hasher.finish());
  if (found != descriptor.digest) throw verdict_error("{}: its bytes have the digest {}", name, found);
}

}  // namespace compose
