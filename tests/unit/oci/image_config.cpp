#include "composer/oci/image_config.hpp"

#include <catch2/catch.hpp>

#include "signer/error.hpp"

using namespace compose;
using Catch::Matchers::Contains;

namespace {

const std::string diff_id = "sha256:" + sha256("abc").hex();

std::string config(const std::string& members) {
  return R"({"architecture":"amd64","os":"linux","rootfs":{"type":"layers","diff_ids":[")" + diff_id +
         "\"]}" + members + "}";
}

}  // namespace

TEST_CASE("image_config: canonical bytes", "[oci][config]") {
  ImageConfig image;
  image.created = rfc3339(1767225600);
  image.platform = {.os = "linux", .architecture = "arm64", .variant = "v8"};
  image.run = {.entrypoint = {"/bin/x", "-v"},
               .cmd = {},
               .env = {{"PATH", "/bin"}, {"A", "b=c"}},
               .user = "1:1",
               .workdir = "/w",
               .labels = {{"l", "m"}},
               .ports = {"8080/tcp"}};
  image.diff_ids = {DiffId(sha256("abc"))};
  image.history = {{.created = image.created, .created_by = "stage 'a'"},
                   {.comment = "c", .empty_layer = true}};
  const std::string bytes = encode_image_config(image);
  CHECK(
      bytes ==
      R"({"architecture":"arm64","config":{"Entrypoint":["/bin/x","-v"],"Env":["A=b=c","PATH=/bin"],)"
      R"("ExposedPorts":{"8080/tcp":{}},"Labels":{"l":"m"},"User":"1:1","WorkingDir":"/w"},)"
      R"("created":"2026-01-01T00:00:00Z","history":[{"created":"2026-01-01T00:00:00Z","created_by":"stage 'a'"},)"
      R"({"comment":"c","empty_layer":true}],"os":"linux","rootfs":{"diff_ids":[")" +
          diff_id + R"("],"type":"layers"},"variant":"v8"})");
  const ImageConfig again = decode_image_config(bytes);
  CHECK(encode_image_config(again) == bytes);
  CHECK(again.env_list == std::vector<std::string>{"A=b=c", "PATH=/bin"});
  CHECK(again.platform == image.platform);
  CHECK(again.history[1].empty_layer);
}

TEST_CASE("image_config: what is empty is left out", "[oci][config]") {
  ImageConfig image;
  image.platform = {.os = "linux", .architecture = "amd64", .variant = {}};
  CHECK(encode_image_config(image) ==
        R"({"architecture":"amd64","os":"linux","rootfs":{"diff_ids":[],"type":"layers"}})");
}

TEST_CASE("image_config: what Docker writes is read", "[oci][config]") {
  const ImageConfig image = decode_image_config(config(
      R"(,"docker_version":"20.10","created":"2023-05-04T17:37:03.872958712Z","container_config":{"Cmd":3},)"
      R"("config":{"Hostname":"","Env":["PATH=/a","B=","PATH=/b"],"Cmd":["sh"],"Entrypoint":null,"Volumes":{"/v":{}},)"
      R"("Labels":null,"OnBuild":null,"ExposedPorts":{"53/udp":{},"80":{}},"Healthcheck":{"Test":["NONE"]}},)"
      R"("history":[{"created":"2023-05-04T17:37:03+02:00","created_by":"x"},{"empty_layer":true}])"));
  CHECK(image.env_list == std::vector<std::string>{"PATH=/a", "B=", "PATH=/b"});
  CHECK(image.run.env == std::map<std::string, std::string>{{"B", ""}, {"PATH", "/b"}});
  CHECK(image.run.cmd == std::vector<std::string>{"sh"});
  CHECK(image.run.entrypoint.empty());
  CHECK(image.run.ports == std::vector<std::string>{"53/udp", "80"});
  CHECK(decode_image_config(config(R"(,"config":null,"history":null)")).diff_ids.size() == 1);
}

