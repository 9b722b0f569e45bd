#include "tests/unit/signer/example_statements.hpp"

namespace compose::test {

namespace {

Fingerprint key(char digit) { return Fingerprint::from(std::string(40, digit)).value(); }
Sha256 hash(std::string_view text) { return sha256(text); }

const EntryId custody(hash("genesis"));
const DiffId base(hash("base"));
const DiffId app(hash("app"));

CustodyStatement genesis() {
  return {{std::nullopt, "release", "", {}, 1767225600},
          key('e'),
          key('d'),
          GenesisClaim{"shop/web",
                       {{"ops", key('a')}, {"release", key('d')}},
                       "release",
                       "00112233445566778899aabbccddeeff"}};
}

CustodyStatement layer() {
  const ChainId parent = chain_of(std::nullopt, base);
  return {{custody, "app", "app", {EntryId(hash("base entry"))}, 1767225601},
          key('b'),
          key('b'),
          LayerClaim{app,
                     BlobDigest(hash("app blob")),
                     4096,
                     "application/vnd.oci.image.layer.v1.tar+zstd",
                     hash("app recipe"),
                     {{"git", "f00dfeedf00dfeedf00dfeedf00dfeedf00dfeed"}},
                     1,
                     parent,
                     chain_of(parent, app)}};
}

CustodyStatement countersign() {
  return {{custody, "security", "app", {EntryId(hash("app entry"))}, 1767225602},
          key('c'),
          key('c'),
          CountersignClaim{EntryId(hash("app entry")),
                           StampVerdict::pass,
                           "reviewed \"twice\"",
                           {{"scan.txt", hash("clean\n"), 6}},
                           1798761600}};
}

CustodyStatement seal() {
  return {{custody, "release", "", {EntryId(hash("base entry")), EntryId(hash("app entry"))}, 1767225603},
          key('e'),
          key('d'),
          SealClaim{"shop/web",
                    {"1.0", "latest"},
                    "linux/amd64",
                    BlobDigest(hash("manifest")),
                    BlobDigest(hash("config")),
                    {{base, EntryId(hash("base entry"))}, {app, EntryId(hash("app entry"))}},
                    {{"app", {"/srv/app/**"}}, {"ops", {"/**"}}},
                    BlobDigest(hash("tests")),
                    "passed",
                    3,
                    hash("root")}};
}

}  // namespace

std::vector<ExampleStatement> example_statements() {
  return {
      {"genesis", genesis(),
       R"({"_type":"https://in-toto.io/Statement/v1","predicate":{"claim":{"image":"shop/web","nonce":"00112233445566778899aabbccddeeff","sealingTeam":"release","teams":{"ops":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa","release":"dddddddddddddddddddddddddddddddddddddddd"}},"claimedTime":"2026-01-01T00:00:00Z","parents":[],"primaryKey":"dddddddddddddddddddddddddddddddddddddddd","signingKey":"eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee","team":"release"},"predicateType":"urn:compose:custody:v1:genesis","subject":[{"digest":{"sha256":"b7a3745d9d6e163b7e4d663039aa0b540b3dc2194b9c27282bfe6697f8a0dec6"},"name":"shop/web"}]})",
       "sha256:5f7257e5858e7cae20fbd22662dfb4a9deaee2aeedbf43dbaa42e8d394a496cf"},
      {"layer", layer(),
       R"({"_type":"https://in-toto.io/Statement/v1","predicate":{"claim":{"blob":"sha256:078eee9c0917e5468b1a714285641ccc0b3d93ffd25d03165895b8da88286100","chain":"sha256:d36bf539d1c8c1d8ca518fb0444ef799dfd1dc2914d14418e845c39b3e016a26","diffId":"sha256:a172cedcae47474b615c54d510a5d84a8dea3032e958587430b413538be3f333","inputs":{"git":"f00dfeedf00dfeedf00dfeedf00dfeedf00dfeed"},"mediaType":"application/vnd.oci.image.layer.v1.tar+zstd","parentChain":"sha256:cae662172fd450bb0cd710a769079c05bfc5d8e35efa6576edc7d0377afdd4a2","position":1,"size":4096,"stageRecipe":"sha256:ca94f32fff9271cc3084768828ea782e2f0496f7b3c6adfe92d2b6ed4af7cf25"},"claimedTime":"2026-01-01T00:00:01Z","custody":"sha256:aeebad4a796fcc2e15dc4c6061b45ed9b373f26adfc798ca7d2d8cc58182718e","parents":["sha256:302fb84d66d40edc6ce715aa17bbcfca43600d9f011f397f78a3a91838f68036"],"primaryKey":"bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb","signingKey":"bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb","stage":"app","team":"app"},"predicateType":"urn:compose:custody:v1:layer","subject":[{"digest":{"sha256":"a172cedcae47474b615c54d510a5d84a8dea3032e958587430b413538be3f333"},"mediaType":"application/vnd.oci.image.layer.v1.tar","name":"layer/1"}]})",
       "sha256:5172945daf902e1f9757f355121beac6ce43ce8e91692c5bfe926d4d8b263d83"},
      {"countersign", countersign(),
       R"({"_type":"https://in-toto.io/Statement/v1","predicate":{"claim":{"evidence":[{"digest":"sha256:2e22da2ab13713309ac75219e525b8e06ed02f3f1963b8feef203fa25827f93d","name":"scan.txt","size":6}],"expires":"2027-01-01T00:00:00Z","reason":"reviewed \"twice\"","target":"sha256:40a41f2a4b6e0720462228fa242b461e9bee4c25eca3836ad2ab80896d2dffb5","verdict":"pass"},"claimedTime":"2026-01-01T00:00:02Z","custody":"sha256:aeebad4a796fcc2e15dc4c6061b45ed9b373f26adfc798ca7d2d8cc58182718e","parents":["sha256:40a41f2a4b6e0720462228fa242b461e9bee4c25eca3836ad2ab80896d2dffb5"],"primaryKey":"cccccccccccccccccccccccccccccccccccccccc","signingKey":"cccccccccccccccccccccccccccccccccccccccc","stage":"app","team":"security"},"predicateType":"urn:compose:custody:v1:countersign","subject":[{"digest":{"sha256":"40a41f2a4b6e0720462228fa242b461e9bee4c25eca3836ad2ab80896d2dffb5"},"name":"entry"}]})",
       "sha256:6a1b7ffe9aa486f8392d528e335b1db44ec2e51a7b97971f2f67e513ac916733"},
      {"seal", seal(),
       R"({"_type":"https://in-toto.io/Statement/v1","predicate":{"claim":{"config":"sha256:b79606fb3afea5bd1609ed40b622142f1c98125abcfe89a76a661b0e8e343910","contract":{"app":["/srv/app/**"],"ops":["/**"]},"image":"shop/web","layers":[{"diffId":"sha256:cae662172fd450bb0cd710a769079c05bfc5d8e35efa6576edc7d0377afdd4a2","entry":"sha256:302fb84d66d40edc6ce715aa17bbcfca43600d9f011f397f78a3a91838f68036"},{"diffId":"sha256:a172cedcae47474b615c54d510a5d84a8dea3032e958587430b413538be3f333","entry":"sha256:40a41f2a4b6e0720462228fa242b461e9bee4c25eca3836ad2ab80896d2dffb5"}],"logRoot":"sha256:4813494d137e1631bba301d5acab6e7bb7aa74ce1185d456565ef51d737677b2","logSize":3,"manifest":"sha256:05b3abf2579a5eb66403cd78be557fd860633a1fe2103c7642030defe32c657f","platform":"linux/amd64","tags":["1.0","latest"],"tests":"sha256:59830ebc3a4184110566bf1a290d08473dfdcbd492ce498b14cd1a5e2fa2e441","testsResult":"passed"},"claimedTime":"2026-01-01T00:00:03Z","custody":"sha256:aeebad4a796fcc2e15dc4c6061b45ed9b373f26adfc798ca7d2d8cc58182718e","parents":["sha256:302fb84d66d40edc6ce715aa17bbcfca43600d9f011f397f78a3a91838f68036","sha256:40a41f2a4b6e0720462228fa242b461e9bee4c25eca3836ad2ab80896d2dffb5"],"primaryKey":"dddddddddddddddddddddddddddddddddddddddd","signingKey":"eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee","team":"release"},"predicateType":"urn:compose:custody:v1:seal","subject":[{"digest":{"sha256":"05b3abf2579a5eb66403cd78be557fd860633a1fe2103c7642030defe32c657f"},"mediaType":"application/vnd.oci.image.manifest.v1+json","name":"shop/web"}]})",
       "sha256:fbdea761802d3644033d079189ea8c94c27b48a9f9994473d79906f62ec251f5"},
  };
}

}  // namespace compose::test
