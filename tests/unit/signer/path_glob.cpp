#include "signer/path_glob.hpp"

#include <catch2/catch.hpp>
#include <chrono>
#include <functional>
#include <random>

using namespace compose;

namespace {

// What the globs mean, in the plainest and slowest way: the oracle of the tests below.
bool slowly(std::string_view glob, std::string_view path, bool at_start) {
  if (glob.empty()) return path.empty();
  if (at_start && glob.starts_with("**/")) {
    if (slowly(glob.substr(3), path, true)) return true;
    for (std::size_t i = 0; i < path.size(); ++i) {
      if (path[i] == '/' && slowly(glob.substr(3), path.substr(i + 1), true)) return true;
    }
    return false;
  }
  if (glob == "/**" && path.empty()) return true;
  if (glob.starts_with("**")) {
    const auto rest = glob.substr(std::min(glob.find_first_not_of('*'), glob.size()));
    for (std::size_t i = 0; i <= path.size(); ++i) {
      if (slowly(rest, path.substr(i), false)) return true;
    }
    return false;
  }
  if (glob.front() == '*') {
    for (std::size_t i = 0; i <= path.size(); ++i) {
      if (slowly(glob.substr(1), path.substr(i), false)) return true;
      if (i < path.size() && path[i] == '/') return false;
    }
    return false;
  }
  if (path.empty()) return false;
  if (glob.front() == '?' ? path.front() == '/' : path.front() != glob.front()) return false;
  return slowly(glob.substr(1), path.substr(1), glob.front() == '/');
}

// "**/**" says what "**" says, also where "/**" covers the folder itself.
std::string collapsed(std::string glob) {
  const auto is_component = [&](std::size_t at) {
    return (at == 0 || glob[at - 1] == '/') && (at + 5 == glob.size() || glob[at + 5] == '/');
  };
  for (std::size_t at = 0; (at = glob.find("**/**", at)) != std::string::npos;) {
    if (is_component(at)) {
      glob.erase(at, 3);
    } else {
      ++at;
    }
  }
  return glob;
}

class Random {
 public:
  explicit Random(unsigned seed) : engine_(seed) {}
  std::size_t below(std::size_t limit) { return engine_() % limit; }
  std::string components(const std::vector<std::string>& words) {
    std::string text;
    for (std::size_t count = 1 + below(4); count > 0; --count) {
      if (!text.empty()) text += '/';
      text += words[below(words.size())];
    }
    return text;
  }
  std::string glob() {
    return components({"a", "b", "*", "?", "**", "**", "a*", "*b", "a?b", "*a*b*", "a**b", "ab"});
  }
  std::string path() { return components({"a", "b", "ab", "aab", "abb", "ba", "aabb", "aXb"}); }

 private:
  std::mt19937 engine_;
};

}  // namespace

TEST_CASE("path_glob: what matches and what does not", "[signer][glob]") {
  struct Case {
    std::string glob;
    std::vector<std::string> yes, no;
  };
  const std::vector<Case> cases{
      {"/**", {"", "/", "/a", "a/b/c"}, {}},
      {"**", {"", "a", "a/b"}, {}},
      {"/", {"", "/"}, {"a"}},
      {"/opt/runtime/**",
       {"/opt/runtime", "opt/runtime", "/opt/runtime/a", "/opt/runtime/a/b"},
       {"/opt", "/opt/runtime2", "/opt/runtim", "/x/opt/runtime", ""}},
      {"/etc/*", {"/etc/passwd", "/etc/a.b"}, {"/etc", "/etc/a/b", "/etcx"}},
      {"/etc/*.d/**", {"/etc/x.d", "/etc/x.d/a/b", "/etc/.d"}, {"/etc/x/y.d", "/etc/d"}},
      {"**/*.tmp", {"a.tmp", "x/a.tmp", "x/y/.tmp"}, {"a.tmp/b", "atmp"}},
      {"**/x", {"x", "a/x", "a/b/x"}, {"xx", "a/xx", "ax", "x/a"}},
      {"a/**/b", {"a/b", "a/x/b", "a/x/y/b"}, {"ab", "a/xb", "a/b/c", "b"}},
      {"a/**/**/b", {"a/b", "a/x/y/b"}, {"ab"}},
      {"a**b", {"ab", "a/b", "axx/yyb"}, {"a", "ba", "b"}},
      {"bin/*", {"bin/start"}, {"bin", "bin/a/b", "sbin/a"}},
      {"a?c",
       {"abc",
        "a\xff"
        "c"},
       {"ac", "a/c", "abbc"}},
      {"[ab]", {"[ab]"}, {"a", "b"}},
      {"a\\*", {"a\\", "a\\x"}, {"a*"}},
  };
  for (const Case& each : cases) {
    CAPTURE(each.glob);
    CHECK_FALSE(glob_fault(each.glob));
    for (const std::string& path : each.yes) {
      CAPTURE(path);
      CHECK(glob_matches(each.glob, path));
    }
    for (const std::string& path : each.no) {
      CAPTURE(path);
      CHECK_FALSE(glob_matches(each.glob, path));
    }
  }
}

