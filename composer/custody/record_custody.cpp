#include "composer/custody/record_custody.hpp"

#include <sys/random.h>

#include <array>
#include <cerrno>
#include <memory>

#include "signer/error.hpp"
#include "signer/merkle.hpp"

namespace compose {

namespace {

std::string random_nonce() {
  std::array<std::byte, 16> bytes{};
  if (::getrandom(bytes.data(), bytes.size(), 0) != static_cast<ssize_t>(bytes.size())) {
    throw errno_error(errno, "read random bytes");
  }
  return to_hex(bytes);
}

// The teams' signers, opened when first needed.
class Signers {
 public:
  explicit Signers(const std::map<std::string, TeamKey>& keys) : keys_(keys) {}

  const Signer& of(const std::string& team) {
    auto& signer = open_[team];
    if (!signer) {
      const TeamKey& key = keys_.at(team);
      with_context([&] { signer = open_signer(key.certificate, key.origin); }, "team '{}'", team);
    }
    return *signer;
  }

 private:
  const std::map<std::string, TeamKey>& keys_;
  std::map<std::string, std::unique_ptr<Signer>> open_;
};

// One transaction: what it knows and what it adds.
class Recording {
 public:
  Recording(LogAppend& append, const WantedCustody& wanted, const std::map<std::string, TeamKey>& keys,
            std::int64_t now, Progress& progress)
      : append_(append), wanted_(wanted), keys_(keys), signers_(keys), now_(now), progress_(progress) {}

  EntryId run(const CustodyBundle* previous) {
    known_ = match_custody(append_.log(), wanted_, keys_);
    if (known_.seal) return *known_.seal;  // nothing to add: no gpg is called
    begin();
    if (previous != nullptr) absorb(*previous);
    for (std::size_t i = 0; i < wanted_.layers.size(); ++i) vouch(i);
    return seal();
  }

  const Signer& sealer() { return signers_.of(wanted_.sealing_team); }

 private:
  EntryId add(const CustodyHeader& header, const Claim& claim, const std::string& what) {
    const Signer& signer = signers_.of(header.team);
    CustodyEntry entry =
        with_context([&] { return sign_entry(header, claim, signer); }, "team '{}'", header.team);
    const EntryId id = entry.id;
    append_.add(std::move(entry));
    progress_.event(fmt::format("{} signed by team '{}' ({})", what, header.team, signer.key().hex()));
    return id;
  }

  CustodyHeader header(const std::string& team, const std::string& stage,
                       std::vector<EntryId> parents) const {
    return {.custody = known_.genesis,
            .team = team,
            .stage = stage,
            .parents = std::move(parents),
            .claimed_time = now_};
  }

  void begin() {
    if (known_.genesis) return;
    GenesisClaim genesis{
        .image = wanted_.image, .teams = {}, .sealing_team = wanted_.sealing_team, .nonce = random_nonce()};
    for (const auto& [team, key] : keys_) genesis.teams.emplace(team, key.primary);
    known_.genesis = add(header(wanted_.sealing_team, "", {}), genesis, "custody log");
  }

  void absorb(const CustodyBundle& previous) {
    for (const auto& bundled : previous.entries) {
      if (!bundled.index && bundled.entry.statement.header.custody == known_.genesis)
        append_.add(bundled.entry);
    }
  }

  void vouch(std::size_t i) {
    if (known_.layers[i]) return;
    const WantedLayer& layer = wanted_.layers[i];
    const EntryId parent = i == 0 ? *known_.genesis : *known_.layers[i - 1];
    known_.layers[i] = add(header(layer.team, layer.stage, {parent}), layer.claim,
                           fmt::format("stage '{}': layer {}", layer.stage, i));
  }

  EntryId seal() {
    SealClaim claim = wanted_.seal;
    std::vector<EntryId> parents;
    for (std::size_t i = 0; i < known_.layers.size(); ++i) {
      claim.layers[i].entry = *known_.layers[i];
      parents.push_back(*known_.layers[i]);
    }
    claim.log_size = append_.log().leaves.size();
    claim.log_root = tree_root(append_.log().leaves);
    return add(header(wanted_.sealing_team, "", std::move(parents)), claim, "seal");
  }

  LogAppend& append_;
  const WantedCustody& wanted_;
  const std::map<std::string, TeamKey>& keys_;
  Signers signers_;
  std::int64_t now_;
  Progress& progress_;
  KnownCustody known_;
};

}  // namespace

RecordedCustody record_custody(const std::filesystem::path& folder, const WantedCustody& wanted,
                               const std::map<std::string, TeamKey>& keys, const CustodyBundle* previous,
                               std::int64_t now, Progress& progress) {
  LogAppend append(folder);
  const std::size_t before = append.log().entries.size();
  Recording recording(append, wanted, keys, now, progress);
  const EntryId seal = recording.run(previous);
  const std::size_t added = append.log().entries.size() - before;
  if (added != 0) append.commit(recording.sealer());
  return {.log = append.log(), .seal = seal, .added = added};
}

}  // namespace compose
