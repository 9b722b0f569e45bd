#include "composer/cli/custody_picture.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "signer/printable.hpp"

namespace compose {

namespace {

struct Described {
  std::string operator()(const GenesisClaim& claim) const {
    return fmt::format("opens the log of {}", printable(claim.image));
  }
  std::string operator()(const LayerClaim& claim) const {
    return fmt::format("vouches for layer {} of {}  ({}…)", claim.position, printable(stage),
                       claim.diff_id.str().substr(0, 19));
  }
  std::string operator()(const SealClaim& claim) const {
    std::string tags;
    for (const auto& tag : claim.tags) tags += ":" + printable(tag);
    return fmt::format("seals {}{}  ({} layers, tests {}, {}…)", printable(claim.image), tags,
                       claim.layers.size(), printable(claim.tests_result),
                       claim.manifest.str().substr(0, 19));
  }
  std::string operator()(const CountersignClaim&) const { return {}; }

  const std::string& stage;
};

std::string stamp_text(const CustodyEntry& entry, const CountersignClaim& stamp) {
  std::string text = fmt::format("{}: {}", printable(entry.statement.header.team),
                                 stamp.verdict == StampVerdict::pass ? "pass" : "FAIL");
  if (!stamp.reason.empty()) text += fmt::format(" \"{}\"", printable(stamp.reason));
  if (!stamp.evidence.empty()) text += fmt::format(", {} file(s) of evidence", stamp.evidence.size());
  return text;
}

std::string stamps_of(const CustodyBundle& bundle, const EntryId& id, const std::string& indent) {
  std::string text;
  for (const auto& bundled : bundle.entries) {
    const auto* stamp = std::get_if<CountersignClaim>(&bundled.entry.statement.claim);
    if (stamp != nullptr && stamp->target == id)
      text += fmt::format("{}|`- {}\n", indent, stamp_text(bundled.entry, *stamp));
  }
  return text;
}

}  // namespace

std::string custody_picture(const CustodyBundle& bundle) {
  std::size_t width = 0;
  for (const auto& bundled : bundle.entries)
    width = std::max(width, bundled.entry.statement.header.team.size());
  const std::string indent(width + 2, ' ');
  std::string text;
  for (const auto& bundled : bundle.entries) {
    const auto& statement = bundled.entry.statement;
    if (std::holds_alternative<CountersignClaim>(statement.claim)) continue;
    if (!text.empty()) text += indent + "|\n";
    text += fmt::format("{:<{}}o  {}\n", printable(statement.header.team), width + 2,
                        std::visit(Described{statement.header.stage}, statement.claim));
    text += stamps_of(bundle, bundled.entry.id, indent);
  }
  return text;
}

}  // namespace compose
