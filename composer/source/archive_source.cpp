// An archive as a source. Tar is read by our own reader, straight over the file or over a
// spool of its unpacked bytes; libarchive opens the rest (archive_file.hpp).
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <functional>

#include "composer/layer/decompress.hpp"
#include "composer/layer/tar_reader.hpp"
#include "composer/source/archive_file.hpp"
#include "composer/source/archive_format.hpp"
#include "composer/source/archive_tree.hpp"
#include "composer/source/file_slices.hpp"
#include "composer/source/source.hpp"
#include "composer/source/spool.hpp"
#include "signer/error.hpp"
#include "signer/printable.hpp"

namespace compose {

namespace {

constexpr std::size_t most_faults_told = 5;
// Zip keeps local time without saying of which zone, and the library reads it in this
// machine's. Such a time is no time: with the latest one, the stage's epoch always wins.
constexpr std::int64_t no_time = (std::int64_t{1} << 33) - 1;

struct OpenFile {
  UniqueFd fd;
  std::string name;
  std::uint64_t size = 0;
  std::optional<FileStamp> stamp;  // of files that others can write to
};

OpenFile open_archive(const std::filesystem::path& path) {
  OpenFile file{UniqueFd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)), path.string(),
                0, std::nullopt};
  const int fault = errno;
  if (!file.fd) throw errno_error(fault, fmt::format("open {}", printable(file.name)), ErrorKind::usage);
  struct stat status {};
  if (::fstat(file.fd.get(), &status) != 0)
    throw errno_error(errno, fmt::format("stat {}", printable(file.name)));
  if (S_ISDIR(status.st_mode)) {
    throw Error(ErrorKind::usage, fmt::format("open {}: is a folder", printable(file.name)),
                "for a folder write { dir = … }");
  }
  if (!S_ISREG(status.st_mode)) throw usage_error("open {}: not a regular file", printable(file.name));
  file.size = static_cast<std::uint64_t>(status.st_size);
  file.stamp = FileStamp::of(status);
  return file;
}

OpenFile from_spool(Spool spool, std::string name) {
  const std::uint64_t size = spool.size();
  return {spool.release(), std::move(name), size, std::nullopt};
}

ArchiveFormat format_of(const OpenFile& file) {
  std::array<std::byte, format_bytes> first{};
  const std::size_t got = read_at(file.fd.get(), first, 0, file.name);
  return archive_format(std::span(first).first(got));
}

// The whole file in pieces, from its beginning.
void stream(const OpenFile& file, const ByteSink& sink) {
  ::posix_fadvise(file.fd.get(), 0, 0, POSIX_FADV_SEQUENTIAL);
  read_slice(file.fd.get(), 0, file.size, sink, file.name);
  if (file.stamp) expect_unchanged(file.fd.get(), *file.stamp, file.name);
}

// What the author of an archive can do about a fault.
std::string hint_for(const Finding& fault) {
  if (!fault.hint.empty()) return fault.hint;
  if (fault.code == "tar-global")
    return "`git archive` writes such a header: take the repository as a git source";
  if (fault.code == "tar-duplicate")
    return "pack it anew: an archive that was appended to keeps both versions";
  if (fault.code == "tar-sparse") return "pack it without --sparse";
  if (fault.code == "tar-absolute") return "pack it from inside the folder: tar -C FOLDER -cf FILE .";
  return {};
}

Error faults_error(const Findings& faults) {
  std::string text;
  for (std::size_t i = 0; i < faults.size() && i < most_faults_told; ++i) {
    text += (i == 0 ? "" : "\n  ") + faults[i].message;
  }
  if (faults.size() > most_faults_told)
    text += fmt::format("\n  and {} more", faults.size() - most_faults_told);
  return Error(ErrorKind::usage, text, hint_for(faults.front()));
}

// Somebody else who wants to see the bytes of a file that is read anyway.
struct Watch {
  ByteSink bytes;
  std::function<void()> end;  // may throw, before anything else is said about the file
};

SourceTree load_tar(const Stage& stage, OpenFile file, const Watch* watch = nullptr) {
  ArchiveTree tree(stage);
  TarReader reader(TarDialect::oci, [&](const TreeEntry& entry) { tree.add(entry); });
  stream(file, [&](std::span<const std::byte> bytes) {
    if (watch != nullptr) watch->bytes(bytes);
    reader.feed(bytes);
  });
  reader.finish();
  if (watch != nullptr) watch->end();
  if (!reader.faults().empty()) throw faults_error(reader.faults());
  return tree.finish(std::make_shared<FileSlices>(std::move(file.fd), file.name, file.stamp));
}

