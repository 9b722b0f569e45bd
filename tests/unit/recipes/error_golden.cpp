// Each case of tests/golden/recipes/*_errors.txt: the message that a wrong recipe or policy gets.
#include <catch2/catch.hpp>
#include <cstdlib>
#include <functional>
#include <set>
#include <sstream>
#include <vector>

#include "golden_recipe.hpp"
#include "recipes/parse_policy.hpp"
#include "recipes/parse_recipe.hpp"

using namespace compose;

namespace {

using Lines = std::vector<std::string>;

Lines lines_of(const std::string& text) {
  Lines lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

// Applies the edits of one case to the base.
class Edits {
 public:
  explicit Edits(const std::string& base) : lines_(lines_of(base)), at_(lines_.size()) {}

  void apply(const std::string& edit) {
    const std::string text = edit.substr(2);
    if (edit[0] == '+') {
      lines_.insert(lines_.begin() + static_cast<std::ptrdiff_t>(at_++), text);
      return;
    }
    for (std::size_t i = 0; i < lines_.size(); ++i) {
      if (!lines_[i].starts_with(text)) continue;
      lines_.erase(lines_.begin() + static_cast<std::ptrdiff_t>(i));
      at_ = i;
      return;
    }
    throw failure_error("no line of the base begins with '{}'", text);
  }

  [[nodiscard]] std::string text() const {
    std::string text;
    for (const std::string& line : lines_) text += line + "\n";
    return text;
  }

 private:
  Lines lines_;
  std::size_t at_;  // where the next line goes
};

using Parse = std::function<void(const std::string&)>;

// What a person reads, without the folder of the tests.
std::string message_of(const Parse& parse, const std::string& text) {
  std::string message = "no error";
  try {
    parse(text);
  } catch (const Error& error) {
    message = error.what();
    if (!error.hint().empty()) message += "\n  hint: " + error.hint();
    if (error.kind() != ErrorKind::usage) message += "\nnot a usage error";
  }
  const std::string folder = golden_folder().string() + "/";
  for (std::size_t at; (at = message.find(folder)) != std::string::npos;) message.erase(at, folder.size());
  return message;
}

std::string quoted(const std::string& message) {
  std::string text;
  for (const std::string& line : lines_of(message)) text += "> " + line + "\n";
  return text;
}

// The file with every message as it is now.
std::string replayed(const std::string& golden, const std::string& base, const Parse& parse) {
  std::string result;
  std::optional<Edits> edits;
  const auto close = [&] {
    if (edits) result += quoted(message_of(parse, edits->text()));
    edits.reset();
  };
  for (const std::string& line : lines_of(golden)) {
    if (line.starts_with("> ")) continue;
    if (line.starts_with("- ") || line.starts_with("+ ")) {
      if (!edits) edits.emplace(base);
      edits->apply(line);
    } else {
      close();
    }
    result += line + "\n";
  }
  close();
  return result;
}

void check_golden(const std::string& name, const std::string& base, const Parse& parse) {
  const std::string golden = golden_text(name);
  const std::string actual = replayed(golden, base, parse);
  const char* accept = std::getenv("COMPOSE_ACCEPT");
  if (accept && std::string_view(accept) == "1") return replace_file(golden_folder() / name, actual);
  const Lines expected_lines = lines_of(golden);
  const Lines actual_lines = lines_of(actual);
  for (std::size_t i = 0; i < std::min(expected_lines.size(), actual_lines.size()); ++i) {
    CAPTURE(name, i + 1);
    REQUIRE(actual_lines[i] == expected_lines[i]);
  }
  CHECK(actual_lines.size() == expected_lines.size());
  CHECK(actual.find("no error") == std::string::npos);
}

}  // namespace

TEST_CASE("parse_recipe: every error reads as agreed", "[recipes][golden]") {
  const ExpressionRule expression = [](const std::string& pattern) -> std::optional<std::string> {
    return pattern.starts_with("((") ? std::optional<std::string>("missing ): ((") : std::nullopt;
  };
  check_golden("recipe_errors.txt", golden_text("recipe.toml"), [&](const std::string& text) {
    static_cast<void>(parse_recipe(text, "recipe.toml", expression));
  });
}

TEST_CASE("parse_policy: every error reads as agreed", "[recipes][golden]") {
  check_golden("policy_errors.txt", golden_text("policy.toml"), [](const std::string& text) {
    static_cast<void>(parse_policy(text, golden_folder() / "policy.toml"));
  });
}
