#include "composer/verify_image.hpp"

#include <set>

#include "composer/assemble.hpp"
#include "composer/custody/bundle_artifact.hpp"
#include "composer/layer/contract.hpp"
#include "composer/tag.hpp"
#include "signer/atomic_file.hpp"
#include "signer/error.hpp"
#include "signer/path_glob.hpp"
#include "signer/printable.hpp"

namespace compose {

namespace {

constexpr std::size_t most_state_bytes = 64u << 10;

Finding as_finding(std::string code, const Error& error) {
  return {.code = std::move(code), .where = {}, .message = error.what(), .hint = error.hint()};
}

// What the custody speaks of, from the manifest and the configuration; `check` judges their bytes.
std::optional<ImageFacts> facts_of(const Layout& layout, const Descriptor& descriptor, const ImageRef& ref,
                                   Findings& findings) {
  try {
    const Manifest manifest = decode_manifest(layout.read_blob(descriptor));
    const ImageConfig config = decode_image_config(layout.read_blob(manifest.config));
    ImageFacts facts{.manifest = descriptor.digest,
                     .config = manifest.config.digest,
                     .platform = config.platform.str(),
                     .layers = {},
                     .custody_required = false,
                     .tag = ref.tag,
                     .tests = {},
                     .marked_unsigned = false,
                     .custody_fault = {}};
    const auto required = manifest.annotations.find(std::string(custody_annotation));
    facts.custody_required = required != manifest.annotations.end() && required->second == custody_required;
    for (std::size_t i = 0; i < manifest.layers.size() && i < config.diff_ids.size(); ++i) {
      const Descriptor& blob = manifest.layers[i];
      facts.layers.push_back({config.diff_ids[i], blob.digest, blob.size, blob.media_type});
    }
    return facts;
  } catch (const Error& error) {
    findings.push_back(as_finding("image-unreadable", error));
    return std::nullopt;
  }
}

// A tag that was not asked for counts too, if it is the only one: the seal must know the name
// the image goes by.
std::optional<std::string> tag_of_image(const Layout& layout, const ImageRef& ref, const BlobDigest& digest) {
  if (ref.tag || ref.digest) return ref.tag;
  std::vector<std::string> tags;
  for (const auto& listed : layout.index().manifests) {
    if (listed.digest == digest && !tag_of(listed).empty()) tags.push_back(tag_of(listed));
  }
  if (tags.size() != 1) return std::nullopt;
  return tags.front();
}

bool is_marked_unsigned(const Layout& layout, const BlobDigest& digest) {
  for (const auto& listed : layout.index().manifests) {
    if (listed.digest == digest && listed.annotations.contains(std::string(unsigned_annotation))) return true;
  }
  return false;
}

// The custody that came along: a bundle, or why it cannot be read, or nothing.
struct FoundCustody {
  std::optional<CustodyBundle> bundle;
  std::string fault;
};

FoundCustody find_custody(const Layout& layout, const BlobDigest& image, Findings& findings) {
  FoundCustody found;
  try {
    const auto referrers = layout.referrers(image, custody_artifact_type);
    if (referrers.size() > 1) {
      findings.push_back(
          {.code = "custody-ambiguous",
           .where = {},
           .message = fmt::format("{} custody bundles refer to the image, one is the rule", referrers.size()),
           .hint = {}});
    }
    if (!referrers.empty()) found.bundle = read_bundle(layout, referrers.back());
  } catch (const Error& error) {
    found.fault = error.what();
  }
  return found;
}

using LayerEntries = std::vector<std::vector<TreeEntry>>;

void hold(const Findings& breaches, const std::string& where, const std::string& whose, Findings& findings) {
  for (Finding breach : breaches) {
    breach.where = where;
    breach.message += fmt::format(" ({})", whose);
    findings.push_back(std::move(breach));
  }
}

// Each layer against the seal's contract and the policy's.
void hold_contracts(const LayerEntries& layers, const CustodyReport& custody, const TrustPolicy& policy,
                    Findings& findings) {
  if (!custody.sealed) return;
  LayerView below;
  for (std::size_t i = 0; i < layers.size(); ++i) {
    const std::string& team = i < custody.layer_team.size() ? custody.layer_team[i] : std::string();
    const std::string& stage = i < custody.layer_stage.size() ? custody.layer_stage[i] : std::string();
    const std::string where = fmt::format("layer {} (stage '{}')", i, printable(stage));
    const auto sealed = custody.sealed->contract.find(team);
    if (sealed != custody.sealed->contract.end()) {
      hold(contract_breaches(layers[i], below, {team, sealed->second}), where, "the contract in the seal",
           findings);
    } else if (!team.empty()) {
      findings.push_back({.code = "contract-missing",
                          .where = where,
                          .message = fmt::format("the seal holds no contract of team '{}'", printable(team)),
                          .hint = {}});
    }
    const Requirement* rule = requirement_for(policy, stage);
    if (rule != nullptr && rule->may_write) {
      hold(contract_breaches(layers[i], below, {team, *rule->may_write}), where, "the contract in the policy",
           findings);
    }
    below.apply(layers[i], i);
  }
}

// Bundles are read before the layers, so that layers of teams are held to our strict dialect:
// all but those that came byte for byte from an image made elsewhere.
std::set<std::string> foreign_diff_ids(const CustodyBundle* bundle) {
  std::set<std::string> foreign;
  if (bundle == nullptr) return foreign;
  for (const auto& bundled : bundle->entries) {
    const auto* layer = std::get_if<LayerClaim>(&bundled.entry.statement.claim);
    if (layer != nullptr && layer->inputs.contains("oci")) foreign.insert(layer->diff_id.str());
  }
  return foreign;
}

}  // namespace

struct ImageVerifier {
  const ImageRef& ref;
  const TrustPolicy& policy;
  const VerifyImageOptions& options;
  Layout layout{ref.layout};

