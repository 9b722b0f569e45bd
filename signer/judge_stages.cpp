#include "signer/judge_stages.hpp"

#include <algorithm>
#include <set>

#include "signer/judge_stamps.hpp"
#include "signer/printable.hpp"

namespace compose {

namespace {

struct Stage {
  std::string name;
  std::vector<const SealedPlace*> places;  // not empty, each with an entry
};

std::string stage_place(const std::string& name) { return fmt::format("stage '{}'", printable(name)); }

bool is_layer(const SealedPlace& place) {
  return place.entry != nullptr && std::holds_alternative<LayerClaim>(place.entry->entry.statement.claim);
}

// All layers with one stage name are that stage; they must lie together.
std::vector<Stage> group(CustodyCase& custody_case, const std::vector<SealedPlace>& places) {
  std::vector<Stage> stages;
  for (const SealedPlace& place : places) {
    if (!is_layer(place)) continue;
    const std::string& name = place.entry->header().stage;
    if (!stages.empty() && stages.back().name == name) {
      stages.back().places.push_back(&place);
      continue;
    }
    const auto earlier =
        std::find_if(stages.begin(), stages.end(), [&](const Stage& each) { return each.name == name; });
    if (earlier == stages.end()) {
      stages.push_back({name, {&place}});
      continue;
    }
    custody_case.find_fault("layer-position", stage_place(name), "its layers do not lie together");
    earlier->places.push_back(&place);
  }
  return stages;
}

class StageJudge {
 public:
  StageJudge(CustodyCase& custody_case, const Stage& stage) : case_(custody_case), stage_(stage) {}

  void judge(const Requirement* rule) {
    const std::size_t before = case_.report.findings.size();
    StageRow row{.stage = stage_.name,
                 .layers = {},
                 .author = signature_row(*stage_.places.front()->entry, {}),
                 .countersigned = {},
                 .satisfied = false};
    if (rule == nullptr) {
      case_.find_fault("stage-uncovered", stage_place(stage_.name), "no rule of the policy covers it");
    }
    for (const SealedPlace* place : stage_.places) {
      row.layers.push_back(place->in_image.value_or(place->position));
      judge_layer(*place, rule, row);
    }
    const bool sound = std::all_of(stage_.places.begin(), stage_.places.end(),
                                   [](const SealedPlace* place) { return place->sound; });
    row.satisfied = sound && case_.report.findings.size() == before;
    case_.report.stages.push_back(std::move(row));
  }

 private:
  void judge_layer(const SealedPlace& place, const Requirement* rule, StageRow& row) {
    const JudgedEntry& entry = *place.entry;
    // Without a rule the entry is held against its own word, so that the table tells who it was.
    const std::string& team = rule != nullptr ? rule->signed_by : entry.header().team;
    Findings faults = logged_entry_faults(case_, entry, team);
    if (row.author.good && !faults.empty()) row.author = signature_row(entry, faults);
    if (faults.empty() && place.in_image) {
      case_.report.layer_stage[*place.in_image] = stage_.name;
      case_.report.layer_team[*place.in_image] = team;
    }
    std::move(faults.begin(), faults.end(), std::back_inserter(case_.report.findings));
    if (rule != nullptr) judge_stamps(entry, *rule, row);
  }

  // The author is one of the people; what speaks against them has been told.
  void judge_stamps(const JudgedEntry& entry, const Requirement& rule, StageRow& row) {
    std::set<std::string> asked{rule.signed_by};
    StampTally own = tally_stamps(case_, entry, rule.signed_by);
    require(own, own.people.size() + 1, rule.threshold, "threshold", entry, rule.signed_by);
    add_rows(own, row);
    if (rule.countersigned_by && *rule.countersigned_by != rule.signed_by) {
      asked.insert(*rule.countersigned_by);
      StampTally others = tally_stamps(case_, entry, *rule.countersigned_by);
      require(others, others.people.size(), rule.countersign_threshold, "countersign-missing", entry,
              *rule.countersigned_by);
      add_rows(others, row);
    } else if (rule.countersigned_by) {
      own.doubts.clear();  // told already
      require(own, own.people.size(), rule.countersign_threshold, "countersign-missing", entry,
              rule.signed_by);
    }
    tell_other_objections(case_, entry, asked);
  }

  // What did not count is a finding only where it would have been needed.
  void require(StampTally& tally, std::size_t people, int threshold, std::string code,
               const JudgedEntry& entry, const std::string& team) {
    const std::size_t needed = static_cast<std::size_t>(std::max(threshold, 1));
    const bool enough = people >= needed;
    Findings& told = enough ? case_.report.notices : case_.report.findings;
    std::move(tally.doubts.begin(), tally.doubts.end(), std::back_inserter(told));
    if (enough) return;
    case_.find_fault(std::move(code), stage_place(stage_.name),
                     fmt::format("{} of team '{}' stand behind {}, {} are needed", people, team,
                                 entry_place(entry), needed));
  }

  static void add_rows(const StampTally& tally, StageRow& row) {
    for (const JudgedEntry* stamp : tally.passing) {
      const bool known =
          std::any_of(row.countersigned.begin(), row.countersigned.end(), [&](const auto& each) {
            return each.principal == stamp->signature.principal && each.team == stamp->header().team;
          });
      if (!known) row.countersigned.push_back(signature_row(*stamp, {}));
    }
  }

  CustodyCase& case_;
  const Stage& stage_;
};

}  // namespace

void judge_stages(CustodyCase& custody_case, const std::vector<SealedPlace>& places) {
  const std::vector<Stage> stages = group(custody_case, places);
  for (const Stage& stage : stages) {
    StageJudge(custody_case, stage).judge(requirement_for(custody_case.policy, stage.name));
  }
  for (const Requirement& rule : custody_case.policy.requirements) {
    const bool there =
        rule.stage == "*" || std::any_of(stages.begin(), stages.end(),
                                         [&](const Stage& stage) { return stage.name == rule.stage; });
    if (!there) {
      custody_case.find_fault("stage-missing", stage_place(rule.stage),
                              "the policy asks for it; the image has none");
    }
  }
}

}  // namespace compose
