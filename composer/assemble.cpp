#include "composer/assemble.hpp"

#include <algorithm>

namespace compose {

namespace {

// The image's own time: what the recipe or the environment says, else the newest stage's.
std::int64_t created_time(const Recipe& recipe, std::optional<std::int64_t> source_date_epoch,
                          const std::vector<BuiltStage>& stages) {
  if (recipe.epoch) return *recipe.epoch;
  if (source_date_epoch) return *source_date_epoch;
  std::int64_t newest = 0;
  for (const auto& stage : stages) newest = std::max(newest, stage.epoch);
  return newest;
}

ImageConfig make_configuration(const Recipe& recipe, std::int64_t created,
                               const std::vector<BuiltStage>& stages) {
  ImageConfig config;
  config.created = rfc3339(created);
  config.platform = recipe.platform;
  config.run = recipe.config;
  for (const auto& stage : stages) {
    for (const Layer& layer : stage.layers) {
      config.diff_ids.push_back(layer.diff_id);
      config.history.push_back(
          {.created = config.created,
           .created_by = fmt::format("compose: stage {} of team {}", stage.stage->name, stage.stage->team),
           .comment = {},
           .empty_layer = false});
    }
  }
  return config;
}

}  // namespace

AssembledImage assemble(const Recipe& recipe, std::optional<std::int64_t> source_date_epoch,
                        const std::vector<BuiltStage>& stages, LayoutUpdate& output) {
  const auto configuration =
      make_configuration(recipe, created_time(recipe, source_date_epoch, stages), stages);
  const Descriptor config = output.add(config_media_type, encode_image_config(configuration));
  Manifest manifest{.artifact_type = {},
                    .config = config,
                    .layers = {},
                    .subject = {},
                    .annotations = {{std::string(custody_annotation), std::string(custody_required)}}};
  for (const auto& stage : stages) {
    for (const Layer& layer : stage.layers) manifest.layers.push_back(layer.blob);
  }
  const Descriptor blob = output.add(manifest_media_type, encode_manifest(manifest));
  return {.manifest = blob, .config = config, .configuration = configuration, .parsed = manifest};
}

}  // namespace compose
