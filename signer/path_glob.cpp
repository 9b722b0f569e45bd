#include "signer/path_glob.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>

namespace compose {

namespace {

constexpr std::size_t most_glob_bytes = 4096;

std::string_view without_root(std::string_view text) { return text.starts_with('/') ? text.substr(1) : text; }

std::vector<std::string_view> components(std::string_view text) {
  std::vector<std::string_view> parts;
  if (text.empty()) return parts;
  for (std::size_t begin = 0;;) {
    const std::size_t end = std::min(text.find('/', begin), text.size());
    parts.push_back(text.substr(begin, end - begin));
    if (end == text.size()) return parts;
    begin = end + 1;
  }
}

// The components with runs of "**/**" made one: they mean the same and cost more.
std::vector<std::string_view> glob_components(std::string_view glob) {
  auto parts = components(without_root(glob));
  const auto both_deep = [](std::string_view a, std::string_view b) { return a == "**" && b == "**"; };
  parts.erase(std::unique(parts.begin(), parts.end(), both_deep), parts.end());
  return parts;
}

// The states of a small automaton. Each state either consumes one byte of the path or is left
// without consuming (`may_skip`); the state after the last one is acceptance.
enum class Step : std::uint8_t {
  literal,     // that byte
  one,         // '?': a byte but '/'
  star,        // '*': any number of bytes but '/'; may skip
  deep,        // "**": any number of bytes; may skip
  enter_dirs,  // "**/": skips to the next state and past it
  dirs,        // inside "**/": any bytes, and on after each '/'
  tail,        // "/**" at the end: nothing (accept), or '/' and on
};

struct State {
  Step step;
  char byte = 0;
};

using Automaton = std::vector<State>;

void add_component(Automaton& states, std::string_view part) {
  for (std::size_t i = 0; i < part.size();) {
    if (part[i] != '*') {
      states.push_back(part[i] == '?' ? State{Step::one} : State{Step::literal, part[i]});
      ++i;
      continue;
    }
    const std::size_t end = std::min(part.find_first_not_of('*', i), part.size());
    states.push_back({end - i == 1 ? Step::star : Step::deep});
    i = end;
  }
}

Automaton compile(std::string_view glob) {
  Automaton states;
  const auto parts = glob_components(glob);
  states.reserve(glob.size() + 2);
  bool slash_due = false;  // between the component before and the next one
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const bool last = i + 1 == parts.size();
    if (parts[i] == "**" && last) {
      if (slash_due) states.push_back({Step::tail});
      states.push_back({Step::deep});
      break;
    }
    if (slash_due) states.push_back({Step::literal, '/'});
    slash_due = parts[i] != "**";
    if (slash_due) {
      add_component(states, parts[i]);
    } else {
      states.push_back({Step::enter_dirs});
      states.push_back({Step::dirs});
    }
  }
  return states;
}

// The set of states that the automaton may be in. Only what is reachable is looked at: an
// ordinary glob costs one or two states for each byte, a hostile one as many as it is long.
class ActiveStates {
 public:
  explicit ActiveStates(const Automaton& automaton) : automaton_(automaton), seen_(automaton.size() + 1, 0) {
    enter(now_, 0);
  }

  // Takes one byte of the path. False: no match is possible any more.
  bool take(char byte) {
    ++round_;
    next_.clear();
    for (const std::size_t index : now_) advance(index, byte);
    now_.swap(next_);
    return !now_.empty();
  }

  [[nodiscard]] bool accepting() const {
    return std::find(now_.begin(), now_.end(), automaton_.size()) != now_.end();
  }

 private:
  void enter(std::vector<std::size_t>& set, std::size_t index) {
    while (seen_[index] != round_) {
      seen_[index] = round_;
      set.push_back(index);
      if (index == automaton_.size()) return;
      switch (automaton_[index].step) {
        case Step::star:
        case Step::deep:
          ++index;
          break;
        case Step::enter_dirs:
          enter(set, index + 1);
          index += 2;
          break;
        case Step::tail:
          index += 2;
          break;
        case Step::literal:
        case Step::one:
        case Step::dirs:
          return;
      }
    }
  }

  void advance(std::size_t index, char byte) {
    if (index == automaton_.size()) return;
    const State& state = automaton_[index];
    switch (state.step) {
      case Step::literal:
        if (byte == state.byte) enter(next_, index + 1);
        break;
      case Step::one:
        if (byte != '/') enter(next_, index + 1);
        break;
      case Step::star:
        if (byte != '/') enter(next_, index);
        break;
      case Step::deep:
        enter(next_, index);
        break;
      case Step::enter_dirs:
        break;
      case Step::dirs:
        enter(next_, index);
        if (byte == '/') enter(next_, index + 1);
        break;
      case Step::tail:
        if (byte == '/') enter(next_, index + 1);
        break;
    }
  }

