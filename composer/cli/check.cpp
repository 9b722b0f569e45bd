// compose check LAYOUT: is this image what the OCI specifications say?

#include <fmt/format.h>

#include <memory>
#include <nlohmann/json.hpp>

#include "composer/check/check_image.hpp"
#include "composer/cli/command.hpp"
#include "composer/cli/command_line.hpp"
#include "composer/cli/interrupt.hpp"
#include "composer/cli/report.hpp"
#include "composer/cli/table.hpp"
#include "composer/progress.hpp"

namespace compose {

namespace {

struct Options {
  std::string image;
  bool json = false;
};

void print_text(const CheckResult& result, const Options& options) {
  if (result.image) {
    fmt::print("{}  {} {} ({} layers)\n", coloured("OK", Colour::green), options.image,
               result.image->descriptor().digest.str(), result.image->layers().size());
    return;
  }
  fmt::print("{} fault(s):\n{}{}  {}\n", result.findings.size(), findings_text(result.findings),
             coloured("FAULTY", Colour::red), options.image);
}

int run(const Options& options) {
  const InterruptWatch watch;
  const CheckResult result = check_image(ImageRef::parse(options.image), Platform::of_this_machine());
  if (options.json) {
    nlohmann::ordered_json json{{"ok", result.findings.empty()}};
    if (result.image) json["manifest"] = result.image->descriptor().digest.str();
    json["findings"] = findings_json(result.findings);
    print_json(json);
  } else {
    print_text(result, options);
  }
  return result.findings.empty() ? exit_done : exit_verdict;
}

}  // namespace

void add_check(CommandLine& program) {
  auto options = std::make_shared<Options>();
  program.command("check", "is this image what the OCI specifications say?")
      .position("image", options->image, "LAYOUT[:TAG|@DIGEST]")
      .flag("--json", options->json, "print the findings as JSON")
      .footer(
          "Example:\n  compose check out:1.0\n\nReads every byte of the image once and writes nothing. Names "
          "every fault by layer, entry and rule.")
      .run([options] { return run(*options); });
}

}  // namespace compose
