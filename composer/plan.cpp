#include "composer/plan.hpp"

#include <charconv>
#include <cstdlib>
#include <variant>

#include "composer/layer/contract.hpp"
#include "composer/side_by_side.hpp"
#include "signer/error.hpp"
#include "signer/printable.hpp"

namespace compose {

namespace {

constexpr std::int64_t latest_epoch = (std::int64_t{1} << 33) - 1;  // what a ustar header holds
constexpr std::size_t most_named = 10;                              // breaches in one error

// What reading one source gave, still without knowledge of the other stages.
struct LoadedStage {
  std::optional<SourceTree> tree;
  std::optional<OciLayers> taken;
};

LoadedStage load_stage(const Recipe& recipe, const Stage& stage, const SourceContext& context,
                       BlobStore& store) {
  return with_context(
      [&] {
        LoadedStage loaded;
        if (const auto* oci = std::get_if<OciSource>(&stage.from)) {
          loaded.taken = load_oci(*oci, recipe.platform, store);
        } else {
          loaded.tree = load_source(stage, context);
        }
        return loaded;
      },
      "{}: stage '{}'", stage.from_position.str(), stage.name);
}

std::string breach_list(const Findings& breaches) {
  std::string text;
  for (std::size_t i = 0; i < breaches.size() && i < most_named; ++i) {
    text += (i == 0 ? "" : "\n  ") + breaches[i].message;
  }
  if (breaches.size() > most_named) text += fmt::format("\n  and {} more", breaches.size() - most_named);
  return text;
}

void hold_to_contract(const Recipe& recipe, const Stage& stage, const std::vector<TreeEntry>& entries,
                      const LayerView& below) {
  const Team& team = recipe.teams.at(stage.team);
  const Findings breaches = contract_breaches(entries, below, {team.name, team.may_write});
  if (breaches.empty()) return;
  throw Error(ErrorKind::usage,
              fmt::format("breach of contract by team '{}': {}", team.name, breach_list(breaches)),
              breaches.front().hint.empty()
                  ? fmt::format("may_write of team '{}' is in {}", team.name, team.position.str())
                  : breaches.front().hint);
}

void hold_mounts_free(const Recipe& recipe, const std::vector<TreeEntry>& entries) {
  for (const Mount& mount : recipe.mounts) {
    const std::string place = mount.path.substr(1);
    for (const TreeEntry& entry : entries) {
      const bool inside = entry.path == place || entry.path.starts_with(place + "/");
      if (!inside || entry.type == EntryType::directory || entry.type == EntryType::whiteout ||
          entry.type == EntryType::opaque) {
        continue;
      }
      throw Error(ErrorKind::usage,
                  fmt::format("'/{}' is baked into the {} mount '{}'", printable(entry.path),
                              mount_kind_name(mount.kind), mount.path),
                  "what is mounted at run time stays outside the image: exclude it, or drop the [[mount]]");
    }
  }
}

void hold_whiteouts(const Stage& stage, const LayerView& below) {
  for (const std::string& path : stage.remove) {
    if (below.find(std::string_view(path).substr(1)) != nullptr) continue;
    throw Error(ErrorKind::usage,
                fmt::format("remove '{}': nothing is there in the stages below", printable(path)),
                "a whiteout hides what an earlier stage brought; paths in `remove` are plain, not globs");
  }
}

// Sequential: what a stage may do depends on the stages below it.
PlannedStage place_stage(const Recipe& recipe, const Stage& stage, LoadedStage loaded, LayerView& view,
                         std::optional<std::int64_t> source_date_epoch, Progress& progress) {
  PlannedStage planned{.stage = &stage, .epoch = 0, .inputs = {}, .tree = {}, .taken = {}};
  const auto tell = [&](const std::vector<std::string>& notices) {
    for (const auto& notice : notices) progress.notice(fmt::format("stage '{}': {}", stage.name, notice));
  };
  const std::size_t layer = 0;
  if (loaded.taken) {
    planned.inputs = loaded.taken->inputs;
    tell(loaded.taken->notices);
    for (const auto& entries : loaded.taken->entries) {
      hold_to_contract(recipe, stage, entries, view);
      hold_mounts_free(recipe, entries);
      view.apply(entries, layer);
    }
    planned.taken = std::move(loaded.taken);
    return planned;
  }
  planned.inputs = loaded.tree->inputs;
  planned.epoch = stage_epoch(recipe, *loaded.tree, source_date_epoch);
  tell(loaded.tree->notices);
  std::vector<std::string> notices;
  planned.tree = place_in_image(stage, std::move(*loaded.tree), planned.epoch, notices);
  tell(notices);
  if (planned.tree.entries.empty()) throw usage_error("the source is empty: a stage must bring something");
  hold_whiteouts(stage, view);
  add_parents(planned.tree, view, planned.epoch);
  hold_to_contract(recipe, stage, planned.tree.entries, view);
  hold_mounts_free(recipe, planned.tree.entries);
  view.apply(planned.tree.entries, layer);
  return planned;
}

}  // namespace

std::optional<std::int64_t> source_date_epoch_of_environment() {
  const char* text = std::getenv("SOURCE_DATE_EPOCH");  // NOLINT: read only
  if (text == nullptr || *text == '\0') return std::nullopt;
  const std::string_view digits(text);
  std::int64_t value = 0;
  const auto [end, fault] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (fault != std::errc{} || end != digits.data() + digits.size() || value < 0 || value > latest_epoch) {
    throw usage_error("SOURCE_DATE_EPOCH='{}': not whole seconds between 0 and {}", printable(digits),
                      latest_epoch);
  }
  return value;
}

BuildPlan plan_build(const Recipe& recipe, const PlanOptions& options, BlobStore& store, Progress& progress) {
  BuildPlan plan;
  plan.source_date_epoch = source_date_epoch_of_environment();
  const SourceContext context{.never = {options.output, options.log, recipe.folder / "compose.lock"}};

  std::vector<LoadedStage> loaded(recipe.stages.size());
  side_by_side(options.jobs, recipe.stages.size(),
               [&](std::size_t i) { loaded[i] = load_stage(recipe, recipe.stages[i], context, store); });

  LayerView view;
  for (std::size_t i = 0; i < recipe.stages.size(); ++i) {
    const Stage& stage = recipe.stages[i];
    plan.stages.push_back(with_context(
        [&] {
          return place_stage(recipe, stage, std::move(loaded[i]), view, plan.source_date_epoch, progress);
        },
        "{}: stage '{}'", stage.position.str(), stage.name));
  }
  return plan;
}

}  // namespace compose
