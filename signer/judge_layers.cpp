#include "signer/judge_layers.hpp"

#include <algorithm>
#include <map>
#include <queue>

#include "signer/printable.hpp"

namespace compose {

namespace {

std::string layer_place(std::size_t position) { return fmt::format("layer {}", position); }

// Each sealed layer with its place in the image; equal layers are paired in order.
std::vector<SealedPlace> pair_layers(const std::vector<ImageFacts::Layer>& image, const SealClaim& seal) {
  std::map<DiffId, std::queue<std::size_t>> positions;
  for (std::size_t i = 0; i < image.size(); ++i) positions[image[i].diff_id].push(i);
  std::vector<SealedPlace> places;
  for (std::size_t i = 0; i < seal.layers.size(); ++i) {
    std::queue<std::size_t>& left = positions[seal.layers[i].diff_id];
    SealedPlace& place = places.emplace_back();
    place.position = i;
    if (left.empty()) continue;
    place.in_image = left.front();
    left.pop();
  }
  return places;
}

void judge_order(CustodyCase& custody_case, const SealClaim& seal, const std::vector<SealedPlace>& places) {
  std::vector<bool> sealed(custody_case.image.layers.size(), false);
  std::size_t next = 0;
  for (const SealedPlace& place : places) {
    if (!place.in_image) {
      custody_case.find_fault("layer-missing", fmt::format("sealed layer {}", place.position),
                              fmt::format("{} is not in the image", seal.layers[place.position].diff_id));
      continue;
    }
    sealed[*place.in_image] = true;
    if (*place.in_image < next) {
      custody_case.find_fault("layer-order", layer_place(*place.in_image),
                              fmt::format("the seal has it at {}, above others", place.position));
    }
    next = std::max(next, *place.in_image + 1);
  }
  for (std::size_t i = 0; i < sealed.size(); ++i) {
    if (sealed[i]) continue;
    custody_case.find_fault("layer-added", layer_place(i),
                            fmt::format("{} is not in the seal", custody_case.image.layers[i].diff_id));
  }
}

// What one layer entry says, against the seal's stack and the image's blob.
class LayerJudge {
 public:
  LayerJudge(CustodyCase& custody_case, const SealedPlace& place)
      : case_(custody_case), place_(place), where_(layer_place(place.in_image.value_or(place.position))) {}

  bool holds(const SealedLayer& sealed, const std::optional<ChainId>& parent, const ChainId& chain) {
    const auto* claim = claim_that_vouches(sealed);
    if (claim == nullptr) return false;
    if (claim->position != place_.position) {
      add("layer-position",
          fmt::format("signed for position {}, sealed at {}", claim->position, place_.position));
    }
    if (claim->parent_chain != parent || claim->chain != chain) {
      add("layer-chain",
          fmt::format("signed on top of {}, sealed on top of {}", show(claim->parent_chain), show(parent)));
    }
    if (place_.in_image) check_blob(*claim, case_.image.layers[*place_.in_image]);
    return sound_;
  }

 private:
  static std::string show(const std::optional<ChainId>& chain) { return chain ? chain->str() : "nothing"; }

  void add(std::string code, std::string message) {
    case_.find_fault(std::move(code), where_, std::move(message));
    sound_ = false;
  }

  const LayerClaim* claim_that_vouches(const SealedLayer& sealed) {
    if (place_.entry == nullptr) {
      add("layer-unvouched", fmt::format("the entry that vouches for it, {}, is not there", sealed.entry));
      return nullptr;
    }
    const auto* claim = std::get_if<LayerClaim>(&place_.entry->entry.statement.claim);
    if (claim == nullptr || place_.entry->header().stage.empty()) {
      add("layer-unvouched", fmt::format("{} does not vouch for a layer", entry_place(*place_.entry)));
      return nullptr;
    }
    if (claim->diff_id != sealed.diff_id) {
      add("layer-unvouched", fmt::format("{} vouches for another layer", entry_place(*place_.entry)));
    }
    return claim;
  }

  void check_blob(const LayerClaim& claim, const ImageFacts::Layer& layer) {
    if (claim.blob != layer.blob) {
      add("layer-recompressed",
          fmt::format("the same files in another blob: {} was signed, {} is there", claim.blob, layer.blob));
    } else if (claim.size != layer.size || claim.media_type != layer.media_type) {
      add("layer-blob", fmt::format("signed as {} of {} bytes, is {} of {}", printable(claim.media_type),
                                    claim.size, printable(layer.media_type), layer.size));
    }
  }

  CustodyCase& case_;
  const SealedPlace& place_;
  std::string where_;
  bool sound_ = true;
};

}  // namespace

std::vector<SealedPlace> judge_layers(CustodyCase& custody_case, const SealClaim& seal) {
  std::vector<SealedPlace> places = pair_layers(custody_case.image.layers, seal);
  judge_order(custody_case, seal, places);
  std::optional<ChainId> parent;
  for (SealedPlace& place : places) {
    const SealedLayer& sealed = seal.layers[place.position];
    const ChainId chain = chain_of(parent, sealed.diff_id);
    place.entry = custody_case.find(sealed.entry);
    place.sound = LayerJudge(custody_case, place).holds(sealed, parent, chain);
    if (place.entry != nullptr) custody_case.used.insert(place.entry->entry.id);
    parent = chain;
  }
  return places;
}

}  // namespace compose
