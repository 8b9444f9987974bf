#include <callboard/json_text.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace callboard {
namespace {

using namespace std::string_literals;
using nlohmann::json;
using testing::HasSubstr;
using testing::Not;

/// What `parse_json` says against a text; empty if it takes it.
std::string fault_of(std::string_view text, const json_limits& limits = {}) {
  const auto parsed = parse_json(text, limits);
  return parsed ? std::string{} : parsed.error().message;
}

std::string nested(std::size_t depth, char open, char close) {
  return std::string(depth, open) + std::string(depth, close);
}

struct refusal {
  std::string text;
  std::string message_part;
};

TEST(JsonText, RefusalSaysWhatAndWhere) {
  const refusal table[]
    = {refusal{"", "unexpected end of input"},
       refusal{" \n", "unexpected end of input"},
       refusal{"{", "expected string literal (at byte 2)"},
       refusal{"{\"a\" 1}", "expected ':'"},
       refusal{"[1,]", "at byte 4"},
       refusal{"nul", "invalid literal"},
       refusal{"{'a':1}", "expected string literal"},
       refusal{"1 2", "expected end of input"},
       refusal{"{}x", "at byte 3"},
       refusal{"// c\n1", "invalid literal"},
       refusal{"NaN", "invalid literal"},
       refusal{"-Infinity", "invalid number"},
       refusal{"01", "expected end of input"},
       refusal{"\xEF\xBB\xBF{}", "byte order mark"},
       refusal{"\"a\tb\"", "control character"},
       refusal{"\"\xFF\"", "ill-formed UTF-8"},
       refusal{"\"\xC0\xAF\"", "ill-formed UTF-8"},
       refusal{"\"\xED\xA0\x80\"", "ill-formed UTF-8"},
       refusal{"\"\xF4\x90\x80\x80\"", "ill-formed"},
       refusal{"\"\xE2\x82\"", "ill-formed UTF-8"},
       refusal{R"("\ud800")", "surrogate"},
       refusal{R"("\udc00")", "surrogate"},
       refusal{R"("\ud800\u0041")", "surrogate"},
       refusal{R"("\ud800\ud800")", "surrogate"},
       refusal{"1e400", "number out of range (at byte"},
       refusal{"-1e400", "number out of range"},
       refusal{"[" + std::string(400, '9') + "]", "out of range"},
       refusal{"{}\0{}"s, "NUL byte (at byte 3)"},
       refusal{"[\"a\0b\"]"s, "NUL byte (at byte 4)"},
       refusal{R"("\u0000")", "texts must not contain NUL characters"},
       refusal{R"({"a\u0000":1})", "names must not contain NUL characters"},
       refusal{R"({"content":"a\u0000"})", "content must not contain NUL characters"},
       refusal{R"({"content":"a\u0000","content":"b"})", "content must not contain NUL characters"},
       refusal{R"({"b":{},"a":[1,{"c":"\u0000"}]})", "a.1.c must not contain NUL characters"}};

  for (const auto& row : table) {
    SCOPED_TRACE(testing::PrintToString(row.text));
    const auto parsed = parse_json(row.text);
    ASSERT_FALSE(parsed) << parsed->dump();
    EXPECT_EQ(parsed.error().code, errc::invalid_argument);
    EXPECT_THAT(parsed.error().message, HasSubstr(row.message_part));
  }
}

TEST(JsonText, DeepestNestingAllowedIsTaken) {
  EXPECT_EQ(fault_of(nested(64, '[', ']')), "");
  EXPECT_EQ(fault_of(nested(65, '[', ']')), "nested deeper than 64 levels");
}

TEST(JsonText, DepthCountsObjectsAndArraysAlike) {
  EXPECT_EQ(fault_of(R"([{"a":[1]}])", {.depth_max = 3}), "");
  EXPECT_EQ(fault_of(R"([{"a":[{}]}])", {.depth_max = 3}), "nested deeper than 3 levels");
}

TEST(JsonText, MillionOpenBracketsAreRefusedAtTheLimit) {
  EXPECT_EQ(fault_of(std::string(1'000'000, '[')), "nested deeper than 64 levels");
}

TEST(JsonText, LongestTextAllowedIsTaken) {
  const auto longest = '"' + std::string(98, 'x') + '"';

  EXPECT_EQ(fault_of(longest, {.bytes_max = 100}), "");
  const auto refused = parse_json(longest + ' ', {.bytes_max = 100});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, errc::capacity);
  EXPECT_EQ(refused.error().message, "JSON text is longer than 100 bytes");
}

