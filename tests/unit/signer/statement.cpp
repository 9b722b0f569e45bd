#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>
#include <random>

#include "signer/atomic_file.hpp"
#include "signer/custody_entry.hpp"
#include "signer/error.hpp"
#include "tests/unit/signer/example_statements.hpp"

using namespace compose;
using Catch::Matchers::Contains;
using Catch::Matchers::StartsWith;
using compose::test::example_statements;
using compose::test::ExampleStatement;
using Json = nlohmann::json;

namespace {

const ExampleStatement& example(std::string_view kind) {
  static const std::vector<ExampleStatement> examples = example_statements();
  for (const ExampleStatement& each : examples) {
    if (each.kind == kind) return each;
  }
  throw std::logic_error("no such example");
}

// The message of the verdict on a payload; "accepted" when there is none.
std::string verdict_on(std::string_view payload) {
  try {
    static_cast<void>(decode_statement(payload));
    return "accepted";
  } catch (const Error& error) {
    CHECK(error.kind() == ErrorKind::verdict);
    return error.what();
  }
}

std::string edited(std::string_view kind, const std::string& pointer, const Json& value) {
  Json json = Json::parse(example(kind).payload);
  json[Json::json_pointer(pointer)] = value;
  return json.dump();
}

std::string without(std::string_view kind, const std::string& parent, const std::string& name) {
  Json json = Json::parse(example(kind).payload);
  json[Json::json_pointer(parent)].erase(name);
  return json.dump();
}

bool same(const CustodyStatement& a, const CustodyStatement& b) {
  return a.header.custody == b.header.custody && a.header.team == b.header.team &&
         a.header.stage == b.header.stage && a.header.parents == b.header.parents &&
         a.header.claimed_time == b.header.claimed_time && a.signing_key == b.signing_key &&
         a.primary_key == b.primary_key && a.claim == b.claim;
}

}  // namespace

TEST_CASE("statement: the payloads of CUSTODY.md", "[signer][entry][golden]") {
  const std::string document = read_file(COMPOSE_TESTS_DIR "/../signer/CUSTODY.md", 1u << 20);
  for (const ExampleStatement& each : example_statements()) {
    CAPTURE(each.kind);
    CHECK(claim_kind(each.statement.claim) == each.kind);
    CHECK(encode_statement(each.statement) == each.payload);
    CHECK(same(decode_statement(each.payload), each.statement));
    CHECK(entry_id({std::string(in_toto_payload_type), each.payload, {}}).str() == each.id);
    CHECK_THAT(document, Contains("\n" + each.payload + "\n"));
    CHECK_THAT(document, Contains(each.id));
  }
}

TEST_CASE("statement: what cannot be left out", "[signer][entry][hostile]") {
  struct Case {
    std::string kind, parent;
    std::vector<std::string> names;
  };
  const std::vector<Case> cases{
      {"genesis", "", {"_type", "predicate", "predicateType", "subject"}},
      {"genesis", "/predicate", {"claim", "claimedTime", "parents", "primaryKey", "signingKey", "team"}},
      {"genesis", "/predicate/claim", {"image", "nonce", "sealingTeam", "teams"}},
      {"layer", "/predicate", {"custody", "stage"}},
      {"layer",
       "/predicate/claim",
       {"blob", "chain", "diffId", "inputs", "mediaType", "parentChain", "position", "size", "stageRecipe"}},
      {"countersign", "/predicate/claim", {"evidence", "reason", "target", "verdict"}},
      {"countersign", "/predicate/claim/evidence/0", {"digest", "name", "size"}},
      {"seal", "/predicate", {"custody"}},
      {"seal",
       "/predicate/claim",
       {"config", "contract", "image", "layers", "logRoot", "logSize", "manifest", "platform", "tags",
        "testsResult"}},
      {"seal", "/predicate/claim/layers/0", {"diffId", "entry"}},
  };
  for (const Case& each : cases) {
    for (const std::string& name : each.names) {
      CAPTURE(each.kind, each.parent, name);
      CHECK_THAT(verdict_on(without(each.kind, each.parent, name)), StartsWith("statement-"));
    }
  }
}

