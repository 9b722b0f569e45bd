// compose build RECIPE: the main job.

#include "composer/build.hpp"

#include <fmt/format.h>

#include <memory>
#include <nlohmann/json.hpp>

#include "composer/cli/command.hpp"
#include "composer/cli/command_line.hpp"
#include "composer/cli/interrupt.hpp"
#include "composer/cli/report.hpp"
#include "composer/oci/image_ref.hpp"
#include "recipes/parse_recipe.hpp"
#include "runner/smoke_test.hpp"
#include "signer/error.hpp"
#include "signer/printable.hpp"

namespace compose {

namespace {

using Json = nlohmann::ordered_json;

struct Options {
  std::string recipe;
  std::string output = "out";
  std::vector<std::string> tags;
  std::string log;
  double jobs = 0;
  bool no_test = false;
  bool unsigned_image = false;
  bool json = false;
};

Json result_json(const BuildResult& result, const Options& options) {
  Json json{{"layout", options.output},
            {"tags", result.tags},
            {"manifest", result.image.manifest.digest.str()},
            {"config", result.image.config.digest.str()},
            {"sealed", result.sealed},
            {"tests", result.tests}};
  json["custody"] = result.sealed ? Json{{"id", result.custody},
                                         {"log_size", result.log_size},
                                         {"entries_added", result.entries_added}}
                                  : Json(nullptr);
  json["layers"] = Json::array();
  for (const auto& stage : result.stages) {
    for (const auto& layer : stage.layers) {
      json["layers"].push_back({{"stage", stage.stage->name},
                                {"team", stage.stage->team},
                                {"diff_id", layer.diff_id.str()},
                                {"digest", layer.blob.digest.str()},
                                {"size", layer.blob.size},
                                {"media_type", layer.blob.media_type}});
    }
  }
  return json;
}

void tell(const BuildResult& result, const Options& options, Progress& progress) {
  if (result.sealed) {
    progress.event(result.entries_added == 0
                       ? fmt::format("custody: nothing to add, the log ({} entries) seals this image already",
                                     result.log_size)
                       : fmt::format("custody: {} entries added, the log holds {}", result.entries_added,
                                     result.log_size));
  }
  if (options.json) return print_json(result_json(result, options));
  for (const auto& tag : result.tags) {
    fmt::print("{}:{} {}\n", options.output, tag, result.image.manifest.digest.str());
  }
}

int run(const Options& options) {
  const InterruptWatch watch;
  for (const auto& tag : options.tags) {
    if (!is_valid_tag(tag)) throw usage_error("--tag '{}': not a valid tag", printable(tag));
  }
  const Recipe recipe = parse_recipe_file(options.recipe, expression_fault);
  const BuildOptions build{.output = options.output,
                           .log = options.log,
                           .tags = options.tags,
                           .run_tests = !options.no_test,
                           .sign = !options.unsigned_image,
                           .jobs = static_cast<unsigned>(options.jobs)};
  Progress progress(Progress::style_of_stderr());
  tell(build_image(recipe, build, progress), options, progress);
  return exit_done;
}

}  // namespace

void add_build(CommandLine& program) {
  auto options = std::make_shared<Options>();
  program.command("build", "compose, test, sign and seal an image (also: compose RECIPE)")
      .position("recipe", options->recipe, "the recipe, a TOML file", "RECIPE")
      .option("-o,--output", options->output, "the OCI image layout (default: out)", "DIR")
      .option("--tag", options->tags, "one more tag; may be repeated", "T")
      .option("--log", options->log, "the custody log (default: custody beside the recipe)", "DIR")
      .flag("--no-test", options->no_test, "skip the smoke tests; the seal will say so")
      .flag("--unsigned", options->unsigned_image,
            "sign and seal nothing: for a developer without the teams' keys")
      .number("--jobs", options->jobs, 1, 1024, "threads (default: all cores)", "N")
      .flag("--json", options->json, "print the result as JSON")
      .footer(
          "Example:\n  compose build recipe.toml -o out --tag latest\n\nOutput and log are as they were "
          "before, unless everything succeeds.")
      .run([options] { return run(*options); });
}

}  // namespace compose
