// compose unpack LAYOUT DIR: look into what you are asked to sign.

#include <fmt/format.h>
#include <unistd.h>

#include <memory>

#include "composer/cli/command.hpp"
#include "composer/cli/command_line.hpp"
#include "composer/cli/interrupt.hpp"
#include "composer/oci/image_ref.hpp"
#include "composer/progress.hpp"
#include "composer/unpack_image.hpp"

namespace compose {

namespace {

struct Options {
  std::string image;
  std::string folder;
  std::string stage;
};

int run(const Options& options) {
  const InterruptWatch watch;
  Progress progress(Progress::style_of_stderr());
  unpack_image(ImageRef::parse(options.image), options.folder, options.stage, progress);
  return exit_done;
}

}  // namespace

void add_unpack(CommandLine& program) {
  auto options = std::make_shared<Options>();
  program.command("unpack", "unpack an image, or one stage of it, into a folder")
      .position("image", options->image, "LAYOUT[:TAG|@DIGEST]")
      .position("folder", options->folder, "made if absent; must be empty", "DIR")
      .option("--stage", options->stage, "the layers of this stage only", "NAME")
      .footer(
          "Example:\n  compose unpack out:1.0 look --stage base\n\nThe image is checked first. Owners are "
          "kept for root only; nothing is ever written outside DIR.")
      .run([options] { return run(*options); });
}

}  // namespace compose
