// compose log LAYOUT: the custody log in order, and who vouches for what.

#include <fmt/format.h>

#include <memory>
#include <nlohmann/json.hpp>

#include "composer/cli/command.hpp"
#include "composer/cli/command_line.hpp"
#include "composer/cli/custody_picture.hpp"
#include "composer/cli/report.hpp"
#include "composer/cli/table.hpp"
#include "composer/custody/bundle_artifact.hpp"
#include "composer/oci/image_config.hpp"
#include "composer/oci/image_ref.hpp"
#include "signer/error.hpp"
#include "signer/printable.hpp"

namespace compose {

namespace {

using Json = nlohmann::ordered_json;

struct Options {
  std::string image;
  bool json = false;
};

CustodyBundle bundle_of(const std::string& image) {
  const ImageRef ref = ImageRef::parse(image);
  const Layout layout(ref.layout);
  const Descriptor descriptor = layout.resolve(ref, Platform::of_this_machine());
  const auto referrers = layout.referrers(descriptor.digest, custody_artifact_type);
  if (referrers.empty()) throw verdict_error("{}: the image carries no custody", printable(image));
  return read_bundle(layout, referrers.back());
}

std::string index_text(const BundledEntry& bundled) {
  return bundled.index ? std::to_string(*bundled.index) : "-";
}

Json to_json(const CustodyBundle& bundle) {
  Json json{{"log_size", bundle.leaves.size()}, {"entries", Json::array()}};
  for (const auto& bundled : bundle.entries) {
    const auto& statement = bundled.entry.statement;
    Json entry{{"id", bundled.entry.id.str()},
               {"index", bundled.index ? Json(*bundled.index) : Json(nullptr)},
               {"kind", claim_kind(statement.claim)},
               {"team", statement.header.team},
               {"stage", statement.header.stage},
               {"claimed_time", rfc3339(statement.header.claimed_time)},
               {"key", statement.signing_key.hex()},
               {"primary_key", statement.primary_key.hex()}};
    entry["statement"] = Json::parse(bundled.entry.envelope.payload);
    json["entries"].push_back(std::move(entry));
  }
  return json;
}

void print_text(const CustodyBundle& bundle) {
  std::vector<std::vector<std::string>> rows{{"#", "KIND", "TEAM", "STAGE", "WHEN (UTC)", "KEY", "ENTRY"}};
  for (const auto& bundled : bundle.entries) {
    const auto& statement = bundled.entry.statement;
    rows.push_back({index_text(bundled), std::string(claim_kind(statement.claim)), statement.header.team,
                    statement.header.stage.empty() ? "-" : statement.header.stage,
                    short_time(statement.header.claimed_time), statement.signing_key.hex().substr(24),
                    bundled.entry.id.hex().substr(0, 16)});
  }
  fmt::print("{}\n{}\n", format_table(rows), custody_picture(bundle));
  fmt::print(
      "{} of the log's {} entries concern this image; nothing here is verified (`compose verify` does)\n",
      bundle.entries.size(), bundle.leaves.size());
}

}  // namespace

void add_log(CommandLine& program) {
  auto options = std::make_shared<Options>();
  program.command("log", "show the custody log of an image")
      .position("image", options->image, "LAYOUT[:TAG|@DIGEST]")
      .flag("--json", options->json, "print as JSON, statements included")
      .footer("Example:\n  compose log out:1.0")
      .run([options] {
        const CustodyBundle bundle = bundle_of(options->image);
        options->json ? print_json(to_json(bundle)) : print_text(bundle);
        return exit_done;
      });
}

}  // namespace compose
