#include "recipes/toml_bounds.hpp"

#include <fmt/format.h>

namespace compose {

namespace {

// Walks over the text as a TOML lexer does: knows only strings, comments, brackets and dots.
class Scan {
 public:
  explicit Scan(std::string_view text) : text_(text) {}

  std::optional<TomlExcess> run() {
    while (at_ < text_.size()) {
      const char next = text_[at_];
      if (next == '#') {
        skip_comment();
      } else if (next == '"' || next == '\'') {
        skip_string(next);
      } else {
        count(next);
        advance();
      }
      if (parts_ > most_key_parts) {
        return TomlExcess{key_, fmt::format("a key of more than {} parts", most_key_parts)};
      }
      if (nesting_ > most_nesting) {
        return TomlExcess{bracket_, fmt::format("nested deeper than {} levels", most_nesting)};
      }
    }
    return std::nullopt;
  }

 private:
  void count(char next) {
    switch (next) {
      case '.':
        ++parts_;
        return;
      case '[':
      case '{':
        ++nesting_;
        bracket_ = place_;
        break;
      case ']':
      case '}':
        if (nesting_ > 0) --nesting_;
        break;
      case '=':
      case ',':
      case '\n':
        break;
      default:
        if (fresh_ && next != ' ' && next != '\t' && next != '\r') start_key();
        return;
    }
    parts_ = 1;
    fresh_ = true;
  }

  void start_key() {
    key_ = place_;
    fresh_ = false;
  }

  void advance() {
    const auto byte = static_cast<unsigned char>(text_[at_++]);
    if (byte == '\n') {
      ++place_.line;
      place_.column = 1;
    } else if ((byte & 0xc0) != 0x80) {
      ++place_.column;
    }
  }

  void advance_by(std::size_t bytes) {
    for (; bytes > 0 && at_ < text_.size(); --bytes) advance();
  }

  void skip_comment() {
    while (at_ < text_.size() && text_[at_] != '\n') advance();
  }

  // Leaves the position behind the closing quotes.
  void skip_string(char quote) {
    if (fresh_) start_key();
    const std::string fence(3, quote);
    const bool fenced = text_.substr(at_, 3) == fence;
    advance_by(fenced ? 3 : 1);
    while (at_ < text_.size()) {
      const char next = text_[at_];
      if (quote == '"' && next == '\\') {
        advance_by(2);
      } else if (!fenced && (next == quote || next == '\n')) {
        if (next == quote) advance();
        return;
      } else if (fenced && text_.substr(at_, 3) == fence) {
        advance_by(3);
        // Up to two quotes more belong to the string's content.
        for (int more = 0; more < 2 && at_ < text_.size() && text_[at_] == quote; ++more) advance();
        return;
      } else {
        advance();
      }
    }
  }

  std::string_view text_;
  std::size_t at_ = 0;
  Place place_;
  Place key_;           // where the dotted key began
  Place bracket_;       // the last one that opened
  bool fresh_ = true;   // no key has begun since the last delimiter
  unsigned parts_ = 1;  // of the key so far
  unsigned nesting_ = 0;
};

}  // namespace

std::optional<TomlExcess> find_toml_excess(std::string_view text) { return Scan(text).run(); }

}  // namespace compose
