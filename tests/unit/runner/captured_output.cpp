#include "runner/captured_output.hpp"

#include <catch2/catch.hpp>

using compose::CapturedOutput;

TEST_CASE("captured_output: what fits is kept whole", "[runner][output]") {
  CapturedOutput output(10);
  CHECK(output.text().empty());
  output.add("abcde");
  output.add("fghij");
  CHECK(output.text() == "abcdefghij");
  CHECK(output.dropped() == 0);
}

TEST_CASE("captured_output: the middle is left out and counted", "[runner][output]") {
  CapturedOutput output(10);
  output.add("abcdefghijk");
  CHECK(output.dropped() == 1);
  CHECK(output.text() == "abcde\n[1 bytes left out]\nghijk");
}

TEST_CASE("captured_output: the same whatever the pieces", "[runner][output]") {
  std::string text;
  for (int i = 0; i < 1000; ++i) text += static_cast<char>('a' + i % 26);
  const std::size_t most = GENERATE(0u, 1u, 2u, 7u, 100u, 999u, 1000u, 1001u);
  CapturedOutput whole(most);
  whole.add(text);
  for (const std::size_t piece : {1u, 3u, 10u, 64u, 500u}) {
    CapturedOutput parts(most);
    for (std::size_t at = 0; at < text.size(); at += piece)
      parts.add(std::string_view(text).substr(at, piece));
    CHECK(parts.text() == whole.text());
    CHECK(parts.dropped() == whole.dropped());
  }
  CHECK(whole.dropped() == (most < text.size() ? text.size() - most : 0));
}