TEST_CASE("statement: unknown fields are refused at every level", "[signer][entry][hostile]") {
  for (const auto& [kind, parent] :
       std::vector<std::pair<std::string, std::string>>{{"genesis", ""},
                                                        {"genesis", "/predicate"},
                                                        {"genesis", "/predicate/claim"},
                                                        {"layer", "/predicate/claim"},
                                                        {"countersign", "/predicate/claim"},
                                                        {"countersign", "/predicate/claim/evidence/0"},
                                                        {"seal", "/predicate/claim"},
                                                        {"seal", "/predicate/claim/layers/1"}}) {
    CAPTURE(kind, parent);
    CHECK_THAT(verdict_on(edited(kind, parent + "/extra", 1)),
               StartsWith("statement-field: ") && Contains("unknown"));
  }
}

TEST_CASE("statement: values outside of their rules", "[signer][entry][hostile]") {
  struct Case {
    std::string kind, pointer;
    Json value;
    std::string start;
  };
  const std::string digest = "sha256:" + std::string(64, '0');
  const Json layers = Json::parse(example("seal").payload)["predicate"]["claim"]["layers"];
  const std::vector<Case> cases{
      {"layer", "/_type", "https://in-toto.io/Statement/v0.1", "statement-type"},
      {"layer", "/_type", 1, "statement-field"},
      {"layer", "/predicateType", "https://slsa.dev/provenance/v1", "statement-kind"},
      {"layer", "/predicateType", "urn:compose:custody:v1:", "statement-kind"},
      {"layer", "/predicateType", "urn:compose:custody:v1:void", "statement-kind: 'void' is not known"},
      {"layer", "/predicateType", "urn:compose:custody:v2:layer", "statement-kind"},
      {"layer", "/predicateType", "urn:compose:custody:v1:seal", "statement-field"},
      {"layer", "/subject", Json::array(), "statement-subject"},
      {"layer", "/subject", Json::object(), "statement-field"},
      {"layer", "/subject/0/name", "layer/0", "statement-subject"},
      {"layer", "/subject/0/digest/sha256", std::string(64, '0'), "statement-subject"},
      {"layer", "/subject/0/digest/sha512", "00", "statement-subject"},
      {"layer", "/subject/0/mediaType", "text/plain", "statement-subject"},
      {"layer", "/subject/1", {{"name", "more"}}, "statement-subject"},
      {"genesis", "/subject/0/digest/sha256", std::string(64, '0'), "statement-subject"},
      {"seal", "/subject/0/digest/sha256", std::string(64, '0'), "statement-subject"},
      {"countersign", "/subject/0/digest/sha256", std::string(64, '0'), "statement-subject"},
      {"layer", "/predicate", Json::array(), "statement-field"},
      {"layer", "/predicate/claim", nullptr, "statement-field"},
      {"layer", "/predicate/custody", "0000", "statement-value"},
      {"layer", "/predicate/custody", nullptr, "statement-field"},
      {"genesis", "/predicate/custody", digest, "statement-value: custody"},
      {"layer", "/predicate/team", "", "statement-value: team"},
      {"layer", "/predicate/team", "Ops", "statement-value: team"},
      {"layer", "/predicate/team", "../ops", "statement-value: team"},
      {"layer", "/predicate/team", "-ops", "statement-value: team"},
      {"layer", "/predicate/team", std::string(64, 'a'), "statement-value: team"},
      {"layer", "/predicate/team", "\u00f6ps", "statement-value: team"},
      {"layer", "/predicate/stage", "", "statement-value: stage"},
      {"layer", "/predicate/stage", "a/b", "statement-value: stage"},
      {"genesis", "/predicate/stage", "base", "statement-value: stage"},
      {"seal", "/predicate/stage", "base", "statement-value: stage"},
      {"layer", "/predicate/parents", "x", "statement-value: predicate.parents"},
      {"layer", "/predicate/parents", {1}, "statement-value: predicate.parents"},
      {"layer", "/predicate/parents", {"sha256:00"}, "statement-value: predicate.parents"},
      {"layer", "/predicate/parents", {digest, digest}, "statement-value: parents: one stands there twice"},
      {"genesis", "/predicate/parents", {digest}, "statement-value: parents"},
      {"layer", "/predicate/claimedTime", 1767225600, "statement-field"},
      {"layer", "/predicate/claimedTime", "2026-01-01T00:00:00+00:00", "statement-value"},
      {"layer", "/predicate/claimedTime", "2026-02-30T00:00:00Z", "statement-value"},
      {"layer", "/predicate/signingKey", "abcd", "statement-value"},
      {"layer", "/predicate/signingKey", std::string(40, 'A'), "statement-spelling"},
      {"genesis", "/predicate/primaryKey", std::string(40, 'a'), "statement-value: primaryKey"},
      {"genesis", "/predicate/team", "ops", "statement-value: claim.sealingTeam"},
      {"genesis", "/predicate/claim/sealingTeam", "ops", "statement-value: claim.sealingTeam"},
      {"genesis", "/predicate/claim/teams", Json::object(), "statement-value: claim.sealingTeam"},
      {"genesis", "/predicate/claim/teams/ops", 1, "statement-value"},
      {"genesis", "/predicate/claim/teams/ops", "aaaa", "statement-value"},
      {"genesis", "/predicate/claim/teams/OPS", std::string(40, 'a'), "statement-value: claim.teams"},
      {"genesis", "/predicate/claim/image", "Shop", "statement-value: claim.image"},
      {"genesis", "/predicate/claim/image", "shop//web", "statement-value: claim.image"},
      {"genesis", "/predicate/claim/image", "../web", "statement-value: claim.image"},
      {"genesis", "/predicate/claim/image", "shop/web-", "statement-value: claim.image"},
      {"genesis", "/predicate/claim/nonce", "0011", "statement-value: claim.nonce"},
      {"genesis", "/predicate/claim/nonce", std::string(32, 'F'), "statement-value: claim.nonce"},
      {"layer", "/predicate/claim/size", -1, "statement-field"},
      {"layer", "/predicate/claim/size", 1.0, "statement-field"},
      {"layer", "/predicate/claim/size", 9007199254740992, "statement-field"},
      {"layer", "/predicate/claim/size", "1", "statement-field"},
      {"layer", "/predicate/claim/size", true, "statement-field"},
      {"layer", "/predicate/claim/position", 0, "statement-value: claim.parentChain"},
      {"layer", "/predicate/claim/position", 512, "statement-value: claim.position"},
      {"layer", "/predicate/claim/parentChain", digest, "statement-value: claim.chain"},
      {"layer", "/predicate/claim/chain", digest, "statement-value: claim.chain"},
      {"layer", "/predicate/claim/diffId", "sha512:" + std::string(64, '0'), "statement-value"},
      {"layer", "/predicate/claim/diffId", "sha256:" + std::string(64, 'A'), "statement-value"},
      {"layer", "/predicate/claim/mediaType", "tar", "statement-value: claim.mediaType"},
      {"layer", "/predicate/claim/mediaType", "a/b/c", "statement-value: claim.mediaType"},
      {"layer", "/predicate/claim/mediaType", "a/b c", "statement-value: claim.mediaType"},
      {"layer", "/predicate/claim/inputs", Json::array(), "statement-field"},
      {"layer", "/predicate/claim/inputs/git", "", "statement-value: claim.inputs"},
      {"layer", "/predicate/claim/inputs/git", 1, "statement-value"},
      {"layer", "/predicate/claim/inputs/a b", "x", "statement-value: claim.inputs"},
      {"layer", "/predicate/claim/inputs/big", std::string(4097, 'x'), "statement-value: claim.inputs"},
      {"countersign", "/predicate/claim/verdict", "PASS", "statement-value"},
      {"countersign", "/predicate/claim/verdict", true, "statement-field"},
      {"countersign", "/predicate/claim/expires", "soon", "statement-value"},
      {"countersign", "/predicate/claim/reason", std::string(8193, 'x'), "statement-value: claim.reason"},
      {"countersign", "/predicate/claim/evidence/0", "x", "statement-field"},
      {"countersign", "/predicate/claim/evidence/0/name", "a/b", "statement-value: claim.evidence"},
      {"countersign", "/predicate/claim/evidence/0/name", "..", "statement-value: claim.evidence"},
      {"countersign", "/predicate/claim/evidence/0/name", "a\x1b[31m",
       "statement-value: claim.evidence: 'a\\x"},
      {"seal", "/predicate/claim/tags", "1.0", "statement-value"},
      {"seal", "/predicate/claim/tags", {"1.0", "1.0"}, "statement-value: claim.tags"},
      {"seal", "/predicate/claim/tags", {"../x"}, "statement-value: claim.tags"},
      {"seal", "/predicate/claim/tags", {""}, "statement-value: claim.tags"},
      {"seal", "/predicate/claim/platform", "linux", "statement-value: claim.platform"},
      {"seal", "/predicate/claim/platform", "linux/", "statement-value: claim.platform"},
      {"seal", "/predicate/claim/contract/ops", "/**", "statement-value"},
      {"seal", "/predicate/claim/contract/ops", {"!/etc"}, "statement-value: claim.contract.ops"},
      {"seal", "/predicate/claim/contract/Ops", {"/**"}, "statement-value: claim.contract"},
      {"seal", "/predicate/claim/testsResult", "ok", "statement-value: claim.testsResult"},
      {"seal", "/predicate/claim/layers", {1}, "statement-field"},
      {"seal", "/predicate/claim/layers", nullptr, "statement-field"},
      {"seal", "/predicate/claim/tests", "x", "statement-value"},
  };
  for (const Case& each : cases) {
    CAPTURE(each.kind, each.pointer, each.value.dump());
    CHECK_THAT(verdict_on(edited(each.kind, each.pointer, each.value)), StartsWith(each.start));
  }
}

