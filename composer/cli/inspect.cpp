// compose inspect LAYOUT: configuration and layers.

#include <fmt/format.h>

#include <memory>
#include <nlohmann/json.hpp>

#include "composer/cli/command.hpp"
#include "composer/cli/command_line.hpp"
#include "composer/cli/report.hpp"
#include "composer/cli/table.hpp"
#include "composer/oci/image_config.hpp"
#include "composer/oci/layout.hpp"
#include "composer/progress.hpp"
#include "composer/stage_of_layer.hpp"
#include "signer/printable.hpp"

namespace compose {

namespace {

using Json = nlohmann::ordered_json;

struct Options {
  std::string image;
  bool json = false;
};

struct Inspected {
  Descriptor descriptor;
  Manifest manifest;
  ImageConfig config;
  std::vector<StageOfLayer> stages;
};

Inspected look_at(const Options& options) {
  const ImageRef ref = ImageRef::parse(options.image);
  const Layout layout(ref.layout);
  const Descriptor descriptor = layout.resolve(ref, Platform::of_this_machine());
  const Manifest manifest = decode_manifest(layout.read_blob(descriptor));
  return {descriptor, manifest, decode_image_config(layout.read_blob(manifest.config)),
          stage_of_layers(layout, descriptor.digest, manifest.layers.size())};
}

std::string diff_id_of(const Inspected& image, std::size_t i) {
  return i < image.config.diff_ids.size() ? image.config.diff_ids[i].str() : "";
}

Json to_json(const Inspected& image) {
  const RunConfig& run = image.config.run;
  Json json{{"manifest", image.descriptor.digest.str()},
            {"config", image.manifest.config.digest.str()},
            {"platform", image.config.platform.str()},
            {"created", image.config.created}};
  json["configuration"] = {{"entrypoint", run.entrypoint},
                           {"cmd", run.cmd},
                           {"env", image.config.env_list},
                           {"user", run.user},
                           {"workdir", run.workdir},
                           {"labels", run.labels},
                           {"ports", run.ports}};
  json["annotations"] = image.manifest.annotations;
  json["layers"] = Json::array();
  for (std::size_t i = 0; i < image.manifest.layers.size(); ++i) {
    const Descriptor& layer = image.manifest.layers[i];
    json["layers"].push_back({{"stage", image.stages[i].stage},
                              {"team", image.stages[i].team},
                              {"size", layer.size},
                              {"media_type", layer.media_type},
                              {"digest", layer.digest.str()},
                              {"diff_id", diff_id_of(image, i)}});
  }
  return json;
}

std::string quoted(const std::vector<std::string>& words) {
  return Json(words).dump(-1, ' ', false, Json::error_handler_t::replace);
}

void print_text(const Inspected& image) {
  const RunConfig& run = image.config.run;
  const auto line = [](std::string_view name, std::string_view value) {
    if (!value.empty() && value != "[]") fmt::print("{:<11} {}\n", name, printable_lines(value));
  };
  line("manifest", image.descriptor.digest.str());
  line("config", image.manifest.config.digest.str());
  line("platform", image.config.platform.str());
  line("created", image.config.created);
  line("entrypoint", quoted(run.entrypoint));
  line("cmd", quoted(run.cmd));
  line("user", printable(run.user));
  line("workdir", printable(run.workdir));
  for (const auto& variable : image.config.env_list) line("env", printable(variable));
  for (const auto& port : run.ports) line("port", printable(port));
  for (const auto& [key, value] : run.labels) line("label", printable(key) + "=" + printable(value));
  std::vector<std::vector<std::string>> rows{{"LAYER", "STAGE", "TEAM", "SIZE", "DIFF_ID"}};
  for (std::size_t i = 0; i < image.manifest.layers.size(); ++i) {
    const auto& from = image.stages[i];
    rows.push_back({std::to_string(i), from.stage.empty() ? "-" : from.stage,
                    from.team.empty() ? "-" : from.team, human_size(image.manifest.layers[i].size),
                    diff_id_of(image, i)});
  }
  fmt::print("\n{}", format_table(rows));
}

}  // namespace

void add_inspect(CommandLine& program) {
  auto options = std::make_shared<Options>();
  program.command("inspect", "show configuration, layers, stages and teams")
      .position("image", options->image, "LAYOUT[:TAG|@DIGEST]")
      .flag("--json", options->json, "print as JSON")
      .footer(
          "Example:\n  compose inspect out:1.0\n\nStages and teams are what the custody says; `compose "
          "verify` tells whether to believe it.")
      .run([options] {
        const Inspected image = look_at(*options);
        options->json ? print_json(to_json(image)) : print_text(image);
        return exit_done;
      });
}

}  // namespace compose
