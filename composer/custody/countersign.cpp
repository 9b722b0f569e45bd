#include "composer/custody/countersign.hpp"

#include <algorithm>
#include <set>

#include "composer/custody/bundle_artifact.hpp"
#include "composer/custody/bundle_from_log.hpp"
#include "composer/custody/refresh_bundles.hpp"
#include "signer/atomic_file.hpp"
#include "signer/certificate_fingerprint.hpp"
#include "signer/error.hpp"
#include "signer/printable.hpp"

namespace compose {

namespace {

constexpr std::size_t most_evidence_bytes = 32u << 20;

// What a stamp may be the cure for, or what another stamp says: no reason to refuse this one.
const std::set<std::string>& curable() {
  static const std::set<std::string> codes = {"countersign-missing", "countersign-fail",
                                              "countersign-expired", "countersign-self", "threshold"};
  return codes;
}

bool owns(const Principal& person, const Signer& signer) {
  return std::ranges::any_of(person.keys, [&](const TrustedKey& key) {
    if (key.pinned) return *key.pinned == signer.key() || *key.pinned == signer.primary();
    const auto primaries = certificate_fingerprints(key.certificate, key.origin);
    return std::ranges::find(primaries, signer.primary()) != primaries.end();
  });
}

// The team that the signer speaks for: the one that the stage's rule asks for, if possible.
std::string team_of(const TrustPolicy& policy, const std::string& stage, const Signer& signer) {
  std::vector<std::string> teams;
  for (const auto& [team, people] : policy.teams) {
    const bool member = std::ranges::any_of(people, [&](const auto& name) {
      const auto person = policy.principals.find(name);
      return person != policy.principals.end() && owns(person->second, signer);
    });
    if (member) teams.push_back(team);
  }
  if (teams.empty()) {
    throw Error(ErrorKind::usage,
                fmt::format("key {} belongs to nobody in a team of the policy", signer.key().hex()),
                "a stamp by a stranger would not count");
  }
  const Requirement* rule = requirement_for(policy, stage);
  for (const auto& wanted : {rule ? rule->countersigned_by.value_or("") : "", rule ? rule->signed_by : ""}) {
    if (std::ranges::find(teams, wanted) != teams.end()) return wanted;
  }
  return teams.front();
}

struct StageEntries {
  std::optional<EntryId> custody;
  std::vector<const CustodyEntry*> layers;
  std::set<std::string> stages;  // all of the image
};

// The entries of the newest seal of this manifest that belong to the stage.
StageEntries entries_of(const CustodyBundle& bundle, const BlobDigest& manifest, const std::string& stage) {
  StageEntries found;
  const SealClaim* seal = nullptr;
  for (const auto& bundled : bundle.entries) {
    const auto& statement = bundled.entry.statement;
    if (std::holds_alternative<GenesisClaim>(statement.claim)) found.custody = bundled.entry.id;
    const auto* claim = std::get_if<SealClaim>(&statement.claim);
    if (claim != nullptr && claim->manifest == manifest) seal = claim;
  }
  if (seal == nullptr) return found;
  for (const auto& bundled : bundle.entries) {
    const bool sealed =
        std::ranges::any_of(seal->layers, [&](const auto& layer) { return layer.entry == bundled.entry.id; });
    if (!sealed) continue;
    found.stages.insert(bundled.entry.statement.header.stage);
    if (bundled.entry.statement.header.stage == stage) found.layers.push_back(&bundled.entry);
  }
  return found;
}

std::string joined(const std::set<std::string>& names) {
  std::string text;
  for (const auto& name : names) text += (text.empty() ? "" : ", ") + printable(name);
  return text;
}

struct Stamping {
  const CountersignRequest& request;
  const Signer& signer;
  Progress& progress;
  Layout layout{request.image.layout};
  CountersignResult result{.findings = {}, .manifest = BlobDigest(Sha256{}), .team = {}, .entries = {}};

  CountersignResult run() {
    const Descriptor image = layout.resolve(request.image, Platform::of_this_machine());
    result.manifest = image.digest;
    if (!examine(image)) return std::move(result);
    const auto referrers = layout.referrers(image.digest, custody_artifact_type);
    if (referrers.empty())
      throw verdict_error("the image carries no custody: there is nothing to countersign");
    CustodyBundle bundle = read_bundle(layout, referrers.back());
    const StageEntries target = entries_of(bundle, image.digest, request.stage);
    if (target.layers.empty() || !target.custody) {
      throw Error(ErrorKind::usage, fmt::format("the image has no stage '{}'", printable(request.stage)),
                  fmt::format("its stages: {}", joined(target.stages)));
    }
    result.team = team();
    const auto evidence = attach_evidence(bundle);
    const auto stamps = sign(target, evidence);
    if (std::ranges::find(bundle.certificates, signer.certificate()) == bundle.certificates.end()) {
      bundle.certificates.push_back(signer.certificate());
    }
    publish(image, referrers, std::move(bundle), stamps);
    return std::move(result);
  }