TEST_CASE("image_config: what is malformed is named", "[oci][config]") {
  const auto [text, reason] = GENERATE(table<std::string, std::string>({
      {"{}", "os: missing"},
      {R"({"os":"linux"})", "architecture: missing"},
      {R"({"os":"linux","architecture":""})", "architecture: empty"},
      {R"({"os":"linux","architecture":"amd64"})", "rootfs: missing"},
      {R"({"os":"linux","architecture":"amd64","rootfs":{"type":"layers"}})", "rootfs.diff_ids: missing"},
      {R"({"os":"linux","architecture":"amd64","rootfs":{"type":"x","diff_ids":[]}})", "rootfs.type"},
      {R"({"os":"linux","architecture":"amd64","rootfs":{"type":"layers","diff_ids":["sha256:../x"]}})",
       "rootfs.diff_ids[0]: 'sha256:../x' is no"},
      {R"({"os":"linux","os":"linux"})", "duplicate name 'os'"},
      {config(R"(,"config":[])"), "config: not an object"},
      {config(R"(,"config":{"Env":"A=b"})"), "config.Env: not a list"},
      {config(R"(,"config":{"Env":["A"]})"), "config.Env[0]: 'A' is not NAME=VALUE"},
      {config(R"(,"config":{"Env":["A=b","=x"]})"), "config.Env[1]: '=x' is not NAME=VALUE"},
      {config(R"(,"config":{"Env":["A=\u0000"]})"), "config.Env[0]: holds a NUL"},
      {config(R"(,"config":{"Cmd":["a\u0000"]})"), "config.Cmd: holds a NUL"},
      {config(R"(,"config":{"Cmd":"sh"})"), "config.Cmd: not a list"},
      {config(R"(,"config":{"User":0})"), "config.User: not a string"},
      {config(R"(,"config":{"WorkingDir":"\u0000"})"), "config.WorkingDir: holds a NUL"},
      {config(R"(,"config":{"Labels":{"a":1}})"), "config.Labels.a: not a string"},
      {config(R"(,"config":{"ExposedPorts":["80"]})"), "config.ExposedPorts: not an object"},
      {config(R"(,"config":{"ExposedPorts":{"80":1}})"), "config.ExposedPorts.80: not an object"},
      {config(R"(,"config":{"ExposedPorts":{"0/tcp":{}}})"), "'0/tcp' is no port"},
      {config(R"(,"config":{"ExposedPorts":{"65536":{}}})"), "'65536' is no port"},
      {config(R"(,"config":{"ExposedPorts":{"80/x":{}}})"), "'80/x' is no port"},
      {config(R"(,"config":{"ExposedPorts":{"":{}}})"), "'' is no port"},
      {config(R"(,"created":"yesterday")"), "created: 'yesterday' is no RFC 3339 time"},
      {config(R"(,"history":[{"created":"2020-13-01T00:00:00Z"}])"), "history[0].created"},
      {config(R"(,"history":[{"empty_layer":"yes"}])"), "history[0].empty_layer: neither true nor false"},
      {config(R"(,"history":{})"), "history: not a list"},
  }));
  CAPTURE(text);
  CHECK_THROWS_WITH(decode_image_config(text), Contains(reason));
}

TEST_CASE("rfc3339: form and grammar", "[oci][rfc3339]") {
  CHECK(rfc3339(0) == "1970-01-01T00:00:00Z");
  CHECK(rfc3339(951782400) == "2000-02-29T00:00:00Z");
  CHECK(rfc3339(253402300799) == "9999-12-31T23:59:59Z");
  CHECK_THROWS_AS(rfc3339(253402300800), Error);
  CHECK_THROWS_AS(rfc3339(-1), Error);
  for (const char* good : {"2026-01-01T00:00:00Z", "0001-01-01T00:00:00Z", "2026-01-01t00:00:00.5z",
                           "2026-12-31T23:59:60+14:00", "2026-01-01T00:00:00.123456789-00:30"}) {
    CAPTURE(good);
    CHECK(is_rfc3339(good));
  }
  for (const char* bad :
       {"", "2026", "2026-01-01", "2026-01-01 00:00:00Z", "2026-01-01T00:00:00", "2026-00-01T00:00:00Z",
        "2026-01-32T00:00:00Z", "2026-01-01T24:00:00Z", "2026-01-01T00:60:00Z", "2026-01-01T00:00:00.Z",
        "2026-01-01T00:00:00+0100", "2026-01-01T00:00:00Zx", "-026-01-01T00:00:00Z"}) {
    CAPTURE(bad);
    CHECK_FALSE(is_rfc3339(bad));
  }
}
