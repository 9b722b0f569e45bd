#include "runner/program_search.hpp"

#include <catch2/catch.hpp>

using compose::program_candidates;
using Paths = std::vector<std::string>;

TEST_CASE("program_search: a name with a slash is not searched", "[runner][search]") {
  CHECK(program_candidates("/bin/x", {"PATH=/usr/bin"}) == Paths{"/bin/x"});
  CHECK(program_candidates("bin/x", {"PATH=/usr/bin"}) == Paths{"bin/x"});
}

TEST_CASE("program_search: the plan's PATH decides", "[runner][search]") {
  CHECK(program_candidates("x", {"A=1", "PATH=/a:/b"}) == Paths{"/a/x", "/b/x"});
  CHECK(program_candidates("x", {"PATH=:/b:"}) == Paths{"./x", "/b/x", "./x"});
  CHECK(program_candidates("x", {"PATH="}) == Paths{"./x"});
  CHECK(program_candidates("x", {"XPATH=/a"}).size() == 6);
  CHECK(program_candidates("x", {}).front() == "/usr/local/sbin/x");
}