// Zip, cpio and rpm: their contents are copied to a spool, their claims are checked.
SourceTree load_foreign(const Stage& stage, const OpenFile& file, ArchiveFormat format) {
  ArchiveTree tree(stage);
  Spool spool(file.size);
  ArchiveFile archive(file.fd.get(), format);
  while (auto entry = archive.next()) {
    const EntryType type = entry->type;
    entry->path = archive_path(entry->path, type);
    if (!entry->path.empty()) check_entry_path(entry->path);
    if (type == EntryType::hardlink) entry->link = archive_path(entry->link, type);
    if (format == ArchiveFormat::zip) entry->mtime = no_time;
    const std::uint64_t stated = entry->size;
    const std::string path = entry->path;
    tree.add(std::move(*entry));
    if (type != EntryType::file && type != EntryType::hardlink) continue;
    const std::uint64_t begin = spool.size();
    archive.read([&](std::span<const std::byte> bytes) { spool.write(bytes); });
    const std::uint64_t size = spool.size() - begin;
    if (type == EntryType::file && stated != size) {
      throw usage_error("entry '{}': {} bytes where {} are announced", printable(path), size, stated);
    }
    if (type == EntryType::file || size > 0) tree.set_content(begin, size);
  }
  return tree.finish(std::make_shared<FileSlices>(spool.release(), file.name));
}

OpenFile decompress(const OpenFile& file, ArchiveFormat format) {
  Spool spool(file.size);
  const ByteSink sink = [&](std::span<const std::byte> bytes) { spool.write(bytes); };
  if (format == ArchiveFormat::gzip || format == ArchiveFormat::zstd) {
    // Our own decoder: it takes nothing but whole members and frames.
    Decompressor decoder(format == ArchiveFormat::gzip ? Compression::gzip : Compression::zstd, sink);
    stream(file, [&](std::span<const std::byte> bytes) { decoder.feed(bytes); });
    decoder.finish();
  } else {
    ArchiveFile archive(file.fd.get(), format);
    if (archive.next()) archive.read(sink);
  }
  return from_spool(std::move(spool), file.name);
}

// deb(5): an ar archive of "debian-binary", "control.tar…" and "data.tar…", in this order.
OpenFile data_of_deb(const OpenFile& file) {
  ArchiveFile archive(file.fd.get(), ArchiveFormat::ar);
  const auto version = archive.next();
  std::string text;
  if (version && version->path == "debian-binary" && version->size < 64) {
    archive.read([&](std::span<const std::byte> bytes) { text += text_of(bytes); });
  }
  if (!text.starts_with("2.")) throw usage_error("an ar archive, but no Debian package of format 2");
  while (const auto member = archive.next()) {
    if (!member->path.starts_with("data.tar")) continue;
    Spool spool(file.size);
    archive.read([&](std::span<const std::byte> bytes) { spool.write(bytes); });
    return from_spool(std::move(spool), file.name);
  }
  throw usage_error("a Debian package without data.tar");
}

SourceTree load_bytes(const Stage& stage, OpenFile file) {
  ArchiveFormat format = format_of(file);
  if (format == ArchiveFormat::ar) {
    file = data_of_deb(file);
    format = format_of(file);
    if (format != ArchiveFormat::tar && !is_compression(format)) throw usage_error("data.tar is no tar");
  }
  if (is_compression(format)) {
    const ArchiveFormat packed = format;
    file = with_context([&] { return decompress(file, packed); }, "{}", archive_format_name(packed));
    format = format_of(file);
  }
  if (format == ArchiveFormat::tar) return load_tar(stage, std::move(file));
  if (format == ArchiveFormat::zip || format == ArchiveFormat::cpio || format == ArchiveFormat::rpm) {
    return with_context([&] { return load_foreign(stage, file, format); }, "{}", archive_format_name(format));
  }
  throw usage_error("holds a {} file where an archive of files is expected", archive_format_name(format));
}

void expect_digest(const ArchiveSource& source, const Sha256& found) {
  if (!source.sha256 || *source.sha256 == found) return;
  throw Error(ErrorKind::usage,
              fmt::format("sha256 is {}, but the recipe says {}", found.hex(), source.sha256->hex()),
              "the file is another one than the recipe means: get the right one, or correct the recipe");
}

SourceTree load_checked(const Stage& stage, const ArchiveSource& source, OpenFile file) {
  Sha256Hasher hasher;
  std::string digest;
  const Watch watch{.bytes = [&](std::span<const std::byte> bytes) { hasher.update(bytes); },
                    .end =
                        [&] {
                          const Sha256 found = hasher.finish();
                          digest = "sha256:" + found.hex();
                          expect_digest(source, found);
                        }};
  SourceTree loaded;
  if (format_of(file) == ArchiveFormat::tar) {  // one reading does for both
    loaded = load_tar(stage, std::move(file), &watch);
  } else {
    stream(file, watch.bytes);
    watch.end();
    loaded = load_bytes(stage, std::move(file));
  }
  loaded.inputs["archive"] = digest;
  return loaded;
}

}  // namespace

SourceTree load_archive(const Stage& stage, const ArchiveSource& source) {
  OpenFile file = open_archive(source.path);
  const std::string name = printable(file.name);
  try {
    return with_context([&] { return load_checked(stage, source, std::move(file)); }, "{}", name);
  } catch (const Error& error) {
    // The decoders speak of images; what is wrong with a source is wrong with the recipe's input.
    if (error.kind() != ErrorKind::verdict) throw;
    throw Error(ErrorKind::usage, error.what(), error.hint());
  }
}

}  // namespace compose
