#include "signer/custody_bundle.hpp"

#include <catch2/catch.hpp>

#include "signer/error.hpp"
#include "tests/unit/signer/fake_signer.hpp"

using namespace compose;
using namespace compose::test;

namespace {

CustodyEntry make_entry(const std::string& nonce) {
  return sign_entry({.custody = {}, .team = "release", .stage = "", .parents = {}, .claimed_time = 1},
                    GenesisClaim{"shop/web", {{"release", FakeSigner().primary()}}, "release", nonce},
                    FakeSigner());
}

}  // namespace

TEST_CASE("custody_bundle: entries keep their bytes and indexes", "[signer][bundle]") {
  const CustodyEntry first = make_entry(std::string(32, '1'));
  const CustodyEntry second = make_entry(std::string(32, '2'));
  const std::string bytes = encode_entries({{0, first}, {7, second}, {std::nullopt, first}});
  CHECK(bytes == "{\"entry\":" + first.line + ",\"index\":0}\n{\"entry\":" + second.line +
                     ",\"index\":7}\n{\"entry\":" + first.line + "}\n");
  const std::vector<BundledEntry> read = decode_entries(bytes);
  REQUIRE(read.size() == 3);
  CHECK(read[0].index == 0);
  CHECK(read[1].index == 7);
  CHECK_FALSE(read[2].index);
  CHECK(read[1].entry.line == second.line);
  CHECK(read[1].entry.id == second.id);
  CHECK(encode_entries(read) == bytes);
  CHECK(decode_entries("").empty());
}

TEST_CASE("custody_bundle: lines that are anything else are refused", "[signer][bundle][hostile]") {
  const CustodyEntry first = make_entry(std::string(32, '1'));
  const std::string line = "{\"entry\":" + first.line + ",\"index\":3}\n";
  const auto [text, why] = GENERATE_COPY(table<std::string, std::string>({
      {line.substr(0, line.size() - 1), "no line feed"},
      {"\n", "not an entry"},
      {line + "\n", "line 2: not an entry"},
      {" " + line, "not an entry"},
      {"{\"index\":3,\"entry\":" + first.line + "}\n", "not an entry"},
      {"{\"entry\":" + first.line + ",\"index\":03}\n", "line 1: "},
      {"{\"entry\":" + first.line + ",\"index\":-3}\n", "line 1: "},
      {"{\"entry\":" + first.line + ",\"index\":3.0}\n", "line 1: "},
      {"{\"entry\":" + first.line + ",\"index\":18446744073709551616}\n", "line 1: "},
      {"{\"entry\":" + first.line + ",\"index\":3,\"index\":3}\n", "line 1: "},
      {"{\"entry\":" + first.line + " ,\"other\":3}\n", "line 1: "},
      {"{\"entry\":" + first.line + "," + first.line + "}\n", "line 1: "},
      {"{\"entry\":{}}\n", "line 1: "},
      {"{\"entry\":}\n", "line 1: "},
      {line + line, "line 2: the entries are not in the log's order"},
      {"{\"entry\":" + first.line + "}\n" + line, "not in the log's order"},
      {"{\"entry\":" + std::string(60000, ' ') + first.line + "}\n", "larger than"},
  }));
  CAPTURE(text);
  try {
    static_cast<void>(decode_entries(text));
    FAIL_CHECK("was taken");
  } catch (const Error& error) {
    CHECK(error.kind() == ErrorKind::verdict);
    CHECK_THAT(error.what(), Catch::StartsWith("custody entries: ") && Catch::Contains(why));
  }
}

TEST_CASE("custody_bundle: leaves are 32 bytes each", "[signer][bundle]") {
  const std::vector<Sha256> leaves{sha256(std::string_view("a")), sha256(std::string_view("b"))};
  const std::string bytes = encode_leaves(leaves);
  CHECK(bytes.size() == 64);
  CHECK(decode_leaves(bytes) == leaves);
  CHECK(decode_leaves("").empty());
  CHECK_THROWS_WITH(decode_leaves(bytes.substr(1)), Catch::Contains("not a multiple of 32"));
}
