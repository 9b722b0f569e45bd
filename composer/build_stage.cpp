#include "composer/build_stage.hpp"

#include <algorithm>
#include <numeric>

#include "composer/side_by_side.hpp"
#include "signer/error.hpp"

namespace compose {

namespace {

// A store that tells how far one stage's blob has come.
class WatchedStore final : public BlobStore {
 public:
  WatchedStore(BlobStore& store, Progress& progress, std::string part)
      : store_(store), progress_(progress), part_(std::move(part)) {}

  [[nodiscard]] std::unique_ptr<BlobWriter> create() override {
    return std::make_unique<Writer>(store_.create(), progress_, part_);
  }
  [[nodiscard]] std::optional<UniqueFd> find(const BlobDigest& digest) const override {
    return store_.find(digest);
  }

 private:
  class Writer final : public BlobWriter {
   public:
    Writer(std::unique_ptr<BlobWriter> writer, Progress& progress, std::string part)
        : writer_(std::move(writer)), progress_(progress), part_(std::move(part)) {}
    void write(std::span<const std::byte> bytes) override {
      writer_->write(bytes);
      written_ += bytes.size();
      progress_.advance(part_, written_);
    }
    StoredBlob finish() override { return writer_->finish(); }

   private:
    std::unique_ptr<BlobWriter> writer_;
    Progress& progress_;
    std::string part_;
    std::uint64_t written_ = 0;
  };

  BlobStore& store_;
  Progress& progress_;
  std::string part_;
};

std::uint64_t content_size(const PlannedStage& planned) {
  std::uint64_t size = 0;
  for (const auto& entry : planned.tree.entries) size += entry.type == EntryType::file ? entry.size : 0;
  return size;
}

std::vector<std::size_t> longest_first(const BuildPlan& plan) {
  std::vector<std::size_t> order(plan.stages.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return content_size(plan.stages[a]) > content_size(plan.stages[b]);
  });
  return order;
}

void tell(const BuiltStage& built, Progress& progress) {
  for (const Layer& layer : built.layers) {
    progress.event(fmt::format("stage '{}': layer {} ({}, {} compressed)", built.stage->name,
                               layer.diff_id.str(), human_size(layer.uncompressed),
                               human_size(layer.blob.size)));
  }
}

}  // namespace

std::vector<BuiltStage> build_stages(const BuildPlan& plan, Compression compression, unsigned jobs,
                                     BlobStore& store, Progress& progress) {
  std::vector<BuiltStage> built(plan.stages.size());
  const auto order = longest_first(plan);
  CompressionPool pool(jobs);
  side_by_side(jobs, order.size(), [&](std::size_t i) {
    const PlannedStage& planned = plan.stages[order[i]];
    BuiltStage& out = built[order[i]];
    out = {.stage = planned.stage, .epoch = planned.epoch, .inputs = planned.inputs, .layers = {}};
    if (planned.taken) {
      out.layers = planned.taken->layers;
    } else {
      WatchedStore watched(store, progress, planned.stage->name);
      with_context([&] { out.layers.push_back(make_layer(planned.tree, compression, pool, watched)); },
                   "stage '{}'", planned.stage->name);
      progress.done(planned.stage->name);
    }
    tell(out, progress);
  });
  return built;
}

}  // namespace compose
