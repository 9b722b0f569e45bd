// compose copy SRC DST: an image between layouts, custody included.

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <memory>
#include <nlohmann/json.hpp>

#include "composer/cli/command.hpp"
#include "composer/cli/interrupt.hpp"
#include "composer/cli/report.hpp"
#include "composer/copy_image.hpp"

namespace compose {

namespace {

struct Options {
  std::string from;
  std::string to;
  bool json = false;
};

int run(const Options& options) {
  const InterruptWatch watch;
  Progress progress(Progress::style_of_stderr());
  const auto result = copy_image(ImageRef::parse(options.from), ImageRef::parse(options.to), progress);
  if (options.json) {
    print_json({{"manifest", result.manifest.str()}, {"tags", result.tags}, {"referrers", result.referrers}});
  } else {
    fmt::print("{}\n", result.manifest.str());
  }
  return exit_done;
}

}  // namespace

void add_copy(CLI::App& program, int& status) {
  auto options = std::make_shared<Options>();
  auto* command = program.add_subcommand("copy", "copy an image between layouts, with its custody");
  command->add_option("source", options->from, "LAYOUT[:TAG|@DIGEST]")->required()->type_name("");
  command->add_option("target", options->to, "LAYOUT[:TAG]; made if absent")->required()->type_name("");
  command->add_flag("--json", options->json, "print the result as JSON");
  command->footer(
      "Example:\n  compose copy out:1.0 /srv/release:1.0\n\nByte for byte, every blob checked on the way. "
      "Other tools' copies leave the custody behind.");
  command->callback([options, &status] { status = run(*options); });
}

}  // namespace compose