  const Automaton& automaton_;
  std::vector<std::uint32_t> seen_;  // the round in which a state was last entered
  std::vector<std::size_t> now_;
  std::vector<std::size_t> next_;
  std::uint32_t round_ = 1;
};

// "x/y" for "/x/y/**": nearly every contract is made of these, and is asked for every path.
std::optional<std::string_view> plain_tree(std::string_view glob) {
  if (!glob.starts_with('/') || !glob.ends_with("/**")) return std::nullopt;
  const std::string_view tree = glob.substr(0, glob.size() - 3);
  if (tree.find_first_of("*?") != std::string_view::npos) return std::nullopt;
  return without_root(tree);
}

bool lies_below(std::string_view tree, std::string_view path) {
  if (tree.empty() || path == tree) return true;
  return path.size() > tree.size() && path[tree.size()] == '/' && path.starts_with(tree);
}

}  // namespace

std::optional<std::string> glob_fault(std::string_view glob) {
  if (glob.empty()) return "empty";
  if (glob.size() > most_glob_bytes) return "longer than 4096 bytes";
  if (glob.starts_with('!')) return "negation is not supported";
  if (glob.find('\0') != std::string_view::npos) return "holds a NUL byte";
  for (const std::string_view part : components(without_root(glob))) {
    if (part.empty()) return "holds an empty path component ('//' or a '/' at the end)";
    if (part == "." || part == "..") return "holds a '.' or '..' component";
  }
  return std::nullopt;
}

bool glob_matches(std::string_view glob, std::string_view path) {
  path = without_root(path);
  if (const auto tree = plain_tree(glob)) return lies_below(*tree, path);
  const Automaton automaton = compile(glob);
  ActiveStates active(automaton);
  for (const char byte : path) {
    if (!active.take(byte)) return false;
  }
  return active.accepting();
}

bool any_glob_matches(const std::vector<std::string>& globs, std::string_view path) {
  return std::any_of(globs.begin(), globs.end(),
                     [path](const std::string& glob) { return glob_matches(glob, path); });
}

namespace {

bool crosses_folders(std::string_view part) { return part.find("**") != std::string_view::npos; }

// Does one component without "**" cover another? Row by row over (outer, inner) positions:
// covered[j] says that outer[i..] covers inner[j..].
bool component_covers(std::string_view outer, std::string_view inner) {
  if (outer == inner) return true;
  if (crosses_folders(outer) || crosses_folders(inner)) return false;
  std::vector<char> covered(inner.size() + 1, 0);
  std::vector<char> row(inner.size() + 1, 0);
  covered[inner.size()] = 1;
  for (std::size_t i = outer.size(); i-- > 0;) {
    const char out = outer[i];
    row[inner.size()] = static_cast<char>(out == '*' && covered[inner.size()] != 0);
    for (std::size_t j = inner.size(); j-- > 0;) {
      const char in = inner[j];
      const bool stays = out == '*' && row[j + 1] != 0;   // the star takes what `in` matches
      const bool leaves = out == '*' && covered[j] != 0;  // the star matches nothing
      const bool pairs = (out == in || (out == '?' && in != '*')) && covered[j + 1] != 0;
      row[j] = static_cast<char>(stays || leaves || pairs);
    }
    covered.swap(row);
  }
  return covered[0] != 0;
}

}  // namespace

// The same dynamic programme a level up: covered[j] says that the components outer[i..] cover
// inner[j..]. A "**" of `outer` takes any components; nothing else takes a "**" of `inner`.
bool glob_covers(std::string_view outer_glob, std::string_view inner_glob) {
  const auto outer = glob_components(outer_glob);
  const auto inner = glob_components(inner_glob);
  std::vector<char> covered(inner.size() + 1, 0);
  std::vector<char> row(inner.size() + 1, 0);
  covered[inner.size()] = 1;
  for (std::size_t i = outer.size(); i-- > 0;) {
    const bool deep = outer[i] == "**";
    row[inner.size()] = static_cast<char>(deep && covered[inner.size()] != 0);
    for (std::size_t j = inner.size(); j-- > 0;) {
      row[j] = static_cast<char>(deep ? row[j + 1] != 0 || covered[j] != 0
                                      : covered[j + 1] != 0 && component_covers(outer[i], inner[j]));
    }
    covered.swap(row);
  }
  return covered[0] != 0;
}

}  // namespace compose
