#include "text/json_writer.hpp"

#include <filesystem>
#include <fstream>
#include <iterator>
#include <limits>
#include <string>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <callboard/json_text.hpp>

namespace callboard::http {
namespace {

using namespace std::string_literals;

std::string printed(std::string_view text) {
  std::string out;
  append_string(out, text);
  return out;
}

TEST(JsonWriter, TextsAreEscapedAsJsonWantsIt) {
  EXPECT_EQ(printed(""), R"("")");
  EXPECT_EQ(printed("plain"), R"("plain")");
  EXPECT_EQ(printed("\"\\/"), R"("\"\\/")");
  EXPECT_EQ(printed("\b\f\n\r\t"), R"("\b\f\n\r\t")");
  EXPECT_EQ(printed("\x01\x1f\x7f\0"s), "\"\\u0001\\u001f\x7f\\u0000\"");
  EXPECT_EQ(printed("é€😀"), "\"é€😀\"");
}

TEST(JsonWriter, WhatNeedsEscapesIsFoundAnywhereInALongText) {
  for (const auto* odd : {"\"", "\n", "\xff", "\u20ac"})
    for (std::size_t at = 0; at <= 130; ++at) {
      auto text = std::string(130, 'x');
      text.insert(at, odd);
      auto shown = std::string(130, 'x');
      shown.insert(at, printed(odd).substr(1, printed(odd).size() - 2));

      ASSERT_EQ(printed(text), '"' + shown + '"') << odd << " at " << at;
    }
}

TEST(JsonWriter, EveryCharacterComesBack) {
  for (std::uint32_t code = 1; code < 0x11'0000; code += code < 0x1000 ? 1 : 0xFD) {
    if (code >= 0xD800 && code < 0xE000)
      continue;
    std::string text;
    if (code < 0x80) {
      text = {static_cast<char>(code)};
    } else if (code < 0x800) {
      text = {static_cast<char>(0xC0 | (code >> 6)), static_cast<char>(0x80 | (code & 63))};
    } else if (code < 0x1'0000) {
      text = {static_cast<char>(0xE0 | (code >> 12)), static_cast<char>(0x80 | ((code >> 6) & 63)),
              static_cast<char>(0x80 | (code & 63))};
    } else {
      text = {static_cast<char>(0xF0 | (code >> 18)), static_cast<char>(0x80 | ((code >> 12) & 63)),
              static_cast<char>(0x80 | ((code >> 6) & 63)), static_cast<char>(0x80 | (code & 63))};
    }
    const auto parsed = parse_json(printed(text));
    ASSERT_TRUE(parsed) << code << ": " << parsed.error().message;
    ASSERT_EQ(parsed->get<std::string>(), text) << code;
  }
}

TEST(JsonWriter, BytesThatAreNoUtf8AreReplaced) {
  struct row {
    std::string text;
    std::string shown;
  };
  const row table[] = {
    {"a\xff"s
     "b",
     "a\uFFFDb"},
    {"\xc3", "\uFFFD"},
    {"\xc0\xaf", "\uFFFD\uFFFD"},
    {"\xe2\x82", "\uFFFD\uFFFD"},
    {"\xed\xa0\x80", "\uFFFD\uFFFD\uFFFD"},
    {"\xf4\x90\x80\x80", "\uFFFD\uFFFD\uFFFD\uFFFD"},
    {"\xe0\x80\x80", "\uFFFD\uFFFD\uFFFD"},
    {"\xf0\x8f\xbf\xbf", "\uFFFD\uFFFD\uFFFD\uFFFD"},
    {"\xf8\x88\x80\x80\x80", "\uFFFD\uFFFD\uFFFD\uFFFD\uFFFD"},
    {"\x80\"", "\uFFFD\\\""},
  };

  for (const auto& [text, shown] : table)
    EXPECT_EQ(printed(text), '"' + shown + '"');
}

TEST(JsonWriter, NaughtyStringsPrintAsTheLibraryPrintsThem) {
  const std::filesystem::path file
    = std::filesystem::path{CALLBOARD_CORPORA} / "text" / "blns.json";
  if (!std::filesystem::exists(file))
    GTEST_SKIP() << "corpus not found: " << file;
  std::ifstream in{file, std::ios::binary};

  const auto list = parse_json(std::string{std::istreambuf_iterator<char>{in}, {}});

  ASSERT_TRUE(list) << list.error().message;
  ASSERT_GT(list->size(), 400u);
  for (const auto& text : *list)
    EXPECT_EQ(printed(text.get<std::string>()), dump_json(text));
}

TEST(JsonWriter, NumbersArePrintedWhole) {
  std::string out;
  append_number(out, std::numeric_limits<std::int64_t>::min());
  out += ' ';
  append_number(out, std::numeric_limits<std::int64_t>::max());
  out += ' ';
  append_number(out, 0);

  EXPECT_EQ(out, "-9223372036854775808 9223372036854775807 0");
}

TEST(JsonWriter, HundredthsHaveNoNeedlessZeros) {
  const auto shown = [](std::int64_t hundredths) {
    std::string out;
    append_hundredths(out, hundredths);
    return out;
  };

  EXPECT_EQ(shown(0), "0");
  EXPECT_EQ(shown(5), "0.05");
  EXPECT_EQ(shown(33), "0.33");
  EXPECT_EQ(shown(50), "0.5");
  EXPECT_EQ(shown(100), "1");
}

TEST(JsonWriter, IdsArePrintedInLowerCase) {
  std::string out;
  append_uuid(out, *uuid::parse("0198A1B2-C3D4-7E5F-8A9B-0C1D2E3F4A5B"));

  EXPECT_EQ(out, "\"0198a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b\"");
}

} // namespace
} // namespace callboard::http
