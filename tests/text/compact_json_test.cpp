#include <callboard/json_text.hpp>

#include <string>
#include <string_view>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace callboard {
namespace {

using testing::HasSubstr;

std::string kept(std::string_view text) {
  const auto made = compact_json(text);
  return made ? made->text() : "refused: " + made.error().message;
}

struct given {
  std::string text;
  std::string kept;
};

// JSON of others came back with sorted members and other numbers: `1e2` as `100.0`.
TEST(CompactJson, OnlyWhiteSpaceBetweenTokensGoes) {
  const given table[]
    = {given{R"({"z":1,"a":2})", R"({"z":1,"a":2})"},
       given{R"( { "z" : 1 , "a" : { "y" : [ 1 , 2 ] , "b" : { } } } )",
             R"({"z":1,"a":{"y":[1,2],"b":{}}})"},
       given{"{\n\t\"z\": 1,\r\n\t\"a\": [ ]\n}\n", R"({"z":1,"a":[]})"},
       given{R"({"a b": " c "})", R"({"a b":" c "})"},
       given{"[1e2, 1E2, 1e+2, 1E-2, 100.0, 1.50]", "[1e2,1E2,1e+2,1E-2,100.0,1.50]"},
       given{"[-0, 0, -0.0, 0e0, -0e-0]", "[-0,0,-0.0,0e0,-0e-0]"},
       given{"[18446744073709551616, -9223372036854775809]",
             "[18446744073709551616,-9223372036854775809]"},
       given{"0.1000000000000000055511151231257827021181583404541015625",
             "0.1000000000000000055511151231257827021181583404541015625"},
       given{"[1e400,-1e400,1e-400,1e99999999999999999999]",
             "[1e400,-1e400,1e-400,1e99999999999999999999]"},
       given{std::string(5000, '9'), std::string(5000, '9')},
       given{R"("\u00e9\u00E9é\/\"\\\n\ud83d\ude00")", R"("\u00e9\u00E9é\/\"\\\n\ud83d\ude00")"},
       given{" true ", "true"},
       given{"\tfalse", "false"},
       given{"null\n", "null"},
       given{" \"\" ", "\"\""},
       given{"[ [ ] , { } , \"\" ]", R"([[],{},""])"}};

  for (const auto& row : table) {
    SCOPED_TRACE(row.text);
    EXPECT_EQ(kept(row.text), row.kept);
    EXPECT_EQ(kept(row.kept), row.kept);
  }
}

TEST(CompactJson, LastOfSeveralMembersOfANameStandsAtThePlaceOfTheFirst) {
  const given table[]
    = {given{R"({"a":1,"a":2})", R"({"a":2})"}, given{R"({"a":1,"b":2,"a":3})", R"({"a":3,"b":2})"},
       given{R"({"b":0,"a":[1,2],"c":0,"a":{"x":1},"a": 3 , "d" : 4})",
             R"({"b":0,"a":3,"c":0,"d":4})"},
       given{R"({"x":{"a":1,"a":2},"y":[{"b":1,"b":[ ]}],"x":{"c":1,"c":2}})",
             R"({"x":{"c":2},"y":[{"b":[]}]})"},
       given{R"({"":1,"":2})", R"({"":2})"}, given{R"({"A":1,"a":2})", R"({"A":1,"a":2})"},
       // The same name, spelled in two ways.
       given{R"({"a":1,"\u0061":2})", R"({"a":2})"},
       given{R"({"\u0061":1,"a":2,"b":0})", R"({"\u0061":2,"b":0})"},
       given{R"({"\u00e9":1,"é":2})", R"({"\u00e9":2})"},
       given{R"({"a\/b":1,"a/b":2})", R"({"a\/b":2})"},
       given{R"({"\\":1,"\"":2})", R"({"\\":1,"\"":2})"},
       given{R"({"\ud83d\ude00":1,"😀":2})", R"({"\ud83d\ude00":2})"},
       given{R"([{"a":1,"a":2},{"a":1}])", R"([{"a":2},{"a":1}])"}};

  for (const auto& row : table) {
    SCOPED_TRACE(row.text);
    EXPECT_EQ(kept(row.text), row.kept);
  }
}

TEST(CompactJson, TwinsAreFoundInLongObjects) {
  std::string text = "{";
  for (int i = 0; i < 100; ++i)
    text += "\"n" + std::to_string(i) + "\":" + std::to_string(i) + ',';
  const auto without = text.substr(0, text.size() - 1) + '}';

  EXPECT_EQ(kept(without), without);
  EXPECT_EQ(kept(text + "\"n0\":7}"), "{\"n0\":7" + without.substr(7));
}

// Comparing each name with each other one would take minutes.
TEST(CompactJson, ManyNamesTakeNoTimeToSpeakOf) {
  std::string text = "{";
  while (text.size() < 2'000'000)
    text += "\"long beginning that all names share, " + std::to_string(text.size()) + "\":0,";
  text.back() = '}';

  EXPECT_EQ(kept(text), text);
}

TEST(CompactJson, FaultsNameTheByte) {
  const given table[]
    = {given{"", "unexpected end of input; expected a value (at byte 1)"},
       given{"[1 2]", "unexpected number; expected ',' or ']' (at byte 4)"},
       given{"{\"a\":1;}", "unexpected character; expected ',' or '}' (at byte 7)"},
       given{"[1,]", "unexpected ']'; expected a value (at byte 4)"},
       given{"{\"a\":1,}", "unexpected '}'; expected string literal (at byte 8)"},
       given{"[tru]", "invalid literal; expected true (at byte 5)"},
       given{"-", "invalid number; expected digit after '-' (at byte 2)"},
       given{"1.", "invalid number; expected digit after '.' (at byte 3)"},
       given{"1e+", "invalid number; expected digit in exponent (at byte 4)"},
       given{"\"a", "invalid string: missing closing quote (at byte 3)"},
       given{R"("\x")", "invalid string: forbidden character after backslash (at byte 3)"},
       given{R"("\u12g4")", "invalid string: '\\u' must be followed by 4 hex digits (at byte 3)"},
       given{"]", "unexpected ']'; expected a value (at byte 1)"}};

  for (const auto& row : table)
    EXPECT_EQ(kept(row.text), "refused: " + row.kept) << row.text;
}

TEST(CompactJson, LimitsHoldAsTheyDoForDocuments) {
  const auto nested
    = [](std::size_t depth) { return std::string(depth, '[') + std::string(depth, ']'); };

  EXPECT_EQ(kept(nested(64)), nested(64));
  EXPECT_EQ(kept(nested(65)), "refused: nested deeper than 64 levels");
  EXPECT_THAT(kept('"' + std::string(json_limits{}.bytes_max, 'x') + '"'),
              HasSubstr("is longer than"));
  EXPECT_THAT(kept(R"({"m":{"a":[0,"\u0000"]}})"),
              HasSubstr("m.a.1 must not contain NUL characters"));
}

} // namespace
} // namespace callboard
