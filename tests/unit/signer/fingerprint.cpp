#include "signer/fingerprint.hpp"

#include <catch2/catch.hpp>

using namespace compose;

TEST_CASE("fingerprint: 40 hex digits of either case, kept in lower case", "[signer][fingerprint]") {
  const auto parsed = Fingerprint::from("0123456789ABCDEFabcdef000000000000000000");
  REQUIRE(parsed);
  CHECK(parsed->hex() == "0123456789abcdefabcdef000000000000000000");
  CHECK(parsed == Fingerprint::from("0123456789abcdefABCDEF000000000000000000"));
}

TEST_CASE("fingerprint: anything else is none", "[signer][fingerprint][hostile]") {
  const std::string digits(40, 'a');
  for (const std::string& text :
       {std::string(), digits.substr(1), digits + "a", "0x" + digits.substr(2), digits.substr(1) + "g",
        digits.substr(1) + " ", std::string(39, 'a') + '\0', std::string(64, 'a'), digits.substr(0, 16)}) {
    CAPTURE(text);
    CHECK_FALSE(Fingerprint::from(text));
  }
}
