#include "composer/progress.hpp"

#include <catch2/catch.hpp>

using namespace compose;

TEST_CASE("progress: sizes as people read them", "[composer][progress]") {
  CHECK(human_size(0) == "0 B");
  CHECK(human_size(999) == "999 B");
  CHECK(human_size(1000) == "1.0 kB");
  CHECK(human_size(999'949) == "999.9 kB");
  CHECK(human_size(999'950) == "1.0 MB");
  CHECK(human_size(61'234'567) == "61.2 MB");
  CHECK(human_size(UINT64_MAX) == "18446744.1 TB");
}
