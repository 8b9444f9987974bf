#include <callboard/json_schema.hpp>

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace callboard {

namespace {

using nlohmann::json;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::Field;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

json_schema schema(std::string_view text) {
  auto made = json_schema::compile(json::parse(text));
  EXPECT_TRUE(made) << made.error().message;
  return *made;
}

auto fault_at(const std::string& pointer, const std::string& text) {
  return AllOf(Field(&json_fault::pointer, pointer), Field(&json_fault::message, HasSubstr(text)));
}

TEST(JsonSchema, DocumentThatFitsHasNoFaults) {
  const auto report = schema(R"({"type":"object","required":["type"],
    "properties":{"type":{"type":"string","enum":["daily","weekly"]},"n":{"minimum":1}}})");

  EXPECT_THAT(report.check(json::parse(R"({"type":"daily","n":1,"more":[1,null]})")), IsEmpty());
}

TEST(JsonSchema, EachFaultHasItsPointer) {
  const auto report = schema(R"({"type":"object","required":["type"],"properties":{
    "n":{"type":"integer","minimum":1},"list":{"items":{"type":"string"}},
    "a/b~c":{"type":"boolean"}},"additionalProperties":false})");

  const auto faults = report.check(json::parse(R"({"n":0,"list":["x",2],"a/b~c":1,"other":1})"));

  EXPECT_THAT(faults, testing::IsSupersetOf({fault_at("/type", "required"), fault_at("/n", ""),
                                             fault_at("/list/1", ""), fault_at("/a~1b~0c", "")}));
  EXPECT_THAT(faults, testing::Contains(Field(&json_fault::message, HasSubstr("other"))));
}

TEST(JsonSchema, SchemaWithFaultsIsRefusedWithItsPlace) {
  EXPECT_FALSE(json_schema::compile(json::parse(R"({"type":"nonsense"})")));
  EXPECT_FALSE(json_schema::compile(json::parse(R"({"properties":[1]})")));
  EXPECT_FALSE(json_schema::compile(json::parse(R"({"$ref":"http://127.0.0.1/other.json"})")));
  EXPECT_FALSE(json_schema::compile(json::parse("[]")));
  const auto pattern = json_schema::compile(json::parse(R"({"properties":{"a":{"pattern":"("}}})"));
  ASSERT_FALSE(pattern);
  EXPECT_EQ(pattern.error().pointer, "/properties/a/pattern");
}

// A text of this length overflowed the stack of the standard library's matcher.
TEST(JsonSchema, LongTextIsNotMatchedAgainstAPattern) {
  const auto report
    = schema(R"({"properties":{"code":{"pattern":"^(a|b)*$"},"text":{"type":"string"}}})");
  const std::string long_text(1'000'000, 'a');

  EXPECT_THAT(report.check({{"code", long_text}}), ElementsAre(fault_at("/code", "2048 bytes")));
  EXPECT_THAT(report.check({{"text", long_text}, {"code", "abba"}}), IsEmpty());
  EXPECT_THAT(report.check({{"code", std::string(json_schema::matched_bytes_max, 'a')}}),
              IsEmpty());
  EXPECT_THAT(report.check({{"code", "c"}}), ElementsAre(fault_at("/code", "pattern")));
}

TEST(JsonSchema, PatternBehindAReferenceBoundsAllTexts) {
  const auto report = schema(R"({"definitions":{"c":{"pattern":"^(a|b)*$"}},
    "properties":{"code":{"$ref":"#/definitions/c"}}})");

  EXPECT_THAT(report.check({{"code", std::string(1'000'000, 'a')}}),
              ElementsAre(fault_at("/code", "2048 bytes")));
}

// Comparing each pair of these would take hours.
TEST(JsonSchema, LongArrayIsNotCheckedForRepetition) {
  const auto report = schema(R"({"properties":{"list":{"uniqueItems":true}}})");
  auto list = json::array();
  for (int i = 0; i < 200'000; ++i)
    list.push_back(i);

  EXPECT_THAT(report.check({{"list", list}}), ElementsAre(fault_at("/list", "1000 elements")));
  EXPECT_THAT(report.check({{"list", {1, 2, 1}}}), testing::Not(IsEmpty()));
}

TEST(JsonSchema, NumberOfFaultsIsBounded) {
  const auto report = schema(R"({"properties":{"list":{"items":{"type":"string"}}}})");
  auto list = json::array();
  for (int i = 0; i < 5000; ++i)
    list.push_back(i);

  EXPECT_THAT(report.check({{"list", list}}), SizeIs(json_schema::faults_max));
  for (int i = 0; i < 20'000; ++i)
    list.push_back(i);
  EXPECT_THAT(report.check({{"list", list}}), SizeIs(1));
}

} // namespace

} // namespace callboard
