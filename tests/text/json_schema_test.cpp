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

// "failed to match against any enum values", it said, and not which they are.
TEST(JsonSchema, FaultSaysWhatIsAllowed) {
  const struct {
    const char* schema;
    const char* document;
    const char* pointer;
    const char* message;
  } cases[] = {
    {R"({"properties":{"a":{"enum":["daily","weekly",3,null]}}})", R"({"a":"dayly"})", "/a",
     R"(must be one of "daily", "weekly", 3, null)"},
    {R"({"properties":{"a":{"enum":["only"]}}})", R"({"a":1})", "/a", R"(must be "only")"},
    {R"({"enum":[{},[1,2]]})", R"({"a":1})", "", "must be one of {}, [1,2]"},
    {R"({"properties":{"a":{"const":"x"}}})", R"({"a":"y"})", "/a", R"(must be "x")"},
    {R"({"properties":{"a":{"const":[1]}}})", R"({"a":1})", "/a", "must be [1]"},
    {R"({"properties":{"a":{"type":"integer"}}})", R"({"a":1.5})", "/a", "must be of type integer"},
    {R"({"properties":{"a":{"type":["string","null"]}}})", R"({"a":1})", "/a",
     "must be of type string, null"},
    {R"({"properties":{"a":{"pattern":"^[a-z]+$"}}})", R"({"a":"A"})", "/a",
     "must match the pattern ^[a-z]+$"},
    {R"({"properties":{"a":{"items":{"properties":{"b/c":{"enum":[1,2]}}}}}})",
     R"({"a":[{"b/c":1},{"b/c":3}]})", "/a/1/b~1c", "must be one of 1, 2"},
    {R"({"properties":{"a":{"items":[{"type":"string"},{"enum":[1,2]}]}}})", R"({"a":["x",3]})",
     "/a/1", "must be one of 1, 2"},
    {R"({"additionalProperties":{"enum":["x","y"]}})", R"({"any":"z"})", "/any",
     R"(must be one of "x", "y")"},
    {R"({"patternProperties":{"^a":{"enum":["x","y"]}}})", R"({"ab":"z"})", "/ab",
     R"(must be one of "x", "y")"},
    {R"({"allOf":[{"properties":{"a":{"enum":[1,2]}}},{"properties":{"a":{"enum":[2,3]}}}]})",
     R"({"a":1})", "/a", "must be one of 2, 3"},
    {R"({"properties":{"a":{"$ref":"#/definitions/word"}},
        "definitions":{"word":{"enum":["x","y"]}}})",
     R"({"a":"z"})", "/a", R"(must be one of "x", "y")"},
    {R"({"properties":{"a":{"oneOf":[{"const":"x"},{"const":"y"}]}}})", R"({"a":"z"})", "/a",
     R"(must be one of "x", "y")"},
    {R"({"if":{"required":["a"]},"then":{"properties":{"b":{"enum":[1,2]}}}})", R"({"a":0,"b":3})",
     "/b", "must be one of 1, 2"},
  };
  for (const auto& each : cases)
    EXPECT_THAT(schema(each.schema).check(json::parse(each.document)),
                testing::Contains(AllOf(Field(&json_fault::pointer, each.pointer),
                                        Field(&json_fault::message, each.message))))
      << each.schema;
}

TEST(JsonSchema, ListOfWhatIsAllowedIsBounded) {
  auto words = json::array();
  for (int i = 0; i < 5000; ++i)
    words.push_back("word " + std::to_string(i));
  const auto report = schema(json{{"enum", words}}.dump());

  const auto faults = report.check("other");

  ASSERT_THAT(faults, SizeIs(1));
  EXPECT_THAT(faults[0].message, testing::StartsWith(R"(must be one of "word 0", "word 1", )"));
  EXPECT_THAT(faults[0].message, testing::EndsWith(" and 4970 more"));
}

TEST(JsonSchema, SchemaWhoseReferencesLeadRoundIsLookedThroughInTime) {
  const auto report = schema(R"({"properties":{"a":{"$ref":"#"},"b":{"enum":[1,2]}}})");

  EXPECT_THAT(report.check(json::parse(R"({"a":{"a":{"b":3}}})")),
              testing::Contains(fault_at("/a/a/b", "must be one of 1, 2")));
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