TEST(JsonText, LastOfDuplicateNamesWins) {
  const auto parsed = parse_json(R"({"a":[1,2],"b":0,"a":{"x":1},"a":3})");

  ASSERT_TRUE(parsed);
  EXPECT_EQ(*parsed, (json{{"a", 3}, {"b", 0}}));
}

TEST(JsonText, EveryKindOfValueIsBuilt) {
  const auto text
    = R"({"a":[null,true,false,-1,18446744073709551615,1.5,"x",[],{}],"b":{"c":[[]]}})";

  const auto parsed = parse_json(text);

  ASSERT_TRUE(parsed);
  EXPECT_EQ(*parsed, json::parse(text));
  EXPECT_EQ(dump_json(*parsed), text);
}

TEST(JsonText, FaultNeverRepeatsTheInput) {
  // The parser's own message quotes the token that it stopped at: megabytes, or bytes that are no text.
  const auto fault = fault_of("\"" + std::string(100'000, 'x') + "\xFF\"");

  EXPECT_LT(fault.size(), 200u);
  EXPECT_THAT(fault, Not(HasSubstr("xxx")));
  EXPECT_THAT(fault, Not(HasSubstr("\xFF")));
}

TEST(JsonText, FaultInAnEndlessNameStaysShort) {
  const auto fault = fault_of("{\"" + std::string(10'000, 'n') + R"(":"\u0000"})");

  EXPECT_EQ(fault, "texts must not contain NUL characters");
}

TEST(JsonText, TextsComeBackByteForByte) {
  for (const std::string text :
       {"\u00e9\u20ac\U0001F600", "\u2028\u2029", "\ufffe\uffff", "\x7f", "\ufeff"}) {
    const auto parsed = parse_json('"' + text + '"');
    ASSERT_TRUE(parsed) << parsed.error().message;
    EXPECT_EQ(parsed->get<std::string>(), text);
    EXPECT_EQ(dump_json(*parsed), '"' + text + '"');
  }
}

TEST(JsonText, DumpReplacesBytesThatAreNoUtf8) {
  EXPECT_EQ(dump_json(json{{"a", "x\xFFy"}}), "{\"a\":\"x\xEF\xBF\xBDy\"}");
}

struct whole_number {
  std::string text;
  std::optional<std::int64_t> value;
};

TEST(JsonText, WholeNumbersAreReadByValueAndNeverWrap) {
  const whole_number table[] = {whole_number{"5", 5},
                                whole_number{"5.0", 5},
                                whole_number{"5e0", 5},
                                whole_number{"-0", 0},
                                whole_number{"-0.0", 0},
                                whole_number{"1e5", 100'000},
                                whole_number{"5.5", {}},
                                whole_number{"-5", -5},
                                whole_number{"1e-400", 0},
                                whole_number{"9223372036854775807", INT64_MAX},
                                whole_number{"9223372036854775808", {}},
                                whole_number{"-9223372036854775808", INT64_MIN},
                                whole_number{"-9223372036854775809", {}},
                                whole_number{"18446744073709551616", {}},
                                whole_number{"1e19", {}},
                                whole_number{"\"5\"", {}},
                                whole_number{"null", {}},
                                whole_number{"true", {}}};

  for (const auto& row : table) {
    SCOPED_TRACE(row.text);
    const auto parsed = parse_json(row.text);
    ASSERT_TRUE(parsed);
    EXPECT_EQ(to_int64(*parsed), row.value);
  }
}

} // namespace
} // namespace callboard
