#include "composer/layer/unpack.hpp"

#include <utility>

#include "composer/layer/disk_whiteouts.hpp"
#include "composer/layer/disk_writer.hpp"
#include "composer/layer/entry_rules.hpp"
#include "composer/layer/folder_root.hpp"
#include "composer/layer/tar_reader.hpp"
#include "signer/error.hpp"

namespace compose {

struct LayerUnpacker::State {
  State(const std::filesystem::path& folder, UnpackOptions the_options)
      : root(folder),
        options(the_options),
        writer(root, options, summary),
        reader(
            TarDialect::oci, [this](const TreeEntry& entry) { take(entry); },
            [this](std::span<const std::byte> bytes) { writer.write(bytes); }) {}

  void take(const TreeEntry& entry);
  void take_whiteout(const std::string& path);
  void take_opaque(const std::string& path);
  void refuse_faults() const;
  void finish();

  FolderRoot root;
  UnpackOptions options;
  UnpackSummary summary;
  DiskWriter writer;
  TarReader reader;
  bool root_has_mode = false;
};

void LayerUnpacker::State::take(const TreeEntry& entry) {
  ++summary.entries;
  const auto make = [&] {
    if (entry.type == EntryType::whiteout) return take_whiteout(entry.path);
    if (entry.type == EntryType::opaque) return take_opaque(entry.path);
    if (entry.path.empty()) root_has_mode = true;
    writer.make(entry);
  };
  with_context(make, "entry '{}'", shown_name(entry.path));
}

void LayerUnpacker::State::take_whiteout(const std::string& path) {
  if (options.whiteouts == WhiteoutForm::overlay) return writer.make_whiteout(path);
  apply_whiteout(root, path);
  writer.forget_parent();
}

void LayerUnpacker::State::take_opaque(const std::string& path) {
  if (options.whiteouts == WhiteoutForm::apply) {
    apply_opaque(root, path, reader);
    writer.forget_parent();
  } else if (path.empty()) {
    summary.opaque_root = true;
  } else {
    mark_opaque(root, path);
  }
}

void LayerUnpacker::State::refuse_faults() const {
  const Findings& faults = reader.faults();
  if (!faults.empty()) throw Error(ErrorKind::verdict, faults.front().message, faults.front().hint);
}

void LayerUnpacker::State::finish() {
  reader.finish();
  refuse_faults();
  writer.finish();
  root.restore_modes();
  if (root.was_made() && !root_has_mode && change_mode(root.fd(), 0755) != 0) {
    throw failure_error("the mode of the folder cannot be changed");
  }
}

LayerUnpacker::LayerUnpacker(const std::filesystem::path& folder, UnpackOptions options)
    : state_(std::make_unique<State>(folder, options)) {}
LayerUnpacker::~LayerUnpacker() = default;

void LayerUnpacker::feed(std::span<const std::byte> bytes) {
  state_->reader.feed(bytes);
  state_->refuse_faults();
}

UnpackSummary LayerUnpacker::finish() {
  state_->finish();
  return state_->summary;
}

}  // namespace compose