  // The layer's bytes and its owner's signature, before anything is signed.
  bool examine(const Descriptor& image) {
    if (request.policy == nullptr) {
      progress.notice("the image is trusted as it is (--trust-image): its signatures were NOT checked");
      result.findings = check_image(request.image, Platform::of_this_machine()).findings;
      return result.findings.empty();
    }
    const auto verified =
        verify_image(request.image, *request.policy, {.log = {}, .state = {}, .now = request.now});
    for (const auto& finding : verified.findings) {
      if (!curable().contains(finding.code)) result.findings.push_back(finding);
    }
    progress.event(fmt::format("{} examined under {}", image.digest.str(), request.policy->file));
    return result.findings.empty();
  }

  [[nodiscard]] std::string team() const {
    if (request.team) return *request.team;
    if (request.policy != nullptr) return team_of(*request.policy, request.stage, signer);
    throw Error(ErrorKind::usage, "without a policy nothing says which team the key speaks for",
                "name it with --team");
  }

  std::vector<EvidenceFile> attach_evidence(CustodyBundle& bundle) const {
    std::vector<EvidenceFile> attached;
    for (const auto& path : request.evidence) {
      const std::string bytes = read_file(path, most_evidence_bytes, ErrorKind::usage);
      attached.push_back({.name = path.filename().string(), .digest = sha256(bytes), .size = bytes.size()});
      if (std::ranges::find(bundle.evidence, bytes) == bundle.evidence.end())
        bundle.evidence.push_back(bytes);
    }
    return attached;
  }

  std::vector<CustodyEntry> sign(const StageEntries& target, const std::vector<EvidenceFile>& evidence) {
    std::vector<CustodyEntry> stamps;
    for (const CustodyEntry* layer : target.layers) {
      const CustodyHeader header{.custody = target.custody,
                                 .team = result.team,
                                 .stage = request.stage,
                                 .parents = {layer->id},
                                 .claimed_time = request.now};
      const CountersignClaim claim{.target = layer->id,
                                   .verdict = request.verdict,
                                   .reason = request.reason,
                                   .evidence = evidence,
                                   .expires = request.expires};
      stamps.push_back(sign_entry(header, claim, signer));
      result.entries.push_back(stamps.back().id);
    }
    return stamps;
  }

  void publish(const Descriptor& image, const std::vector<Descriptor>& replaced, CustodyBundle bundle,
               const std::vector<CustodyEntry>& stamps) {
    LayoutUpdate output(request.image.layout);
    std::vector<RefreshedBundle> refreshed;
    if (request.log) {
      const CustodyLog log = append(bundle, stamps);
      bundle = bundle_from_log(log, logged(bundle), image.digest, bundle);
      refreshed = refresh_bundles(request.image.layout, log, image.digest, output, progress);
    } else {
      for (const auto& stamp : stamps) bundle.entries.push_back({std::nullopt, stamp});
      progress.notice("the stamp travels with the image but is in no log yet: name the log with --log");
    }
    const Descriptor artifact = write_bundle(output, bundle, image);
    output.commit([&](Index& index) {
      replace_bundle(index, replaced, artifact);
      for (const auto& fresh : refreshed) replace_bundle(index, {fresh.old}, fresh.artifact);
    });
  }

  static std::vector<EntryId> logged(const CustodyBundle& bundle) {
    std::vector<EntryId> ids;
    for (const auto& bundled : bundle.entries) ids.push_back(bundled.entry.id);
    return ids;
  }

  CustodyLog append(const CustodyBundle& bundle, const std::vector<CustodyEntry>& stamps) const {
    LogAppend append(*request.log);
    const auto custody = append.log().custody();
    if (!custody || *custody != bundle.entries.front().entry.id) {
      throw usage_error("log {}: is not the log of this image", request.log->string());
    }
    for (const auto& bundled : bundle.entries) {
      if (!bundled.index) append.add(bundled.entry);
    }
    for (const auto& stamp : stamps) append.add(stamp);
    append.commit(signer);
    return append.log();
  }
};

}  // namespace

CountersignResult countersign(const CountersignRequest& request, const Signer& signer, Progress& progress) {
  return Stamping{.request = request, .signer = signer, .progress = progress}.run();
}

}  // namespace compose
