#include "composer/run/prepare_image.hpp"

#include <algorithm>
#include <ctime>
#include <thread>

#include "composer/run/layer_cache.hpp"
#include "composer/verify_image.hpp"
#include "recipes/parse_policy.hpp"
#include "signer/error.hpp"

namespace compose {

namespace {

std::string first_of(const Findings& findings) {
  const Finding& first = findings.front();
  const std::string where = first.where.empty() ? "" : first.where + ": ";
  return fmt::format("{}: {}{}", first.code, where, first.message);
}

CheckedImage checked_image(const ImageRef& ref, const std::string& policy, Progress& progress) {
  if (policy.empty()) {
    CheckResult result = check_image(ref, Platform::of_this_machine());
    if (!result.image) {
      throw Error(ErrorKind::verdict,
                  fmt::format("the image is faulty ({} findings): {}", result.findings.size(),
                              first_of(result.findings)),
                  "all of them: compose check");
    }
    progress.notice("custody was not verified (--policy FILE does)");
    return std::move(*result.image);
  }
  const VerifyResult result =
      verify_image(ref, parse_policy_file(policy), {.log = {}, .state = {}, .now = std::time(nullptr)});
  if (!result.image) {
    throw Error(ErrorKind::verdict,
                fmt::format("the image is refused ({} findings): {}", result.findings.size(),
                            first_of(result.findings)),
                "all of them: compose verify");
  }
  return result.image->image();
}

}  // namespace

PreparedImage prepare_image(const std::string& image, const std::string& policy, Progress& progress) {
  const ImageRef ref = ImageRef::parse(image);
  const CheckedImage checked = checked_image(ref, policy, progress);
  std::vector<LayerStream> streams;
  for (std::size_t i = 0; i < checked.layers().size(); ++i) {
    streams.push_back(
        {checked.layers()[i].diff_id, [&checked, i](const ByteSink& sink) { checked.read_layer(i, sink); }});
  }
  const unsigned threads = std::max(1u, std::thread::hardware_concurrency());
  return {.manifest = checked.descriptor().digest,
          .config = checked.config(),
          .tests = carried_tests(checked.layout(), checked.descriptor().digest),
          .lower = LayerCache::of_user().unpack(streams, threads)};
}

}  // namespace compose
