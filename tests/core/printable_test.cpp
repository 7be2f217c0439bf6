#include "nubox/core/printable.hpp"

#include <gtest/gtest.h>

namespace nubox {
namespace {

TEST(Printable, keeps_text_line_ends_and_tabs) {
  for (const char* text :
       {"", "plain text", "two\nlines\tand a tab", "256\u00b3 \u00e9 \u2192 \U0001f30c"}) {
    EXPECT_EQ(printable(text), text);
  }
}

TEST(Printable, shows_control_characters_by_their_numbers) {
  EXPECT_EQ(printable(std::string_view("\x89HDF\r\n\x1a\n\0", 9)), "\\x89HDF\\x0d\n\\x1a\n\\x00");
  EXPECT_EQ(printable("\x1b[31mred\x7f"), "\\x1b[31mred\\x7f");
}

TEST(Printable, shows_what_is_no_utf8_by_its_bytes) {
  EXPECT_EQ(printable("\xc3"), "\\xc3");                             // cut off
  EXPECT_EQ(printable("\xe2\x82z"), "\\xe2\\x82z");                  // no third byte
  EXPECT_EQ(printable("\xc0\xaf"), "\\xc0\\xaf");                    // overlong '/'
  EXPECT_EQ(printable("\xe0\x80\xaf"), "\\xe0\\x80\\xaf");           // overlong
  EXPECT_EQ(printable("\xed\xa0\x80"), "\\xed\\xa0\\x80");           // surrogate
  EXPECT_EQ(printable("\xf4\x90\x80\x80"), "\\xf4\\x90\\x80\\x80");  // beyond U+10FFFF
  EXPECT_EQ(printable("\xc2\x9b"), "\\xc2\\x9b");                    // C1 control character
  EXPECT_EQ(printable("\xff\xfe"), "\\xff\\xfe");
}

}  // namespace
}  // namespace nubox
