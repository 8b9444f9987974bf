#include <callboard/json_view.hpp>

#include <cmath>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace callboard {
namespace {

json_view view_of(std::string_view text) {
  return json_view::from_valid(text);
}

TEST(JsonView, MembersComeInTheirOrder) {
  const auto object = view_of(R"({"z":"a\"b\\","a":[{"x":"]}"},2],"":{},"t":-1e2,"n":null})");
  std::vector<std::string> seen;

  for (json_cursor each{object}; each.next();)
    seen.push_back(each.name() + '=' + std::string{each.value().text()});

  EXPECT_EQ(seen, (std::vector<std::string>{R"(z="a\"b\\")", R"(a=[{"x":"]}"},2])", "={}", "t=-1e2",
                                            "n=null"}));
}

TEST(JsonView, EmptyAndScalarValuesHaveNoMembers) {
  for (const auto* text : {"{}", "[]", "\"ab\"", "17", "null", "true"}) {
    json_cursor each{view_of(text)};
    EXPECT_FALSE(each.next()) << text;
  }
  EXPECT_FALSE(json_cursor{json_view{}}.next());
}

TEST(JsonView, NamesAreFoundHoweverTheyAreSpelled) {
  const auto object = view_of(R"({"a":1,"\u0062":2,"c\/d":3})");

  EXPECT_EQ(object.find("a")->text(), "1");
  EXPECT_EQ(object.find("b")->text(), "2");
  EXPECT_EQ(object.find("c/d")->text(), "3");
  EXPECT_FALSE(object.find("c"));
  EXPECT_FALSE(view_of("[1]").find("a"));
}

TEST(JsonView, ElementsAreFoundByPosition) {
  const auto array = view_of(R"(["a",[1,2],{"b":[3]}])");

  EXPECT_EQ(array.at(0)->text(), "\"a\"");
  EXPECT_EQ(array.at(1)->text(), "[1,2]");
  EXPECT_EQ(array.at(2)->find("b")->at(0)->text(), "3");
  EXPECT_FALSE(array.at(3));
  EXPECT_FALSE(view_of("{}").at(0));
}

TEST(JsonView, StringsAreResolved) {
  EXPECT_EQ(view_of(R"("")").string(), "");
  EXPECT_EQ(view_of(R"("a\"\\\/\b\f\n\r\tb")").string(), "a\"\\/\b\f\n\r\tb");
  EXPECT_EQ(view_of(R"("\u0041\u00e9\u20AC\ud83d\ude00\uffff")").string(), "Aé€😀\uffff");
  EXPECT_TRUE(view_of(R"("fixe\u0064")").is("fixed"));
  EXPECT_FALSE(view_of(R"("fixed2")").is("fixed"));
  EXPECT_FALSE(view_of("1").is("1"));
}

struct number_case {
  std::string text;
  double number;
  std::optional<std::int64_t> integer;
};

TEST(JsonView, NumbersAreJudgedByValue) {
  constexpr auto infinite = std::numeric_limits<double>::infinity();
  constexpr auto tiny = std::numeric_limits<double>::denorm_min();
  const number_case table[]
    = {number_case{"5", 5, 5},
       number_case{"5.0", 5, 5},
       number_case{"5e0", 5, 5},
       number_case{"50e-1", 5, 5},
       number_case{"0.5e1", 5, 5},
       number_case{"0.000005E+6", 5, 5},
       number_case{"-0", 0, 0},
       number_case{"-0.0", 0, 0},
       number_case{"0e999999999999999999999", 0, 0},
       number_case{"1e5", 100'000, 100'000},
       number_case{"5.5", 5.5, {}},
       number_case{"5.05e1", 50.5, {}},
       number_case{"-5", -5, -5},
       number_case{"1e-400", tiny, {}},
       number_case{"-1e-400", -tiny, {}},
       number_case{"1e400", infinite, {}},
       number_case{"-1e400", -infinite, {}},
       number_case{"1e999999999999999999999", infinite, {}},
       number_case{"1e-999999999999999999999", tiny, {}},
       number_case{std::string(400, '9'), infinite, {}},
       number_case{"0." + std::string(400, '0') + '1', tiny, {}},
       number_case{"9007199254740993.0", 9007199254740992, 9007199254740993},
       number_case{"9223372036854775807", 9223372036854775808.0, INT64_MAX},
       number_case{"9223372036854775807.000", 9223372036854775808.0, INT64_MAX},
       number_case{"9223372036854775808", 9223372036854775808.0, {}},
       number_case{"-9223372036854775808", -9223372036854775808.0, INT64_MIN},
       number_case{"-9.223372036854775808e18", -9223372036854775808.0, INT64_MIN},
       number_case{"-9223372036854775809", -9223372036854775808.0, {}},
       number_case{"18446744073709551616", 18446744073709551616.0, {}},
       number_case{"18446744073709551621", 18446744073709551616.0, {}},
       number_case{"1e19", 1e19, {}},
       number_case{"100000000000000000000000e-20", 1000, 1000}};

  for (const auto& row : table) {
    SCOPED_TRACE(row.text);
    EXPECT_TRUE(view_of(row.text).is_number());
    EXPECT_EQ(view_of(row.text).number(), row.number);
    EXPECT_EQ(view_of(row.text).integer(), row.integer);
  }
  EXPECT_FALSE(view_of("\"5\"").integer());
}

/// Looks at everything that can be found in a value.
std::size_t look_at_all(json_view value, int depth = 0) {
  auto seen = value.text().size();
  if (value.is_string())
    seen += value.string().size() + (value.is("x") ? 1 : 0);
  seen += value.integer() ? 1 : 0;
  for (json_cursor each{value}; each.next() && depth < 100;)
    seen += each.name().size() + look_at_all(each.value(), depth + 1);
  return seen;
}

// Nobody checks what a database holds once more. Run under AddressSanitizer.
TEST(JsonView, NothingBeyondATextIsLookedAt) {
  const std::string whole
    = R"({"a":[1,"b\"\u00e9\ud83d\ude00",{"c":{}}],"d\n":-1e2,"e":[[],"\\"],"f":null})";

  for (std::size_t from = 0; from < whole.size(); ++from)
    for (auto size = whole.size() - from; size > 0; --size) {
      // A copy, so that a byte more is noticed.
      const std::vector<char> part(whole.begin() + static_cast<std::ptrdiff_t>(from),
                                   whole.begin() + static_cast<std::ptrdiff_t>(from + size));
      look_at_all(view_of({part.data(), part.size()}));
    }
  for (const auto* text :
       {"{", "[", "{]]]]", "[}}}", "{\"", "{\"a", "{:::", "[,,,", "{\"a\"\"b\"", "\"\\", "\""})
    look_at_all(view_of(text));
}

TEST(JsonView, DocumentHasTheSameValues) {
  const auto text
    = R"({"b":[null,true,false,-1,0,18446744073709551615,-9223372036854775808,1.5,"x\n",[],{}],"a":{"c":[[]]}})";

  EXPECT_EQ(to_document(view_of(text)), nlohmann::json::parse(text));
  for (const auto* number : {"5", "5.0", "50e-1", "-0", "9007199254740993.0"})
    EXPECT_TRUE(to_document(view_of(number)).is_number_integer()) << number;
  EXPECT_TRUE(std::isinf(to_document(view_of("1e400")).get<double>()));
  EXPECT_EQ(to_document(view_of("18446744073709551616")).get<double>(), 18446744073709551616.0);
}

} // namespace
} // namespace callboard
