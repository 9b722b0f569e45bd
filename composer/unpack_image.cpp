#include "composer/unpack_image.hpp"

#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <set>

#include "composer/check/check_image.hpp"
#include "composer/layer/unpack.hpp"
#include "composer/stage_of_layer.hpp"
#include "signer/error.hpp"
#include "signer/printable.hpp"
#include "signer/temporary_folder.hpp"

namespace compose {

namespace {

namespace fs = std::filesystem;

void hold_empty(const fs::path& folder) {
  std::error_code fault;
  if (!fs::exists(fs::symlink_status(folder, fault))) return;
  if (fs::is_directory(folder) && fs::is_empty(folder)) return;
  throw usage_error("{}: is there already and not an empty folder", folder.string());
}

std::vector<std::size_t> wanted_layers(const CheckedImage& image, const std::string& stage) {
  const auto stages = stage_of_layers(image.layout(), image.descriptor().digest, image.layers().size());
  std::vector<std::size_t> wanted;
  std::set<std::string> names;
  for (std::size_t i = 0; i < image.layers().size(); ++i) {
    names.insert(stages[i].stage);
    if (stage.empty() || stages[i].stage == stage) wanted.push_back(i);
  }
  if (!wanted.empty()) return wanted;
  std::string known;
  for (const auto& name : names)
    known += (known.empty() ? "" : ", ") + (name.empty() ? "(none recorded)" : printable(name));
  throw Error(ErrorKind::usage, fmt::format("the image has no stage '{}'", printable(stage)),
              "its stages: " + known);
}

}  // namespace

void unpack_image(const ImageRef& ref, const fs::path& folder, const std::string& stage, Progress& progress) {
  hold_empty(folder);
  CheckResult checked = check_image(ref, Platform::of_this_machine());
  if (!checked.image) {
    throw verdict_error("the image is faulty ({} findings, see `compose check`): {}", checked.findings.size(),
                        checked.findings.front().message);
  }
  const fs::path place = fs::absolute(folder);
  const TemporaryFolder building(".compose-unpack", place.parent_path());
  const fs::path inside = building.path() / "root";
  fs::create_directory(inside);
  UnpackSummary total;
  for (const std::size_t i : wanted_layers(*checked.image, stage)) {
    LayerUnpacker unpacker(inside, {.whiteouts = WhiteoutForm::apply, .owners = ::geteuid() == 0});
    checked.image->read_layer(i, [&](auto bytes) { unpacker.feed(bytes); });
    const auto summary = unpacker.finish();
    total.entries += summary.entries;
    total.skipped_devices += summary.skipped_devices;
    total.skipped_xattrs += summary.skipped_xattrs;
  }
  if (::rename(inside.c_str(), place.c_str()) != 0)
    throw errno_error(errno, fmt::format("rename to {}", place.string()));
  progress.event(
      fmt::format("unpacked {} entries of {}", total.entries, checked.image->descriptor().digest.str()));
  if (::geteuid() != 0) progress.notice("not root: all files belong to you, not to the owners in the image");
  if (total.skipped_devices != 0)
    progress.notice(fmt::format("{} device(s) left out", total.skipped_devices));
  if (total.skipped_xattrs != 0)
    progress.notice(fmt::format("{} extended attribute(s) left out", total.skipped_xattrs));
}

}  // namespace compose
