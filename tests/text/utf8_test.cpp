#include "text/utf8.hpp"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace callboard::test {

namespace {

using core::is_utf8;
using core::to_utf8;
using namespace std::string_view_literals;

#define U "\xEF\xBF\xBD" // U+FFFD, the replacement character

struct row {
  std::string_view bytes;
  const char* what;
  /// What `to_utf8` makes of it.
  std::string_view made;
};

constexpr std::string_view valid[] = {
  ""sv,
  "plain"sv,
  "\x01\x7F"sv,
  "\xC2\x80"sv,                 // U+0080, the first of two bytes
  "\xDF\xBF"sv,                 // U+07FF
  "\xE0\xA0\x80"sv,             // U+0800, the first of three
  "\xED\x9F\xBF"sv,             // U+D7FF, the last before the surrogates
  "\xEE\x80\x80"sv,             // U+E000, the first behind them
  "\xEF\xBF\xBE\xEF\xBF\xBF"sv, // noncharacters are characters
  "\xF0\x90\x80\x80"sv,         // U+10000, the first of four
  "\xF4\x8F\xBF\xBF"sv,         // U+10FFFF, the last of all
  "a\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80z"sv,
};

constexpr row invalid[] = {
  {"\x80"sv, "a continuation alone", U ""sv},
  {"\xBF\xBF"sv, "two of them", U U ""sv},
  {"\xC0\x80"sv, "NUL in two bytes", U U ""sv},
  {"\xC1\xBF"sv, "overlong, two bytes", U U ""sv},
  {"\xE0\x80\x80"sv, "NUL in three bytes", U U U ""sv},
  {"\xE0\x9F\xBF"sv, "overlong, three bytes", U U U ""sv},
  {"\xF0\x80\x80\x80"sv, "NUL in four bytes", U U U U ""sv},
  {"\xF0\x8F\xBF\xBF"sv, "overlong, four bytes", U U U U ""sv},
  {"\xED\xA0\x80"sv, "the first surrogate", U U U ""sv},
  {"\xED\xBF\xBF"sv, "the last surrogate", U U U ""sv},
  {"\xED\xA0\xBD\xED\xB8\x80"sv, "a surrogate pair", U U U U U U ""sv},
  {"\xF4\x90\x80\x80"sv, "U+110000", U U U U ""sv},
  {"\xF5\x80\x80\x80"sv, "a first byte beyond", U U U U ""sv},
  {"\xF8\x88\x80\x80\x80"sv, "five bytes", U U U U U ""sv},
  {"\xFE\xFF"sv, "bytes that never occur", U U ""sv},
  {"\xC3"sv, "truncated, one of two", U ""sv},
  {"\xE2\x82"sv, "truncated, two of three", U U ""sv},
  {"\xF0\x9F\x98"sv, "truncated, three of four", U U U ""sv},
  {"\xC3z"sv, "two bytes cut by a letter", U "z"sv},
  {"\xE2z\xAC"sv, "three bytes, the second is a letter", U "z" U ""sv},
  {"\xE2\x82z"sv, "three bytes, the third is a letter", U U "z"sv},
  {"\xF0z\x98\x80"sv, "four bytes, the second is a letter", U "z" U U ""sv},
  {"\xF0\x9Fz\x80"sv, "four bytes, the third is a letter", U U "z" U ""sv},
  {"\xF0\x9F\x98z"sv, "four bytes, the fourth is a letter", U U U "z"sv},
  {"\xE2\xC0\x80"sv, "a continuation above the range", U U U ""sv},
  {"a\xFF\xC3\xA9"sv, "a bad byte between good ones", "a" U "\xC3\xA9"sv},
};

#undef U

} // namespace

TEST(Utf8, ValidTextsStayAsTheyAre) {
  for (const auto text : valid) {
    EXPECT_TRUE(is_utf8(text)) << text;
    EXPECT_EQ(to_utf8(std::string{text}), text);
  }
}

TEST(Utf8, EachByteThatBelongsToNothingIsReplaced) {
  for (const auto& [bytes, what, made] : invalid) {
    EXPECT_FALSE(is_utf8(bytes)) << what;
    EXPECT_EQ(to_utf8(std::string{bytes}), made) << what;
  }
}

TEST(Utf8, FaultIsFoundWhereverItStands) {
  for (const auto& [bytes, what, made] : invalid) {
    EXPECT_FALSE(is_utf8("before" + std::string{bytes})) << what;
    EXPECT_FALSE(is_utf8(std::string{bytes} + "behind")) << what;
    EXPECT_EQ(to_utf8("\xC3\xA9" + std::string{bytes} + "\xC3\xA9"),
              "\xC3\xA9" + std::string{made} + "\xC3\xA9")
      << what;
  }
}

TEST(Utf8, NulIsValidButReplaced) {
  EXPECT_TRUE(is_utf8("a\0b"sv));
  EXPECT_EQ(to_utf8(std::string{"a\0b"sv}), "a\xEF\xBF\xBD"
                                            "b");
}

TEST(Utf8, EveryCodePointButTheSurrogatesIsValid) {
  for (std::uint32_t point = 0; point <= 0x10FFFF; point += point < 0x11000 ? 1 : 61) {
    std::string text;
    if (point < 0x80) {
      text += static_cast<char>(point);
    } else if (point < 0x800) {
      text += static_cast<char>(0xC0 | (point >> 6));
      text += static_cast<char>(0x80 | (point & 0x3F));
    } else if (point < 0x10000) {
      text += static_cast<char>(0xE0 | (point >> 12));
      text += static_cast<char>(0x80 | ((point >> 6) & 0x3F));
      text += static_cast<char>(0x80 | (point & 0x3F));
    } else {
      text += static_cast<char>(0xF0 | (point >> 18));
      text += static_cast<char>(0x80 | ((point >> 12) & 0x3F));
      text += static_cast<char>(0x80 | ((point >> 6) & 0x3F));
      text += static_cast<char>(0x80 | (point & 0x3F));
    }
    const auto is_surrogate = point >= 0xD800 && point <= 0xDFFF;

    ASSERT_EQ(is_utf8(text), !is_surrogate) << std::hex << point;
  }
}

} // namespace callboard::test
