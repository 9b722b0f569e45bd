// compose copy SRC DST: an image between layouts, custody included.

#include <fmt/format.h>

#include <memory>
#include <nlohmann/json.hpp>

#include "composer/cli/command.hpp"
#include "composer/cli/command_line.hpp"
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

void add_copy(CommandLine& program) {
  auto options = std::make_shared<Options>();
  program.command("copy", "copy an image between layouts, with its custody")
      .position("source", options->from, "LAYOUT[:TAG|@DIGEST]")
      .position("target", options->to, "LAYOUT[:TAG]; made if absent")
      .flag("--json", options->json, "print the result as JSON")
      .footer(
          "Example:\n  compose copy out:1.0 /srv/release:1.0\n\nByte for byte, every blob checked on the "
          "way. Other tools' copies leave the custody behind.")
      .run([options] { return run(*options); });
}

}  // namespace compose
