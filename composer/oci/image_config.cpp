#include "composer/oci/image_config.hpp"

#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>

#include "composer/oci/json_object.hpp"
#include "signer/error.hpp"
#include "signer/printable.hpp"
#include "signer/strict_json.hpp"

namespace compose {

namespace {

using Json = nlohmann::json;

Json encode_run_config(const RunConfig& run) {
  Json object = Json::object();
  if (!run.entrypoint.empty()) object["Entrypoint"] = run.entrypoint;
  if (!run.cmd.empty()) object["Cmd"] = run.cmd;
  for (const auto& [name, value] : run.env) object["Env"].push_back(fmt::format("{}={}", name, value));
  if (!run.user.empty()) object["User"] = run.user;
  if (!run.workdir.empty()) object["WorkingDir"] = run.workdir;
  if (!run.labels.empty()) object["Labels"] = run.labels;
  for (const std::string& port : run.ports) object["ExposedPorts"][port] = Json::object();
  return object;
}

Json encode_history(const HistoryEntry& entry) {
  Json object = Json::object();
  if (!entry.created.empty()) object["created"] = entry.created;
  if (!entry.created_by.empty()) object["created_by"] = entry.created_by;
  if (!entry.comment.empty()) object["comment"] = entry.comment;
  if (entry.empty_layer) object["empty_layer"] = true;
  return object;
}

// A time that is absent or RFC 3339.
std::string decode_time(const JsonObject& object, std::string_view name) {
  std::string time = object.text_or_empty(name);
  if (!time.empty() && !is_rfc3339(time)) {
    throw verdict_error("{}: '{}' is no RFC 3339 time", object.where(name), printable(time));
  }
  return time;
}

// What becomes an argument of execve or chdir cannot hold a NUL.
const std::string& without_nul(const std::string& text, const std::string& where) {
  if (text.find('\0') != std::string::npos) throw verdict_error("{}: holds a NUL", where);
  return text;
}

std::vector<std::string> decode_argv(const JsonObject& object, std::string_view name) {
  std::vector<std::string> argv = object.texts(name);
  for (const std::string& argument : argv) without_nul(argument, object.where(name));
  return argv;
}

// config.md: "port/tcp", "port/udp" or "port"; sctp is Docker's.
bool is_port(std::string_view text) {
  const std::size_t slash = std::min(text.find('/'), text.size());
  unsigned port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + slash, port);
  const std::string_view protocol = text.substr(slash);
  return error == std::errc() && end == text.data() + slash && port >= 1 && port <= 65535 &&
         (protocol.empty() || protocol == "/tcp" || protocol == "/udp" || protocol == "/sctp");
}

void decode_env(const JsonObject& object, ImageConfig& config) {
  config.env_list = object.texts("Env");
  for (std::size_t i = 0; i < config.env_list.size(); ++i) {
    const std::string& variable = without_nul(config.env_list[i], object.where("Env", i));
    const std::size_t equals = variable.find('=');
    if (equals == std::string::npos || equals == 0) {
      throw verdict_error("{}: '{}' is not NAME=VALUE", object.where("Env", i), printable(variable));
    }
    config.run.env[variable.substr(0, equals)] = variable.substr(equals + 1);  // the last one counts
  }
}

void decode_run_config(const JsonObject& object, ImageConfig& config) {
  RunConfig& run = config.run;
  run.entrypoint = decode_argv(object, "Entrypoint");
  run.cmd = decode_argv(object, "Cmd");
  decode_env(object, config);
  run.user = without_nul(object.text_or_empty("User"), object.where("User"));
  run.workdir = without_nul(object.text_or_empty("WorkingDir"), object.where("WorkingDir"));
  run.labels = object.text_map("Labels");
  run.ports = object.names_of("ExposedPorts");
  for (const std::string& port : run.ports) {
    if (!is_port(port)) {
      throw verdict_error("{}: '{}' is no port", object.where("ExposedPorts"), printable(port));
    }
  }
}

std::vector<DiffId> decode_diff_ids(const JsonObject& document) {
  const JsonObject rootfs(document.at("rootfs"), "rootfs", JsonObject::Nulls::absent);
  if (rootfs.text("type") != "layers") throw verdict_error("rootfs.type: not 'layers'");
  std::vector<DiffId> diff_ids;
  if (rootfs.find("diff_ids") == nullptr) throw verdict_error("rootfs.diff_ids: missing");
  for (const std::string& text : rootfs.texts("diff_ids")) {
    const auto diff_id = DiffId::from(text);
    if (!diff_id) {
      throw verdict_error("{}: '{}' is no SHA-256 digest", rootfs.where("diff_ids", diff_ids.size()),
                          printable(text));
    }
    diff_ids.push_back(*diff_id);
  }
  return diff_ids;
}

std::vector<HistoryEntry> decode_history(const JsonObject& document) {
  std::vector<HistoryEntry> history;
  if (document.find("history") == nullptr) return history;
  for (const Json& value : document.list("history")) {
    const JsonObject entry(value, document.where("history", history.size()), JsonObject::Nulls::absent);
    history.push_back({.created = decode_time(entry, "created"),
                       .created_by = entry.text_or_empty("created_by"),
                       .comment = entry.text_or_empty("comment"),
                       .empty_layer = entry.flag("empty_layer")});
  }
  return history;
}

std::string required_name(const JsonObject& document, std::string_view name) {
  std::string text = document.text(name);
  if (text.empty()) throw verdict_error("{}: empty", document.where(name));
  return text;
}

}  // namespace

std::string encode_image_config(const ImageConfig& config) {
  Json document = {{"os", config.platform.os}, {"architecture", config.platform.architecture}};
  if (!config.platform.variant.empty()) document["variant"] = config.platform.variant;
  if (!config.created.empty()) document["created"] = config.created;
  Json run = encode_run_config(config.run);
  if (!run.empty()) document["config"] = std::move(run);
  Json diff_ids = Json::array();
  for (const DiffId& diff_id : config.diff_ids) diff_ids.push_back(diff_id.str());
  document["rootfs"] = {{"type", "layers"}, {"diff_ids", std::move(diff_ids)}};
  for (const HistoryEntry& entry : config.history) document["history"].push_back(encode_history(entry));
  return canonical_json(document);
}

ImageConfig decode_image_config(std::string_view bytes) {
  const Json json = parse_strict_json(bytes);
  const JsonObject document(json, "", JsonObject::Nulls::absent);
  ImageConfig config;
  config.created = decode_time(document, "created");
  config.platform = {.os = required_name(document, "os"),
                     .architecture = required_name(document, "architecture"),
                     .variant = document.text_or_empty("variant")};
  if (const Json* run = document.find("config")) {
    decode_run_config(JsonObject(*run, "config", JsonObject::Nulls::absent), config);
  }
  config.diff_ids = decode_diff_ids(document);
  config.history = decode_history(document);
  return config;
}

}  // namespace compose
