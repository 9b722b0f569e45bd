#include "signer/verify_custody.hpp"

#include <algorithm>
#include <set>
#include <tuple>

#include "signer/custody_case.hpp"
#include "signer/judge_entries.hpp"
#include "signer/judge_layers.hpp"
#include "signer/judge_log.hpp"
#include "signer/judge_seal.hpp"
#include "signer/judge_stages.hpp"
#include "signer/printable.hpp"

namespace compose {

namespace {

// Nothing came with the image: why is that?
Finding absence(const ImageFacts& image) {
  if (!image.custody_fault.empty()) {
    return {"custody-unreadable", "custody bundle", printable(image.custody_fault), {}};
  }
  if (image.marked_unsigned) {
    return {"unsigned", "image", "it was composed with --unsigned: nobody vouches for it",
            "compose it again without --unsigned"};
  }
  if (image.custody_required) {
    return {"custody-stripped", "image", "its manifest says that custody belongs to it, but none is there",
            "copy it with 'compose copy', which takes the custody along"};
  }
  return {"custody-absent", "image", "it has no custody", {}};
}

// One fault may be met on two ways; it is told once.
void drop_repeated(Findings& findings) {
  std::set<std::tuple<std::string, std::string, std::string>> told;
  Findings kept;
  for (Finding& each : findings) {
    if (told.emplace(each.code, each.where, each.message).second) kept.push_back(std::move(each));
  }
  findings = std::move(kept);
}

void judge_marks(CustodyCase& custody_case) {
  const ImageFacts& image = custody_case.image;
  if (!image.custody_fault.empty()) {
    custody_case.find_fault("custody-unreadable", "custody bundle", printable(image.custody_fault));
  }
  // The mark stands outside of all that is signed: it takes nothing from custody that is there.
  if (image.marked_unsigned) {
    custody_case.notice("unsigned", "image", "it is marked as composed with --unsigned, but has custody");
  }
  if (!image.custody_required) {
    custody_case.find_fault("annotation-missing", "image",
                            "its manifest does not say that custody belongs to it");
  }
}

void judge_image(CustodyCase& custody_case) {
  const JudgedEntry* seal = judge_seal(custody_case);
  std::vector<SealedPlace> places;
  if (seal != nullptr) {
    const auto& claim = std::get<SealClaim>(seal->entry.statement.claim);
    judge_contract(custody_case, claim);
    places = judge_layers(custody_case, claim);
  }
  judge_stages(custody_case, places);
}

}  // namespace

CustodyReport verify_custody(const ImageFacts& image, const CustodyBundle* bundle, const TrustPolicy& policy,
                             const VerifyOptions& options) {
  CustodyReport absent;
  absent.layer_stage.resize(image.layers.size());
  absent.layer_team.resize(image.layers.size());
  if (bundle == nullptr) {
    absent.findings.push_back(absence(image));
    return absent;
  }
  CustodyCase custody_case(image, *bundle, policy, options);
  CustodyReport& report = custody_case.report;
  report = std::move(absent);
  report.findings = custody_case.keys.findings();
  report.notices = custody_case.keys.notices();
  judge_marks(custody_case);
  admit_entries(custody_case);
  judge_checkpoints(custody_case);
  judge_genesis(custody_case);
  judge_image(custody_case);
  judge_unused(custody_case);
  judge_freshness(custody_case);
  drop_repeated(report.findings);
  drop_repeated(report.notices);
  return std::move(report);
}

}  // namespace compose
