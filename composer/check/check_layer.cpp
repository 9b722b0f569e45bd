#include "composer/check/check_layer.hpp"

#include <array>

#include "composer/check/check_blob.hpp"
#include "composer/layer/decompress.hpp"
#include "composer/layer/tar_reader.hpp"
#include "signer/error.hpp"
#include "signer/printable.hpp"

namespace compose {

namespace {

// What a layer's bytes pass through once they are unpacked.
class TarCheck {
 public:
  TarCheck(const LayerToCheck& layer, LayerReport& report)
      : report_(report), reader_(layer.dialect, [this, keep = layer.want_entries](const TreeEntry& entry) {
          if (keep) report_.entries.push_back(entry);
        }) {}

  void take(std::span<const std::byte> bytes) {
    hasher_.update(bytes);
    report_.uncompressed += bytes.size();
    reader_.feed(bytes);
  }

  void finish(const std::optional<DiffId>& stated, const std::string& where) {
    const DiffId found(hasher_.finish());
    if (stated && *stated != found) {
      report_.findings.push_back(
          {"diff-id", where, fmt::format("the configuration says {}, the tar is {}", *stated, found), ""});
    }
    reader_.finish();
    for (Finding fault : reader_.faults()) {
      fault.where = where;
      report_.findings.push_back(std::move(fault));
    }
  }

 private:
  LayerReport& report_;
  Sha256Hasher hasher_;
  TarReader reader_;
};

// A stream that may break off: what comes after is still hashed by the caller, no longer unpacked.
class Unpacking {
 public:
  Unpacking(Compression compression, TarCheck& tar)
      : decoder_(compression, [&tar](std::span<const std::byte> bytes) { tar.take(bytes); }) {}

  void feed(std::span<const std::byte> bytes) {
    guard([&] { decoder_.feed(bytes); });
  }
  void finish() {
    guard([&] { decoder_.finish(); });
  }
  [[nodiscard]] const std::optional<std::string>& fault() const { return fault_; }

 private:
  template <typename Step>
  void guard(const Step& step) {
    if (fault_) return;
    try {
      step();
    } catch (const Error& error) {
      if (error.kind() != ErrorKind::verdict) throw;
      fault_ = error.what();
    }
  }

  Decompressor decoder_;
  std::optional<std::string> fault_;
};

// The compression to read a blob with. Its own first bytes win over its media type, which is
// then at fault; a zstd stream may begin with a skippable frame, which has no magic of its own.
Compression effective_compression(int fd, const Descriptor& blob, Compression stated,
                                  const std::string& where, Findings& findings) {
  std::array<std::byte, 16> first{};
  const std::size_t got = read_at(fd, first, 0, "a layer");
  const Compression seen = sniff_compression(std::span(first).first(got));
  if (seen == Compression::none || seen == stated) return stated;
  findings.push_back({"layer-compression", where,
                      fmt::format("the media type '{}' contradicts the bytes, which are {}",
                                  printable(blob.media_type), compression_name(seen)),
                      ""});
  return seen;
}

Finding unknown_type(const Descriptor& blob, const std::string& where) {
  return {"layer-media-type", where, fmt::format("'{}' is no type of a layer", printable(blob.media_type)),
          "layers are tar, plain or packed with gzip or zstd"};
}

bool is_foreign(const Descriptor& blob) {
  return blob.media_type.find("nondistributable") != std::string::npos ||
         blob.media_type.find("foreign") != std::string::npos;
}

}  // namespace

LayerReport check_layer(const Layout& layout, const LayerToCheck& layer) {
  LayerReport report;
  const Descriptor& blob = layer.blob;
  const std::string where = fmt::format("layer {}", layer.position);
  const auto stated = layer_compression(blob.media_type);
  if (!stated) report.findings.push_back(unknown_type(blob, where));
  const auto fd = open_checked_blob(layout, blob, where, report.findings);
  if (!fd) {
    if (is_foreign(blob)) report.findings.back().hint = "a foreign layer: compose never fetches from `urls`";
    return report;
  }
  if (!stated) {  // all that can be said of it
    const auto ignore = [](std::span<const std::byte>) {};
    static_cast<void>(stream_checked_blob(fd->get(), blob, ignore, where, report.findings));
    return report;
  }
  TarCheck tar(layer, report);
  Unpacking unpacking(effective_compression(fd->get(), blob, *stated, where, report.findings), tar);
  const auto unpack = [&](std::span<const std::byte> bytes) { unpacking.feed(bytes); };
  static_cast<void>(stream_checked_blob(fd->get(), blob, unpack, where, report.findings));
  unpacking.finish();
  if (unpacking.fault()) {
    report.findings.push_back({"layer-compression", where, *unpacking.fault(), ""});
  } else {
    tar.finish(layer.diff_id, where);
  }
  return report;
}

}  // namespace compose
