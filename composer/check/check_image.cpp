#include "composer/check/check_image.hpp"

#include <algorithm>

#include "composer/check/check_blob.hpp"
#include "composer/check/check_layer.hpp"
#include "composer/check/ordered_work.hpp"
#include "signer/error.hpp"
#include "signer/printable.hpp"

namespace compose {

namespace {

constexpr std::size_t most_layers = 127;  // more, and no overlay file system can be mounted

// Runs `body`; a verdict Error that leaves it becomes a finding.
template <typename Body>
auto as_finding(const char* code, const std::string& where, Findings& findings, const Body& body)
    -> std::optional<decltype(body())> {
  try {
    return body();
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::verdict) throw;
    findings.push_back({code, where, error.what(), error.hint()});
    return std::nullopt;
  }
}

}  // namespace

// One image: each step needs what the steps before it found sound, and tells all that it sees.
class ImageChecker {
 public:
  explicit ImageChecker(const CheckOptions& options) : options_(options) {}

  CheckResult check(const ImageRef& ref, const Platform& platform) {
    find_manifest(ref, platform);
    read_manifest();
    read_config();
    check_layers();
    if (!findings_.empty()) return {std::nullopt, std::move(findings_)};
    return {CheckedImage(std::move(*layout_), std::move(*descriptor_), std::move(*manifest_),
                         std::move(*config_), std::move(layers_)),
            {}};
  }

 private:
  void find_manifest(const ImageRef& ref, const Platform& platform);
  void read_manifest();
  void read_config();
  void check_platform();
  void check_counts();
  void check_layers();
  void add(const char* code, const std::string& where, std::string message) {
    findings_.push_back({code, where, std::move(message), ""});
  }

  const CheckOptions& options_;
  Findings findings_;
  std::optional<Layout> layout_;
  std::optional<Descriptor> descriptor_;
  std::optional<Manifest> manifest_;
  std::optional<ImageConfig> config_;
  std::vector<CheckedImage::Layer> layers_;
};

void ImageChecker::find_manifest(const ImageRef& ref, const Platform& platform) {
  layout_ = as_finding("index-invalid", "index", findings_, [&] { return Layout(ref.layout); });
  if (!layout_) return;
  descriptor_ =
      as_finding("index-invalid", "index", findings_, [&] { return layout_->resolve(ref, platform); });
}

void ImageChecker::read_manifest() {
  if (!descriptor_) return;
  const auto bytes = read_checked_blob(*layout_, *descriptor_, "manifest", findings_);
  if (!bytes) return;
  manifest_ = as_finding("manifest-invalid", "manifest", findings_, [&] { return decode_manifest(*bytes); });
  if (!manifest_) return;
  if (!manifest_->media_type.empty() && manifest_->media_type != descriptor_->media_type) {
    add("manifest-media-type", "manifest",
        fmt::format("it says '{}', its descriptor '{}'", printable(manifest_->media_type),
                    printable(descriptor_->media_type)));
  }
  if (manifest_->layers.size() > most_layers) {
    add("layer-limit", "manifest",
        fmt::format("{} layers, and no more than {} can be mounted", manifest_->layers.size(), most_layers));
  }
}

void ImageChecker::read_config() {
  if (!manifest_) return;
  const Descriptor& descriptor = manifest_->config;
  if (!is_config_type(descriptor.media_type)) {
    add("config-media-type", "config",
        fmt::format("'{}' is no image configuration: this is an artifact, not an image",
                    printable(descriptor.media_type)));
    manifest_.reset();  // its layers are whatever the artifact's authors wanted
    return;
  }
  const auto bytes = read_checked_blob(*layout_, descriptor, "config", findings_);
  if (!bytes) return;
  config_ = as_finding("config-invalid", "config", findings_, [&] { return decode_image_config(*bytes); });
  if (!config_) return;
  check_platform();
  check_counts();
}

void ImageChecker::check_platform() {
  if (!descriptor_->platform) return;
  const Platform& listed = *descriptor_->platform;
  const Platform& own = config_->platform;
  const bool same_variant = listed.variant.empty() || own.variant.empty() || listed.variant == own.variant;
  if (listed.os == own.os && listed.architecture == own.architecture && same_variant) return;
  add("platform", "config",
      fmt::format("it is for {}, the index says {}", printable(own.str()), printable(listed.str())));
}

void ImageChecker::check_counts() {
  const std::size_t layers = manifest_->layers.size();
  if (config_->diff_ids.size() != layers) {
    add("layer-count", "config",
        fmt::format("{} diff_ids, but the manifest has {} layers", config_->diff_ids.size(), layers));
  }
  const auto full = static_cast<std::size_t>(
      std::ranges::count_if(config_->history, [](const HistoryEntry& entry) { return !entry.empty_layer; }));
  if (!config_->history.empty() && full != layers) {  // the history as a whole may be absent
    add("history-count", "config",
        fmt::format("the history tells of {} layers, but the manifest has {}", full, layers));
  }
}

void ImageChecker::check_layers() {
  if (!manifest_) return;
  const auto& blobs = manifest_->layers;
  const auto stated = [&](std::size_t i) -> std::optional<DiffId> {
    if (!config_ || i >= config_->diff_ids.size()) return std::nullopt;
    return config_->diff_ids[i];
  };
  std::vector<LayerReport> reports(blobs.size());
  const auto read = [&](std::size_t i) {
    reports[i] = check_layer(*layout_, {.position = i,
                                        .blob = blobs[i],
                                        .diff_id = stated(i),
                                        .dialect = options_.dialect ? options_.dialect(i) : TarDialect::oci,
                                        .want_entries = static_cast<bool>(options_.on_layer)});
  };
  const auto deliver = [&](std::size_t i) {
    LayerReport report = std::move(reports[i]);
    if (options_.on_layer) options_.on_layer(i, report.entries);
    std::ranges::move(report.findings, std::back_inserter(findings_));
    if (const auto diff_id = stated(i)) layers_.push_back({blobs[i], *diff_id, report.uncompressed});
  };
  // More than can ever be mounted are more than anybody needs to read.
  work_in_order(options_.threads, std::min(blobs.size(), most_layers), read, deliver);
}

CheckResult check_image(const ImageRef& ref, const Platform& platform, const CheckOptions& options) {
  return ImageChecker(options).check(ref, platform);
}

}  // namespace compose
