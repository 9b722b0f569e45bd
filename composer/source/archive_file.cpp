#include "composer/source/archive_file.hpp"

#include <archive.h>
#include <archive_entry.h>
#include <unistd.h>
#include <clocale>

#include <cerrno>
#include <limits>
#include <utility>

#include "signer/c_handle.hpp"
#include "signer/error.hpp"
#include "signer/printable.hpp"

namespace compose {

namespace {

constexpr std::size_t block_bytes = 128u << 10;

using ArchiveRead = CHandle<archive, ::archive_read_free>;
using Locale = CHandle<std::remove_pointer_t<locale_t>, ::freelocale>;

// libarchive turns names into the thread's character set; with UTF-8 they stay as they are.
class Utf8Names {
 public:
  Utf8Names() : locale_(::newlocale(LC_CTYPE_MASK, "C.UTF-8", nullptr)) {
    if (!locale_) throw errno_error(errno, "use the locale C.UTF-8");
    before_ = ::uselocale(locale_.get());
  }
  ~Utf8Names() { ::uselocale(before_); }
  Utf8Names(const Utf8Names&) = delete;
  Utf8Names& operator=(const Utf8Names&) = delete;

 private:
  Locale locale_;
  locale_t before_ = nullptr;
};

// The one place that maps the library's results to ours. Warnings mean that something was
// repaired or dropped: in a source that is a fault.
void expect_ok(archive* reader, la_ssize_t result) {
  if (result >= ARCHIVE_OK) return;
  const char* text = ::archive_error_string(reader);
  throw usage_error("{}", printable(text == nullptr ? "damaged" : text));
}

void support(archive* reader, ArchiveFormat format) {
  switch (format) {
    case ArchiveFormat::zip:
      return expect_ok(reader, ::archive_read_support_format_zip_seekable(reader));
    case ArchiveFormat::cpio:
      return expect_ok(reader, ::archive_read_support_format_cpio(reader));
    case ArchiveFormat::ar:
      return expect_ok(reader, ::archive_read_support_format_ar(reader));
    case ArchiveFormat::rpm:
      expect_ok(reader, ::archive_read_support_filter_rpm(reader));
      expect_ok(reader, ::archive_read_support_filter_gzip(reader));
      expect_ok(reader, ::archive_read_support_filter_xz(reader));
      expect_ok(reader, ::archive_read_support_filter_zstd(reader));
      expect_ok(reader, ::archive_read_support_filter_bzip2(reader));
      expect_ok(reader, ::archive_read_support_filter_lzma(reader));
      return expect_ok(reader, ::archive_read_support_format_cpio(reader));
    case ArchiveFormat::gzip:
      expect_ok(reader, ::archive_read_support_filter_gzip(reader));
      break;
    case ArchiveFormat::zstd:
      expect_ok(reader, ::archive_read_support_filter_zstd(reader));
      break;
    case ArchiveFormat::bzip2:
      expect_ok(reader, ::archive_read_support_filter_bzip2(reader));
      break;
    case ArchiveFormat::xz:
      expect_ok(reader, ::archive_read_support_filter_xz(reader));
      break;
    case ArchiveFormat::lzma:
      expect_ok(reader, ::archive_read_support_filter_lzma(reader));
      break;
    case ArchiveFormat::lz4:
      expect_ok(reader, ::archive_read_support_filter_lz4(reader));
      break;
    case ArchiveFormat::tar:
      throw failure_error("tar is read by our own reader");
  }
  expect_ok(reader, ::archive_read_support_format_raw(reader));
}

EntryType type_of(archive_entry* found, const std::string& name) {
  if (::archive_entry_hardlink(found) != nullptr) return EntryType::hardlink;
  switch (::archive_entry_filetype(found)) {
    case AE_IFREG:
      return EntryType::file;
    case AE_IFDIR:
      return EntryType::directory;
    case AE_IFLNK:
      return EntryType::symlink;
    case AE_IFCHR:
      return EntryType::char_device;
    case AE_IFBLK:
      return EntryType::block_device;
    case AE_IFIFO:
      return EntryType::fifo;
    default:
      throw usage_error("entry '{}': of a type that cannot be in an image", printable(name));
  }
}

// Numbers wider than the tree's: checked before they are cut.
template <typename To>
To fit(la_int64_t value, std::string_view what, const std::string& name) {
  if (value < 0 || std::cmp_greater(value, std::numeric_limits<To>::max())) {
    throw usage_error("entry '{}': {} {} is out of range", printable(name), what, value);
  }
  return static_cast<To>(value);
}

}  // namespace

struct ArchiveFile::State {
  Utf8Names names;  // outlives the reader
  ArchiveRead reader;
  ArchiveFormat format;
};

ArchiveFile::ArchiveFile(int fd, ArchiveFormat format) : state_(new State{{}, {}, format}) {
  if (::lseek(fd, 0, SEEK_SET) != 0) throw errno_error(errno, "read the archive from its beginning");
  state_->reader.reset(::archive_read_new());
  if (!state_->reader) throw failure_error("libarchive: out of memory");
  support(state_->reader.get(), format);
  expect_ok(state_->reader.get(), ::archive_read_open_fd(state_->reader.get(), fd, block_bytes));
}

ArchiveFile::~ArchiveFile() = default;

std::optional<TreeEntry> ArchiveFile::next() {
  archive_entry* found = nullptr;
  const int result = ::archive_read_next_header(state_->reader.get(), &found);
  if (result == ARCHIVE_EOF) return std::nullopt;
  expect_ok(state_->reader.get(), result);
  TreeEntry entry;
  const char* name = ::archive_entry_pathname(found);
  if (name == nullptr) throw usage_error("an entry whose name cannot be read");
  entry.path = name;
  if (::archive_entry_is_encrypted(found) != 0) {
    throw usage_error("entry '{}': is encrypted", printable(entry.path));
  }
  entry.type = type_of(found, entry.path);
  entry.attributes.mode = ::archive_entry_perm(found) & 07777u;
  entry.attributes.uid = fit<std::uint32_t>(::archive_entry_uid(found), "uid", entry.path);
  entry.attributes.gid = fit<std::uint32_t>(::archive_entry_gid(found), "gid", entry.path);
  entry.mtime = ::archive_entry_mtime(found);
  if (const char* link = ::archive_entry_hardlink(found)) entry.link = link;
  if (const char* link = ::archive_entry_symlink(found)) entry.link = link;
  if (::archive_entry_size_is_set(found) != 0) {
    entry.size = fit<std::uint64_t>(::archive_entry_size(found), "size", entry.path);
  }
  if (entry.type == EntryType::char_device || entry.type == EntryType::block_device) {
    entry.device_major = static_cast<std::uint32_t>(::archive_entry_rdevmajor(found));
    entry.device_minor = static_cast<std::uint32_t>(::archive_entry_rdevminor(found));
  }
  return entry;
}

void ArchiveFile::read(const ByteSink& sink) {
  const auto buffer = std::make_unique_for_overwrite<std::byte[]>(block_bytes);
  for (;;) {
    const la_ssize_t got = ::archive_read_data(state_->reader.get(), buffer.get(), block_bytes);
    expect_ok(state_->reader.get(), got);
    if (got == 0) return;
    sink({buffer.get(), static_cast<std::size_t>(got)});
  }
}

std::string archive_path(std::string_view name, EntryType type) {
  if (name == "." || name == "./") return "";
  if (name.starts_with("./")) name.remove_prefix(2);
  if (type == EntryType::directory && name.size() > 1 && name.ends_with('/')) name.remove_suffix(1);
  return std::string(name);
}

}  // namespace compose
