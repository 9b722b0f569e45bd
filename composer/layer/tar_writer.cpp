#include "composer/layer/tar_writer.hpp"

#include <string>

#include "composer/layer/entry_rules.hpp"
#include "composer/layer/tar_format.hpp"
#include "composer/layer/tar_header.hpp"
#include "signer/error.hpp"

namespace compose {

namespace {

// Collects small pieces, so that hashing and compressing work on large ones.
class Collector {
 public:
  explicit Collector(const ByteSink& sink) : sink_(sink) { buffer_.reserve(capacity); }

  void write(std::span<const std::byte> bytes) {
    const bool large = bytes.size() >= capacity / 2;
    if (large || buffer_.size() + bytes.size() > capacity) flush();
    if (large) return sink_(bytes);
    buffer_ += text_of(bytes);
  }
  void write_zeros(std::uint64_t count) {
    static constexpr std::byte zeros[2 * tar_block_size] = {};
    write(std::span(zeros).first(count));
  }
  void flush() {
    if (!buffer_.empty()) sink_(bytes_of(buffer_));
    buffer_.clear();
  }

 private:
  static constexpr std::size_t capacity = 512u << 10;
  const ByteSink& sink_;
  std::string buffer_;
};

void write_content(const TreeEntry& entry, const ContentReader* contents, Collector& out) {
  if (contents == nullptr) throw failure_error("nobody knows its content");
  std::uint64_t seen = 0;
  const auto take = [&](std::span<const std::byte> bytes) {
    seen += bytes.size();
    if (seen > entry.size) throw usage_error("it grew while it was read");
    out.write(bytes);
  };
  contents->read(entry, take);
  if (seen != entry.size) throw usage_error("it shrank while it was read");
  out.write_zeros(tar_padding(entry.size));
}

}  // namespace

void write_tar(const FileTree& tree, const ByteSink& sink) {
  Collector out(sink);
  std::string header;
  for (const TreeEntry& entry : tree.entries) {
    header.clear();
    append_tar_header(header, entry);
    out.write(bytes_of(header));
    if (entry.type != EntryType::file || entry.size == 0) continue;
    with_context([&] { write_content(entry, tree.contents.get(), out); }, "entry '{}'",
                 shown_name(entry.path));
  }
  out.write_zeros(2 * tar_block_size);
  out.flush();
}

}  // namespace compose
