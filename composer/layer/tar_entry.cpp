#include "composer/layer/tar_entry.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

#include "composer/layer/entry_rules.hpp"
#include "composer/layer/pax_keyword.hpp"
#include "composer/layer/tar_name.hpp"
#include "composer/layer/tar_numbers.hpp"

namespace compose {

namespace {

// Sizes above this do not fit into the octal field.
constexpr std::uint64_t largest_octal_size = 0x1'ffff'ffff;

constexpr std::array<std::pair<char, EntryType>, 9> plain_types = {{
    {tar_type::old_file, EntryType::file},
    {tar_type::file, EntryType::file},
    {tar_type::contiguous, EntryType::file},
    {tar_type::hardlink, EntryType::hardlink},
    {tar_type::symlink, EntryType::symlink},
    {tar_type::char_device, EntryType::char_device},
    {tar_type::block_device, EntryType::block_device},
    {tar_type::directory, EntryType::directory},
    {tar_type::fifo, EntryType::fifo},
}};

enum class Flavour { old, posix, gnu };

template <std::size_t N>
std::string_view text_field(const char (&field)[N]) {
  return {field, strnlen(field, N)};
}

// Is there anything but NULs behind the first NUL?
template <std::size_t N>
bool hides_bytes(const char (&field)[N]) {
  const std::string_view rest = std::string_view(field, N).substr(strnlen(field, N));
  return rest.find_first_not_of('\0') != std::string_view::npos;
}

class Decoder {
 public:
  Decoder(const TarBlock& block, const TarExtensions& extensions, TarFaults& faults)
      : block_(block), extensions_(extensions), faults_(faults), raw_(raw_name(block, extensions)) {}

  DecodedEntry run() {
    read_flavour();
    check_keywords();
    read_size();
    read_type();
    read_name();
    read_link();
    read_attributes();
    read_device();
    if (decoded_.sized) settle_body();
    if (known_type_ && faults_.count() == faults_before_) check_whole();
    return std::move(decoded_);
  }

 private:
  void fault(std::string_view code, std::string_view message) { faults_.add_entry(code, raw_, message); }

  [[nodiscard]] const std::string* pax(std::string_view keyword) const {
    const auto found = extensions_.pax.find(keyword);
    return found == extensions_.pax.end() ? nullptr : &found->second;
  }

  void read_flavour() {
    const std::string_view magic(block_.magic, sizeof block_.magic + sizeof block_.version);
    if (magic.starts_with(std::string_view("ustar\0", 6))) {
      flavour_ = Flavour::posix;
    } else if (magic == std::string_view("ustar  \0", 8)) {
      flavour_ = Flavour::gnu;
    } else if (magic.find_first_not_of('\0') != std::string_view::npos) {
      fault("tar-magic", "no tar header that anybody writes");
    }
  }

  void check_keywords() {
    for (const auto& [keyword, value] : extensions_.pax) {
      if (const auto breach = pax_keyword_breach(keyword)) fault(breach->code, breach->message);
    }
    if (const std::string* charset = pax("hdrcharset")) {
      if (*charset != "BINARY" && *charset != "ISO-IR 10646 2000 UTF-8")
        fault("tar-pax", "an unknown hdrcharset");
    }
  }

  // A PAX number beats the field, which must then be good or too small for it.
  template <std::size_t N>
  std::uint64_t number(std::string_view keyword, const char (&field)[N]) {
    const auto in_field = parse_tar_number(field);
    if (!in_field) fault("tar-number", fmt::format("the {} in the header is no number or negative", keyword));
    const std::string* record = pax(keyword);
    if (record == nullptr) return in_field.value_or(0);
    const auto in_record = keyword == "mtime" ? parse_pax_time(*record) : parse_pax_number(*record);
    if (!in_record)
      fault("tar-number", fmt::format("the {} in the PAX header is no number or negative", keyword));
    return in_record.value_or(0);
  }

  void read_size() {
    const std::size_t before = faults_.count();
    size_ = number("size", block_.size);
    if (size_ > largest_file) fault("tar-number", "size out of range");
    decoded_.sized = faults_.count() == before;
    if (!decoded_.sized || pax("size") == nullptr) return;
    // Readers that know no PAX go by the field: where both can say the size, both must.
    const std::uint64_t field = parse_tar_number(block_.size).value_or(0);
    const bool too_large = size_ > largest_octal_size && (field == 0 || field == largest_octal_size);
    if (field == size_ || too_large) return;
    fault("tar-size", fmt::format("the header says {} bytes, its PAX header {}", field, size_));
    decoded_.sized = false;
  }

  void read_type() {
    const char flag = block_.type;
    const auto found = std::find_if(plain_types.begin(), plain_types.end(),
                                    [flag](const auto& type) { return type.first == flag; });
    known_type_ = found != plain_types.end();
    if (known_type_) {
      decoded_.entry.type = found->second;
    } else if (flag == tar_type::gnu_sparse) {
      fault("tar-sparse", "a sparse file");
    } else {
      fault("tar-type", fmt::format("unknown type '{}'", shown_name(std::string_view(&flag, 1))));
    }
    // Before POSIX, a directory was a file whose name ends in a slash.
    const bool old_directory = flag == tar_type::old_file && flavour_ == Flavour::old && raw_.ends_with('/');
    if (old_directory) decoded_.entry.type = EntryType::directory;
  }

