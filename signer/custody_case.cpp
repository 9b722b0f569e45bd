#include "signer/custody_case.hpp"

#include <algorithm>

#include "signer/error.hpp"
#include "signer/printable.hpp"

namespace compose {

const JudgedEntry* CustodyCase::find(const EntryId& id) const {
  const auto found = by_id.find(id);
  return found == by_id.end() ? nullptr : &entries[found->second];
}

bool CustodyCase::in_team(const std::string& principal, const std::string& team) const {
  const auto found = policy.teams.find(team);
  if (principal.empty() || found == policy.teams.end()) return false;
  return std::find(found->second.begin(), found->second.end(), principal) != found->second.end();
}

void CustodyCase::find_fault(std::string code, std::string where, std::string message, std::string hint) {
  report.findings.push_back({std::move(code), std::move(where), std::move(message), std::move(hint)});
}

void CustodyCase::notice(std::string code, std::string where, std::string message, std::string hint) {
  report.notices.push_back({std::move(code), std::move(where), std::move(message), std::move(hint)});
}

std::string entry_place(const JudgedEntry& judged) {
  const std::string name = judged.index ? std::to_string(*judged.index) : judged.entry.id.hex().substr(0, 12);
  const std::string_view kind = claim_kind(judged.entry.statement.claim);
  const std::string& stage = judged.header().stage;
  if (stage.empty()) return fmt::format("entry {} ({})", name, kind);
  return fmt::format("entry {} ({}, stage '{}')", name, kind, printable(stage));
}

std::string fault_code(SignatureFault fault, std::string_view subject) {
  switch (fault) {
    case SignatureFault::several:
      return "duplicate-signature";
    case SignatureFault::packet:
      return fmt::format("{}-packet", subject);
    case SignatureFault::absent:
    case SignatureFault::stranger:
      return subject == "entry" ? "signer-unknown" : "checkpoint-signer";
    case SignatureFault::revoked:
      return "key-revoked";
    case SignatureFault::expired:
      return "key-expired";
    case SignatureFault::weak:
      return "key-weak";
    case SignatureFault::unfit:
      return "key-usage";
    case SignatureFault::lapsed:
      return "signature-expired";
    case SignatureFault::future:
      return "signature-time";
    case SignatureFault::none:
    case SignatureFault::bad:
      break;
  }
  return fmt::format("{}-signature", subject);
}

Findings entry_faults(const CustodyCase& custody_case, const JudgedEntry& judged, const std::string& team,
                      std::string_view team_code) {
  const std::string where = entry_place(judged);
  const JudgedSignature& signature = judged.signature;
  const CustodyStatement& statement = judged.entry.statement;
  Findings faults;
  const auto add = [&](std::string_view code, std::string message) {
    faults.push_back({std::string(code), where, std::move(message), {}});
  };
  if (!signature.good()) add(fault_code(signature.fault, "entry"), signature.detail);
  if (signature.good() &&
      (signature.key != statement.signing_key || signature.primary != statement.primary_key)) {
    add("signer-mismatch",
        fmt::format("it names key {}, but {} signed it", statement.signing_key.hex(), signature.key->hex()));
  }
  if (statement.header.team != team) {
    add(team_code, fmt::format("signed as team '{}', not as '{}'", printable(statement.header.team), team));
  } else if (!signature.principal.empty() && !custody_case.in_team(signature.principal, team)) {
    add(team_code, fmt::format("principal '{}' is not in team '{}'", signature.principal, team));
  }
  for (const EntryId& parent : statement.header.parents) {
    const JudgedEntry* found = custody_case.find(parent);
    if (found == nullptr) {
      add("entry-parents", fmt::format("its parent {} is not there", parent));
    } else if (judged.index && found->index && *found->index >= *judged.index) {
      add("entry-parents", fmt::format("its parent {} comes later in the log", parent));
    }
  }
  return faults;
}

Findings logged_entry_faults(const CustodyCase& custody_case, const JudgedEntry& judged,
                             const std::string& team, std::string_view team_code) {
  Findings faults = entry_faults(custody_case, judged, team, team_code);
  if (!custody_case.is_covered(judged)) {
    faults.push_back({"entry-not-logged",
                      entry_place(judged),
                      judged.index ? "no checkpoint that counts covers it" : "it is not in the log",
                      {}});
  }
  return faults;
}

SignatureRow signature_row(const JudgedEntry& judged, const Findings& faults) {
  const CustodyStatement& statement = judged.entry.statement;
  SignatureRow row{.principal = judged.signature.principal,
                   .team = statement.header.team,
                   .key = judged.signature.key ? *judged.signature.key : statement.signing_key,
                   .algorithm = judged.signature.algorithm,
                   .claimed_time = statement.header.claimed_time,
                   .good = faults.empty(),
                   .why_not = {}};
  for (const Finding& fault : faults) {
    row.why_not += (row.why_not.empty() ? "" : "; ") + fault.message;
  }
  return row;
}

}  // namespace compose
