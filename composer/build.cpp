#include "composer/build.hpp"

#include <algorithm>
#include <ctime>
#include <thread>

#include "composer/custody/bundle_artifact.hpp"
#include "composer/custody/bundle_from_log.hpp"
#include "composer/custody/record_custody.hpp"
#include "composer/custody/refresh_bundles.hpp"
#include "composer/layer/decompress.hpp"
#include "composer/run/layer_cache.hpp"
#include "composer/run/test_image.hpp"
#include "composer/tag.hpp"
#include "signer/error.hpp"

namespace compose {

namespace {

namespace fs = std::filesystem;

class Build {
 public:
  Build(const Recipe& recipe, const BuildOptions& options, Progress& progress)
      : recipe_(recipe),
        options_(options),
        progress_(progress),
        jobs_(options.jobs != 0 ? options.jobs : std::max(1u, std::thread::hardware_concurrency())),
        log_(options.log.empty() ? recipe.folder / "custody" : options.log),
        suite_{.mounts = recipe.mounts, .tests = recipe.tests},
        output_(options.output) {
    tags_.push_back(recipe.tag);
    for (const auto& tag : options.tags) {
      if (std::ranges::find(tags_, tag) == tags_.end()) tags_.push_back(tag);
    }
  }

  BuildResult run() {
    hold_names();
    check_expressions(suite_);
    if (options_.sign) keys_ = read_team_keys(recipe_);
    if (options_.sign) hold_first_keys();
    const BuildPlan plan =
        plan_build(recipe_, {.output = options_.output, .log = log_, .jobs = jobs_}, output_, progress_);
    auto stages = build_stages(plan, recipe_.compression, jobs_, output_, progress_);
    auto image = assemble(recipe_, plan.source_date_epoch, stages, output_);
    BuildResult result{.image = image,
                       .stages = stages,
                       .tags = tags_,
                       .sealed = false,
                       .custody = {},
                       .entries_added = 0,
                       .log_size = 0,
                       .tests = {}};
    const WantedCustody wanted = want(stages, image, options_.run_tests ? "passed" : "skipped");
    const bool known_good = options_.sign && match_custody(read_log(log_), wanted, keys_).tests_passed;
    result.tests = test(stages, image, known_good);
    if (options_.sign) {
      seal(want(stages, image, result.tests), image, plan, result);
    } else {
      publish_unsigned(image, plan);
    }
    return result;
  }

 private:
  // A tag may move within an image's own line, never to another image's name.
  void hold_names() const {
    for (const auto& listed : output_.index().manifests) {
      const std::string tag = tag_of(listed);
      const std::string name = name_of(listed);
      if (tag.empty() || name.empty() || name == recipe_.name || std::ranges::find(tags_, tag) == tags_.end())
        continue;
      throw Error(ErrorKind::usage,
                  fmt::format("{}: tag '{}' names an image '{}', not '{}'", options_.output.string(), tag,
                              name, recipe_.name),
                  "choose another output with -o, or another tag");
    }
  }

  // A log without entries means that every team signs now: a missing key is told before the work.
  void hold_first_keys() const {
    if (read_log(log_).custody()) return;
    std::vector<std::string> teams{recipe_.seal_team};
    for (const auto& stage : recipe_.stages) teams.push_back(stage.team);
    std::ranges::sort(teams);
    teams.erase(std::ranges::unique(teams).begin(), teams.end());
    for (const auto& team : teams) {
      const TeamKey& key = keys_.at(team);
      with_context([&] { (void)open_signer(key.certificate, key.origin); }, "team '{}'", team);
    }
  }

  WantedCustody want(const std::vector<BuiltStage>& stages, const AssembledImage& image,
                     const std::string& result) const {
    const auto tests = BlobDigest(sha256(encode_tests(suite_)));
    return want_custody(recipe_, stages, image, tags_, tests, suite_.tests.empty() ? "none" : result);
  }

  std::string test(const std::vector<BuiltStage>& stages, const AssembledImage& image, bool known_good) {
    if (suite_.tests.empty()) return "none";
    if (!options_.run_tests) {
      progress_.notice("tests skipped (--no-test); the seal will say so");
      return "skipped";
    }
    if (known_good) {
      progress_.event("tests: passed before for this very image (its seal says so)");
      return "passed";
    }
    const auto report = test_image(image.configuration, suite_, unpack(stages), progress_);
    if (report.could_not_run())
      throw failure_error("the smoke tests could not be run; nothing was sealed or tagged");
    if (!report.passed()) throw verdict_error("a smoke test failed; nothing was sealed or tagged");
    return "passed";
  }