  void read_name() {
    if (pax("path") != nullptr && extensions_.long_name) fault("tar-pax", "two headers give it a name");
    if (pax("path") == nullptr && !extensions_.long_name) {
      const bool hidden =
          hides_bytes(block_.name) || (flavour_ == Flavour::posix && hides_bytes(block_.prefix));
      if (hidden) fault("tar-path", "a NUL in the path");
    }
    const CleanName clean = clean_tar_name(raw_);
    if (clean.breach) return fault(clean.breach->code, clean.breach->message);
    if (clean.trailing_slash && known_type_ && decoded_.entry.type != EntryType::directory &&
        !clean.path.empty()) {
      fault("tar-path", fmt::format("a {} whose name ends in '/'", entry_type_name(decoded_.entry.type)));
    }
    decoded_.entry.path = clean.path;
    if (known_type_) read_whiteout();
  }

  void read_whiteout() {
    TreeEntry& entry = decoded_.entry;
    const std::string_view path = entry.path;
    const std::string_view name = path.substr(path.rfind('/') + 1);
    if (!name.starts_with(whiteout_prefix)) return;
    if (entry.type != EntryType::file) {
      return fault("tar-whiteout", fmt::format("a whiteout that is a {}", entry_type_name(entry.type)));
    }
    if (size_ != 0) fault("tar-whiteout", "a whiteout that is not empty");
    const std::string folder(parent_path(path));
    if (name == opaque_name) {
      entry.type = EntryType::opaque;
      entry.path = folder;
      return;
    }
    const std::string hidden(name.substr(std::strlen(whiteout_prefix)));
    if (hidden.empty() || hidden == "." || hidden == ".." || hidden.starts_with(whiteout_prefix)) {
      return fault("tar-whiteout", "a whiteout of no name that can exist");
    }
    entry.type = EntryType::whiteout;
    entry.path = folder.empty() ? hidden : folder + "/" + hidden;
  }

  void read_link() {
    TreeEntry& entry = decoded_.entry;
    if (!known_type_ || (entry.type != EntryType::symlink && entry.type != EntryType::hardlink)) return;
    const std::string* record = pax("linkpath");
    if (record != nullptr && extensions_.long_link) fault("tar-pax", "two headers give it a link");
    if (record == nullptr && !extensions_.long_link && hides_bytes(block_.link)) {
      fault("tar-link", "a NUL in the link");
    }
    entry.link =
        record != nullptr ? *record : extensions_.long_link.value_or(std::string(text_field(block_.link)));
    if (entry.type == EntryType::symlink) return;
    const CleanName clean = clean_tar_name(entry.link);
    if (clean.breach) {
      return fault("tar-hardlink",
                   fmt::format("hard link to '{}': {}", shown_name(entry.link), clean.breach->message));
    }
    entry.link = clean.path;
  }

  std::uint32_t id(std::string_view keyword, std::uint64_t value) {
    if (value <= highest_id) return static_cast<std::uint32_t>(value);
    fault("tar-number", fmt::format("{} out of range (2^31 - 1 at most)", keyword));
    return 0;
  }

  void read_attributes() {
    Attributes& attributes = decoded_.entry.attributes;
    // Some writers keep the file type in the bits above.
    attributes.mode = static_cast<std::uint32_t>(number("mode", block_.mode) & 07777);
    attributes.uid = id("uid", number("uid", block_.uid));
    attributes.gid = id("gid", number("gid", block_.gid));
    const std::uint64_t mtime = number("mtime", block_.mtime);
    if (mtime > static_cast<std::uint64_t>(latest_mtime)) {
      fault("tar-number", "modification time out of range (0 to 2^33 - 1)");
    } else {
      decoded_.entry.mtime = static_cast<std::int64_t>(mtime);
    }
    for (auto at = extensions_.pax.lower_bound(xattr_keyword);
         at != extensions_.pax.end() && at->first.starts_with(xattr_keyword); ++at) {
      attributes.xattrs.emplace(at->first.substr(std::strlen(xattr_keyword)), at->second);
    }
  }

  void read_device() {
    TreeEntry& entry = decoded_.entry;
    if (entry.type != EntryType::char_device && entry.type != EntryType::block_device) return;
    entry.device_major = id("major", number("major", block_.major));
    entry.device_minor = id("minor", number("minor", block_.minor));
  }

  // Which bytes follow: unpackers disagree about bodies of what is no file.
  void settle_body() {
    const EntryType type = decoded_.entry.type;
    const bool header_only =
        known_type_ && type != EntryType::file && type != EntryType::whiteout && type != EntryType::opaque;
    if (header_only && size_ != 0) {
      fault(type == EntryType::hardlink ? "tar-hardlink" : "tar-size",
            fmt::format("a {} with a body of {} bytes", entry_type_name(type), size_));
    }
    decoded_.body = header_only ? 0 : size_;
    decoded_.entry.size = type == EntryType::file ? decoded_.body : 0;
  }

  void check_whole() {
    if (const auto breach = entry_breach(decoded_.entry)) fault(breach->code, breach->message);
  }

  const TarBlock& block_;
  const TarExtensions& extensions_;
  TarFaults& faults_;
  std::string raw_;
  std::size_t faults_before_ = faults_.count();
  Flavour flavour_ = Flavour::old;
  bool known_type_ = true;
  std::uint64_t size_ = 0;
  DecodedEntry decoded_;
};

}  // namespace

std::string raw_name(const TarBlock& block, const TarExtensions& extensions) {
  const auto record = extensions.pax.find("path");
  if (record != extensions.pax.end()) return record->second;
  if (extensions.long_name) return *extensions.long_name;
  const std::string name(text_field(block.name));
  const bool posix = std::string_view(block.magic, sizeof block.magic) == std::string_view("ustar\0", 6);
  const std::string_view prefix = text_field(block.prefix);
  return posix && !prefix.empty() ? fmt::format("{}/{}", prefix, name) : name;
}

DecodedEntry decode_tar_entry(const TarBlock& block, const TarExtensions& extensions, TarFaults& faults) {
  return Decoder(block, extensions, faults).run();
}

}  // namespace compose
