// The verifier's memory between runs (verify_custody.hpp, SeenLog): {"custody","root","size"}.
#include <nlohmann/json.hpp>

#include "signer/error.hpp"
#include "signer/strict_json.hpp"
#include "signer/verify_custody.hpp"

namespace compose {

namespace {

using Json = nlohmann::json;

constexpr JsonLimits seen_limits{.bytes = 4096, .depth = 2};

const std::string& text(const Json& object, const char* name) {
  const auto found = object.find(name);
  if (found == object.end() || !found->is_string()) throw verdict_error("'{}' is not a text", name);
  return found->get_ref<const std::string&>();
}

SeenLog decode(std::string_view bytes) {
  const Json object = parse_strict_json(bytes, seen_limits);
  if (!object.is_object() || object.size() != 3) throw verdict_error("not an object of three members");
  const auto custody = EntryId::from(text(object, "custody"));
  const auto root = Sha256::from_hex(text(object, "root"));
  const auto size = object.find("size");
  if (!custody || !root || size == object.end() || !size->is_number_unsigned()) {
    throw verdict_error("custody, root or size is malformed");
  }
  return {*custody, size->get<std::uint64_t>(), *root};
}

}  // namespace

std::string encode_seen(const SeenLog& seen) {
  const Json object{{"custody", seen.custody.str()}, {"root", seen.root.hex()}, {"size", seen.size}};
  return canonical_json(object) + "\n";
}

SeenLog decode_seen(std::string_view bytes) {
  return with_context([&] { return decode(bytes); }, "seen log");
}

}  // namespace compose