  std::vector<fs::path> unpack(const std::vector<BuiltStage>& stages) {
    std::vector<LayerStream> streams;
    for (const auto& stage : stages) {
      for (const auto& layer : stage.layers) {
        streams.push_back({layer.diff_id, [this, layer](const ByteSink& sink) {
                             const auto blob = output_.find(layer.blob.digest);
                             if (!blob)
                               throw failure_error("layer {} is not in the store", layer.blob.digest.str());
                             Decompressor decompressor(
                                 layer_compression(layer.blob.media_type).value_or(Compression::none), sink);
                             stream_blob(blob->get(), layer.blob,
                                         [&](auto bytes) { decompressor.feed(bytes); });
                             decompressor.finish();
                           }});
      }
    }
    return LayerCache::of_user().unpack(streams, jobs_);
  }

  // What the output holds of this image's custody so far; none if it cannot be read.
  CustodyBundle previous_bundle(const std::vector<Descriptor>& referrers) {
    try {
      if (!referrers.empty()) return read_bundle(Layout(options_.output), referrers.back());
    } catch (const Error& error) {
      progress_.notice(fmt::format("custody in the output cannot be read and is replaced: {}", error.what()));
    }
    return {};
  }

  void seal(const WantedCustody& wanted, const AssembledImage& image, const BuildPlan& plan,
            BuildResult& result) {
    const auto referrers = custody_referrers(output_.index(), image.manifest.digest, options_.output);
    CustodyBundle seed = previous_bundle(referrers);
    const auto recorded = record_custody(log_, wanted, keys_, &seed, std::time(nullptr), progress_);
    for (const auto& [team, key] : keys_) {
      if (std::ranges::find(seed.certificates, key.certificate) == seed.certificates.end())
        seed.certificates.push_back(key.certificate);
    }
    seed.tests = encode_tests(suite_);
    const auto bundle = bundle_from_log(recorded.log, {recorded.seal}, image.manifest.digest, seed);
    const Descriptor artifact = write_bundle(output_, bundle, image.manifest);
    const auto refreshed =
        refresh_bundles(options_.output, recorded.log, image.manifest.digest, output_, progress_);
    publish(image, plan, [&](Index& index) {
      replace_bundle(index, referrers, artifact);
      for (const auto& fresh : refreshed) replace_bundle(index, {fresh.old}, fresh.artifact);
    });
    result.sealed = true;
    result.custody = recorded.log.custody()->hex();
    result.entries_added = recorded.added;
    result.log_size = recorded.log.leaves.size();
  }

  void publish_unsigned(const AssembledImage& image, const BuildPlan& plan) {
    progress_.notice(
        "UNSIGNED: no layer is signed, nothing is sealed; `compose verify` will refuse this image");
    publish(image, plan, [](Index&) {});
  }

  void publish(const AssembledImage& image, const BuildPlan& plan,
               const std::function<void(Index&)>& custody) {
    Descriptor listed = image.manifest;
    listed.platform = recipe_.platform;
    listed.annotations[std::string(image_name_annotation)] = recipe_.name;
    if (!options_.sign) listed.annotations[std::string(unsigned_annotation)] = "true";
    output_.commit([&](Index& index) {
      for (const auto& stage : plan.stages) {
        if (!stage.taken) continue;
        for (const auto& carried : stage.taken->referrers) replace_bundle(index, {}, carried);
      }
      for (const auto& tag : tags_) point_tag(index, listed, tag);
      custody(index);
    });
  }

  const Recipe& recipe_;
  const BuildOptions& options_;
  Progress& progress_;
  unsigned jobs_;
  fs::path log_;
  TestSuite suite_;
  LayoutUpdate output_;
  std::vector<std::string> tags_;
  std::map<std::string, TeamKey> keys_;
};

}  // namespace

BuildResult build_image(const Recipe& recipe, const BuildOptions& options, Progress& progress) {
  return Build(recipe, options, progress).run();
}

}  // namespace compose
