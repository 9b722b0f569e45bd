#include "composer/cli/report.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "composer/cli/table.hpp"
#include "composer/oci/image_config.hpp"
#include "signer/printable.hpp"

namespace compose {

namespace {

using Json = nlohmann::ordered_json;

std::string who(const SignatureRow& row) {
  if (!row.principal.empty()) return row.principal;
  return "unknown";
}

// Enough of a fingerprint for a table; JSON has all of it.
std::string short_key(const SignatureRow& row) {
  return fmt::format("{} {}", row.algorithm, row.key.hex().substr(24));
}

Json row_json(const SignatureRow& row) {
  Json json{{"principal", row.principal},
            {"team", row.team},
            {"key", row.key.hex()},
            {"algorithm", row.algorithm},
            {"claimed_time", rfc3339(row.claimed_time)},
            {"counts", row.good}};
  if (!row.why_not.empty()) json["why_not"] = row.why_not;
  return json;
}

std::string stamps(const StageRow& stage) {
  std::string names;
  for (const auto& stamp : stage.countersigned) {
    if (!stamp.good) continue;
    names += (names.empty() ? "" : ", ") + fmt::format("{} ({})", who(stamp), stamp.team);
  }
  return names.empty() ? "-" : names;
}

}  // namespace

Json findings_json(const Findings& findings) {
  Json list = Json::array();
  for (const auto& finding : findings) {
    Json json{{"code", finding.code}, {"where", finding.where}, {"message", finding.message}};
    if (!finding.hint.empty()) json["hint"] = finding.hint;
    list.push_back(std::move(json));
  }
  return list;
}

std::string findings_text(const Findings& findings) {
  std::string text;
  for (const auto& finding : findings) {
    const std::string where = finding.where.empty() ? "" : printable(finding.where) + ": ";
    text +=
        fmt::format("  {}  {}{}\n", coloured(finding.code, Colour::red), where, printable(finding.message));
    if (!finding.hint.empty()) text += fmt::format("      hint: {}\n", printable(finding.hint));
  }
  return text;
}

Json verification_json(const VerifyResult& result, const TrustPolicy& policy) {
  Json json{{"verified", result.findings.empty()},
            {"manifest", result.manifest.digest.str()},
            {"policy", {{"file", policy.file}, {"sha256", policy.digest.hex()}}}};
  json["stages"] = Json::array();
  for (const auto& stage : result.custody.stages) {
    Json row{{"stage", stage.stage},
             {"layers", stage.layers},
             {"satisfied", stage.satisfied},
             {"author", row_json(stage.author)}};
    row["countersigned"] = Json::array();
    for (const auto& stamp : stage.countersigned) row["countersigned"].push_back(row_json(stamp));
    json["stages"].push_back(std::move(row));
  }
  json["seal"] = result.custody.seal ? row_json(*result.custody.seal) : Json(nullptr);
  if (result.custody.sealed) json["tests"] = result.custody.sealed->tests_result;
  if (result.custody.log) {
    json["log"] = {{"custody", result.custody.log->custody.hex()},
                   {"size", result.custody.log->size},
                   {"root", result.custody.log->root.hex()}};
  }
  json["findings"] = findings_json(result.findings);
  json["notices"] = findings_json(result.custody.notices);
  return json;
}

std::string verification_text(const VerifyResult& result, const TrustPolicy& policy) {
  std::vector<std::vector<std::string>> rows{
      {"STAGE", "TEAM", "SIGNED BY", "WHEN (UTC)", "KEY", "COUNTERSIGNED BY", "VERDICT"}};
  for (const auto& stage : result.custody.stages) {
    const auto& author = stage.author;
    rows.push_back({stage.stage, author.team, who(author), short_time(author.claimed_time), short_key(author),
                    stamps(stage), stage.satisfied ? "ok" : "NO"});
  }
  if (result.custody.seal) {
    const auto& seal = *result.custody.seal;
    rows.push_back({"(seal)", seal.team, who(seal), short_time(seal.claimed_time), short_key(seal), "-",
                    seal.good ? "ok" : "NO"});
  }
  std::string text = rows.size() > 1 ? format_table(rows) + "\n" : "";
  for (const auto& notice : result.custody.notices) {
    const std::string where = notice.where.empty() ? "" : printable(notice.where) + ": ";
    text += fmt::format("notice: {}{}\n", where, printable(notice.message));
  }
  if (result.custody.sealed && result.custody.sealed->tests_result != "passed") {
    text += fmt::format("notice: smoke tests: {}\n", printable(result.custody.sealed->tests_result));
  }
  const std::string subject =
      fmt::format("{} under {}", result.manifest.digest.str(), printable(policy.file));
  if (result.findings.empty())
    return text + coloured("VERIFIED", Colour::green) + fmt::format("  {}\n", subject);
  text += fmt::format("{} finding(s):\n{}", result.findings.size(), findings_text(result.findings));
  return text + coloured("REFUSED", Colour::red) + fmt::format("  {}\n", subject);
}

void print_json(const Json& value) {
  fmt::print("{}\n", value.dump(2, ' ', false, Json::error_handler_t::replace));
}

}  // namespace compose
