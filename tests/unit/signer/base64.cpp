#include "signer/base64.hpp"

#include <catch2/catch.hpp>

using namespace compose;

TEST_CASE("base64: RFC 4648 section 10 vectors", "[signer][base64]") {
  const auto [plain, coded] = GENERATE(table<std::string, std::string>({{"", ""},
                                                                        {"f", "Zg=="},
                                                                        {"fo", "Zm8="},
                                                                        {"foo", "Zm9v"},
                                                                        {"foob", "Zm9vYg=="},
                                                                        {"fooba", "Zm9vYmE="},
                                                                        {"foobar", "Zm9vYmFy"}}));
  CHECK(to_base64(plain) == coded);
  CHECK(from_base64(coded) == plain);
}

TEST_CASE("base64: every byte comes back, in both alphabets", "[signer][base64]") {
  std::string all;
  for (int i = 0; i < 256; ++i) all += static_cast<char>(i);
  std::string coded = to_base64(all);
  CHECK(from_base64(coded) == all);
  for (char& digit : coded) digit = digit == '+' ? '-' : digit == '/' ? '_' : digit;
  CHECK(from_base64(coded) == all);
}

TEST_CASE("base64: second spellings are refused", "[signer][base64]") {
  const auto bad = GENERATE(as<std::string>{}, "Zg", "Zg=", "Zh==", "Zm9=", "Zm 9v", "Zm9v\n", "=",
                            "====", "Zg==Zg==", "+-+-", "Zm9v=");
  CAPTURE(bad);
  CHECK_FALSE(from_base64(bad));
}