  VerifyResult run() {
    const Descriptor manifest = layout.resolve(ref, Platform::of_this_machine());
    VerifyResult result{.manifest = manifest, .image = {}, .custody = {}, .findings = {}};
    const FoundCustody found = find_custody(layout, manifest.digest, result.findings);
    const CustodyBundle* bundle = found.bundle ? &*found.bundle : nullptr;
    auto facts = facts_of(layout, manifest, ref, result.findings);

    LayerEntries entries;
    CheckResult checked = check(bundle, facts, entries);
    result.findings.insert(result.findings.end(), checked.findings.begin(), checked.findings.end());
    if (facts) {
      facts->tag = tag_of_image(layout, ref, manifest.digest);
      if (bundle != nullptr && bundle->tests) facts->tests = sha256(*bundle->tests);
      facts->marked_unsigned = is_marked_unsigned(layout, manifest.digest);
      facts->custody_fault = found.fault;
      judge(*facts, bundle, result);
      hold_contracts(entries, result.custody, policy, result.findings);
    }
    if (result.findings.empty() && checked.image) {
      result.image = VerifiedImage(std::move(*checked.image));
      remember(result.custody);
    }
    return result;
  }

  CheckResult check(const CustodyBundle* bundle, const std::optional<ImageFacts>& facts,
                    LayerEntries& entries) const {
    const auto foreign = foreign_diff_ids(bundle);
    CheckOptions checking;
    checking.on_layer = [&](std::size_t, const std::vector<TreeEntry>& layer) { entries.push_back(layer); };
    checking.dialect = [&](std::size_t position) {
      const bool ours = bundle != nullptr && facts && position < facts->layers.size() &&
                        !foreign.contains(facts->layers[position].diff_id.str());
      return ours ? TarDialect::strict : TarDialect::oci;
    };
    return check_image(ref, Platform::of_this_machine(), checking);
  }

  void judge(const ImageFacts& facts, const CustodyBundle* bundle, VerifyResult& result) const {
    std::optional<CustodyLog> log;
    std::optional<SeenLog> seen;
    if (options.log) log = read_log(*options.log);
    if (options.state && std::filesystem::exists(*options.state)) {
      seen = decode_seen(read_file(*options.state, most_state_bytes));
    }
    result.custody =
        verify_custody(facts, bundle, policy,
                       {.log = log ? &*log : nullptr, .seen = seen ? &*seen : nullptr, .now = options.now});
    result.findings.insert(result.findings.end(), result.custody.findings.begin(),
                           result.custody.findings.end());
  }

  void remember(const CustodyReport& custody) const {
    if (options.state && custody.log) replace_file(*options.state, encode_seen(*custody.log));
  }
};

VerifyResult verify_image(const ImageRef& ref, const TrustPolicy& policy, const VerifyImageOptions& options) {
  return ImageVerifier{.ref = ref, .policy = policy, .options = options}.run();
}

TestSuite carried_tests(const Layout& layout, const BlobDigest& image) {
  const auto referrers = layout.referrers(image, custody_artifact_type);
  if (referrers.empty()) return {};
  const auto bundle = read_bundle(layout, referrers.back());
  return bundle.tests ? decode_tests(*bundle.tests) : TestSuite{};
}

}  // namespace compose
