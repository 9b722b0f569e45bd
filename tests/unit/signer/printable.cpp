#include "signer/printable.hpp"

#include <catch2/catch.hpp>

using namespace compose;

TEST_CASE("printable: terminals get no control over", "[signer][printable]") {
  CHECK(printable("plain é 漢 text") == "plain é 漢 text");
  CHECK(printable("\x1b[31mred") == "\\x1b[31mred");
  CHECK(printable("a\nb\tc") == "a\\x0ab\\x09c");
  CHECK(printable("back\\slash") == "back\\\\slash");
  CHECK(printable("\xff\xc0\x80") == "\\xff\\xc0\\x80");
  CHECK(printable("\xed\xa0\x80") == "\\xed\\xa0\\x80");
  CHECK(printable("\u202egpj.exe") == "\\u{202e}gpj.exe");
  CHECK(printable("\u009b31m") == "\\x9b31m");
  CHECK(printable(std::string("a\0b", 3)) == "a\\x00b");
  CHECK(printable("\xe2\x82") == "\\xe2\\x82");
}

TEST_CASE("printable_lines: keeps lines and tabs", "[signer][printable]") {
  CHECK(printable_lines("a\n\tb\r\n") == "a\n\tb\\x0d\n");
}