TEST_CASE("statement: a second spelling is refused", "[signer][entry][hostile]") {
  const std::string payload = example("countersign").payload;
  const auto replaced = [&](const std::string& from, const std::string& to) {
    std::string copy = payload;
    const auto at = copy.find(from);
    REQUIRE(at != std::string::npos);
    return copy.replace(at, from.size(), to);
  };
  REQUIRE(verdict_on(payload) == "accepted");
  CHECK_THAT(verdict_on(payload + "\n"), StartsWith("statement-spelling"));
  CHECK_THAT(verdict_on(" " + payload), StartsWith("statement-spelling"));
  CHECK_THAT(verdict_on(replaced("\"pass\"", "\"p\\u0061ss\"")), StartsWith("statement-spelling"));
  CHECK_THAT(verdict_on(replaced("\"size\":6", "\"size\": 6")), StartsWith("statement-spelling"));
  CHECK_THAT(verdict_on(replaced("\"name\":\"scan.txt\",\"size\":6", "\"size\":6,\"name\":\"scan.txt\"")),
             StartsWith("statement-spelling"));
  CHECK_THAT(verdict_on(replaced("\"size\":6", "\"size\":6e0")), StartsWith("statement-field"));
  CHECK_THAT(verdict_on(replaced("\"size\":6", "\"size\":6,\"size\":6")),
             StartsWith("statement-json") && Contains("duplicate name 'size'"));
  CHECK_THAT(verdict_on(payload + "{}"), StartsWith("statement-json"));
  CHECK_THAT(verdict_on(replaced("reviewed", "\xff")), StartsWith("statement-json"));
  CHECK_THAT(verdict_on(""), StartsWith("statement-json"));
  CHECK_THAT(verdict_on("[]"), StartsWith("statement-field"));
  CHECK_THAT(verdict_on(std::string(40'000, '[')), StartsWith("statement-json"));
  CHECK_THAT(verdict_on(std::string(most_entry_bytes + 1, ' ')), StartsWith("statement-json"));
}

TEST_CASE("statement: what breaks the rules is not written either", "[signer][entry]") {
  CustodyStatement statement = example("layer").statement;
  statement.header.team = "Ops";
  CHECK_THROWS_AS(encode_statement(statement), Error);
  statement = example("layer").statement;
  statement.header.custody.reset();
  CHECK_THROWS_WITH(encode_statement(statement), "custody: missing");
  statement = example("seal").statement;
  std::get<SealClaim>(statement.claim).log_size = std::uint64_t{1} << 53;
  CHECK_THROWS_WITH(encode_statement(statement), "claim.logSize: too large");
  statement = example("countersign").statement;
  std::get<CountersignClaim>(statement.claim).reason = "\xff";
  CHECK_THROWS_AS(encode_statement(statement), Error);
  statement.header.claimed_time = -1;
  CHECK_THROWS_AS(encode_statement(statement), Error);
}

namespace {

// Random statements that keep the rules.
class Random {
 public:
  explicit Random(unsigned seed) : engine_(seed) {}

  CustodyStatement statement() {
    switch (below(4)) {
      case 0: {
        const Fingerprint primary = key();
        return {{std::nullopt, "release", "", {}, time()},
                key(),
                primary,
                GenesisClaim{"shop/web" + std::to_string(below(9)),
                             {{"release", primary}, {"t" + std::to_string(below(99)), key()}},
                             "release",
                             hash().hex().substr(0, 32)}};
      }
      case 1:
        return {header("stage-" + std::to_string(below(9))), key(), key(), layer()};
      case 2:
        return {header(below(2) == 0 ? "" : "base"), key(), key(), countersign()};
      default:
        return {header(""), key(), key(), seal()};
    }
  }

 private:
  std::uint64_t below(std::uint64_t limit) { return engine_() % limit; }
  std::int64_t time() { return static_cast<std::int64_t>(below(253'402'300'800)); }
  Sha256 hash() { return sha256(std::to_string(engine_())); }
  Fingerprint key() { return Fingerprint::from(hash().hex().substr(0, 40)).value(); }
  std::string text() {
    std::string made;
    for (auto count = below(12); count > 0; --count) {
      static const std::vector<std::string> pieces{"a",    "\"", "\\",     "\n",     "\t",        "\x01",
                                                   "\x7f", "/",  "\u00e9", "\u202e", "\U0001f512"};
      made += pieces[below(pieces.size())];
    }
    return made;
  }
  CustodyHeader header(const std::string& stage) {
    CustodyHeader made{EntryId(hash()), "team" + std::to_string(below(9)), stage, {}, time()};
    for (auto count = below(4); count > 0; --count) made.parents.emplace_back(hash());
    return made;
  }
  LayerClaim layer() {
    const std::uint64_t position = below(3);
    const std::optional<ChainId> parent = position == 0 ? std::nullopt : std::optional(ChainId(hash()));
    const DiffId diff_id(hash());
    LayerClaim made{diff_id,
                    BlobDigest(hash()),
                    below(std::uint64_t{1} << 53),
                    "application/x",
                    hash(),
                    {},
                    position,
                    parent,
                    chain_of(parent, diff_id)};
    for (auto count = below(3); count > 0; --count) made.inputs["in" + std::to_string(count)] = "v" + text();
    return made;
  }
  CountersignClaim countersign() {
    CountersignClaim made{
        EntryId(hash()), below(2) == 0 ? StampVerdict::pass : StampVerdict::fail, text(), {}, std::nullopt};
    for (auto count = below(3); count > 0; --count)
      made.evidence.push_back({"f\u00e9\"", hash(), below(1000)});
    if (below(2) == 0) made.expires = time();
    return made;
  }
  SealClaim seal() {
    SealClaim made{
        "shop/web", {},        "linux/arm/v7", BlobDigest(hash()), BlobDigest(hash()), {}, {}, std::nullopt,
        "none",     below(99), hash()};
    for (auto count = below(3); count > 0; --count) made.tags.push_back("t" + std::to_string(count));
    for (auto count = below(4); count > 0; --count) made.layers.push_back({DiffId(hash()), EntryId(hash())});
    for (auto count = below(3); count > 0; --count)
      made.contract["t" + std::to_string(count)] = {"/a/**", "b*"};
    if (below(2) == 0) {
      made.tests = BlobDigest(hash());
      made.tests_result = below(2) == 0 ? "passed" : "skipped";
    }
    return made;
  }

  std::mt19937_64 engine_;
};

}  // namespace

TEST_CASE("statement: decode(encode(x)) is x", "[signer][entry][property]") {
  Random random(5);
  for (int i = 0; i < 500; ++i) {
    const CustodyStatement statement = random.statement();
    const std::string payload = encode_statement(statement);
    CAPTURE(payload);
    REQUIRE(payload.find('\n') == std::string::npos);
    REQUIRE(same(decode_statement(payload), statement));
  }
}

TEST_CASE("statement: no changed byte is the same statement", "[signer][entry][property]") {
  for (const ExampleStatement& each : example_statements()) {
    for (std::size_t at = 0; at < each.payload.size(); ++at) {
      for (const int bit : {1, 4, 32}) {
        std::string changed = each.payload;
        changed[at] = static_cast<char>(changed[at] ^ bit);
        try {
          const CustodyStatement read = decode_statement(changed);
          CAPTURE(changed);
          REQUIRE_FALSE(same(read, each.statement));
        } catch (const Error& error) {
          REQUIRE(error.kind() == ErrorKind::verdict);
        }
      }
    }
  }
}