TEST_CASE("path_glob: the automaton agrees with the plain definition", "[signer][glob][property]") {
  Random random(7);
  int matches = 0;
  for (int i = 0; i < 20'000; ++i) {
    const std::string glob = random.glob();
    const std::string path = random.path();
    const bool expected = slowly(collapsed(glob), path, true);
    matches += expected ? 1 : 0;
    if (glob_matches(glob, path) != expected) {
      CAPTURE(glob, path, expected);
      FAIL("they differ");
    }
  }
  CHECK(matches > 1000);
}

TEST_CASE("path_glob: any of several", "[signer][glob]") {
  CHECK(any_glob_matches({"/a", "/b/**"}, "/b/c"));
  CHECK_FALSE(any_glob_matches({"/a", "/b/**"}, "/c"));
  CHECK_FALSE(any_glob_matches({}, "/c"));
}

TEST_CASE("path_glob: globs that are refused", "[signer][glob][hostile]") {
  for (const std::string glob : {"", "!/a", "/a//b", "//", "/a/", "/a/../b", "..", "./a", "/a/."}) {
    CAPTURE(glob);
    CHECK(glob_fault(glob));
  }
  CHECK(glob_fault(std::string("/a\0b", 4)));
  CHECK(glob_fault(std::string(4097, 'a')));
  CHECK_FALSE(glob_fault(std::string(4096, 'a')));
  CHECK(glob_fault("!x") == "negation is not supported");
}

TEST_CASE("path_glob: hostile globs stay cheap", "[signer][glob][hostile]") {
  std::string stars;
  std::string deep;
  for (int i = 0; i < 400; ++i) stars += "*a";
  for (int i = 0; i < 400; ++i) deep += "**/a*/";
  const auto begin = std::chrono::steady_clock::now();
  CHECK_FALSE(glob_matches(stars + "b", std::string(4000, 'a')));
  CHECK_FALSE(glob_matches("**" + stars + "b", std::string(4000, 'a')));
  std::string path;
  for (int i = 0; i < 1000; ++i) path += "aa/";
  CHECK_FALSE(glob_matches(deep + "b", path + "a"));
  CHECK_FALSE(glob_covers(deep + "b", deep + "a"));
  CHECK(std::chrono::steady_clock::now() - begin < std::chrono::seconds(20));
}

TEST_CASE("path_glob: one glob covers another", "[signer][glob]") {
  struct Case {
    std::string outer;
    std::vector<std::string> yes, no;
  };
  const std::vector<Case> cases{
      {"/**", {"/**", "/x", "/", "/x/*/z", "**/a", "a**b"}, {}},
      {"/x/**",
       {"/x/**", "/x", "/x/y", "/x/*/z", "/x/**/y", "/x/y/**", "/x/a**b"},
       {"/**", "/y", "/x*", "/*", "/x**", "**/x"}},
      {"/x/*", {"/x/*", "/x/y", "/x/y*", "/x/?"}, {"/x", "/x/**", "/x/*/y", "/x/a**"}},
      {"/x/*/**", {"/x/y", "/x/y/z", "/x/*/**", "/x/*/a/**"}, {"/x", "/x/**"}},
      {"**/a", {"a", "x/a", "**/a", "*/a", "x/**/a"}, {"**", "x", "x/**"}},
      {"/x/a*b", {"/x/ab", "/x/a*b", "/x/axb", "/x/a?b", "/x/a*c*b"}, {"/x/a*", "/x/*b", "/x/a"}},
      {"/x/??", {"/x/ab", "/x/?b"}, {"/x/*", "/x/a", "/x/a*"}},
      {"/a**", {"/a**"}, {"/ab", "/a/b"}},
      {"/", {"/"}, {"/a", "/**"}},
  };
  for (const Case& each : cases) {
    for (const std::string& inner : each.yes) {
      CAPTURE(each.outer, inner);
      // "/a**" is the incomplete case: sound, but it sees itself only.
      CHECK(glob_covers(each.outer, inner));
    }
    for (const std::string& inner : each.no) {
      CAPTURE(each.outer, inner);
      CHECK_FALSE(glob_covers(each.outer, inner));
    }
  }
}

TEST_CASE("path_glob: covering is sound", "[signer][glob][property]") {
  Random random(11);
  int covers = 0;
  for (int i = 0; i < 20'000; ++i) {
    const std::string outer = random.glob();
    const std::string inner = random.glob();
    if (!glob_covers(outer, inner)) continue;
    ++covers;
    for (int j = 0; j < 20; ++j) {
      const std::string path = random.path();
      if (glob_matches(inner, path) && !glob_matches(outer, path)) {
        CAPTURE(outer, inner, path);
        FAIL("the inner glob matches more");
      }
    }
  }
  CHECK(covers > 500);
}
