#include "composer/source/source.hpp"
#include "signer/error.hpp"

namespace compose {

namespace {

constexpr std::int64_t latest_epoch = (std::int64_t{1} << 33) - 1;  // what a tar header holds

}  // namespace

std::int64_t stage_epoch(const Recipe& recipe, const SourceTree& source,
                         std::optional<std::int64_t> source_date_epoch) {
  if (recipe.epoch) return *recipe.epoch;
  if (source_date_epoch) return *source_date_epoch;
  const std::int64_t committed = source.commit_time.value_or(0);
  if (committed >= 0 && committed <= latest_epoch) return committed;
  throw Error(ErrorKind::usage, fmt::format("the commit's time {} is before 1970 or after 2242", committed),
              "set `epoch` in [image]");
}

}  // namespace compose
