// compose check LAYOUT: is this image what the OCI specifications say?

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <memory>
#include <nlohmann/json.hpp>

#include "composer/check/check_image.hpp"
#include "composer/cli/command.hpp"
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

void add_check(CLI::App& program, int& status) {
  auto options = std::make_shared<Options>();
  auto* command = program.add_subcommand("check", "is this image what the OCI specifications say?");
  command->add_option("image", options->image, "LAYOUT[:TAG|@DIGEST]")->required()->type_name("");
  command->add_flag("--json", options->json, "print the findings as JSON");
  command->footer(
      "Example:\n  compose check out:1.0\n\nReads every byte of the image once and writes nothing. Names "
      "every fault by layer, entry and rule.");
  command->callback([options, &status] { status = run(*options); });
}

}  // namespace compose
