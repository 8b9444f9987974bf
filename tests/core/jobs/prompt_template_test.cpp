#include <callboard/prompt_template.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

namespace callboard::core {

namespace {

using ::testing::ElementsAre;

std::optional<std::string> find(const std::vector<std::string_view>& path) {
  static const std::map<std::string, std::string> values{{"params.type", "daily"},
                                                         {"params", R"({"type":"daily"})"},
                                                         {"params.trap", "{{params.type}}"},
                                                         {"tags", "a,b"},
                                                         {"params.items.0", "first"}};
  std::string joined;
  for (const auto name : path)
    joined += (joined.empty() ? "" : ".") + std::string{name};
  const auto found = values.find(joined);
  return found == values.end() ? std::nullopt : std::optional{found->second};
}

std::string rendered(std::string_view source) {
  return render_prompt(source, find).value().text;
}

TEST(PromptTemplate, ValuesTakeThePlacesOfTheirPaths) {
  EXPECT_EQ(rendered("Write the {{params.type}} report ({{ tags }})."),
            "Write the daily report (a,b).");
  EXPECT_EQ(rendered("{{params}}"), R"({"type":"daily"})");
  EXPECT_EQ(rendered("{{params.items.0}}{{params.type}}"), "firstdaily");
}

TEST(PromptTemplate, WhatIsNotFoundLeavesNothing) {
  EXPECT_EQ(rendered("a{{params.nothing}}b{{nothing.at.all}}c"), "abc");
}

TEST(PromptTemplate, ValuesAreNotLookedAtAgain) {
  EXPECT_EQ(rendered("{{params.trap}}"), "{{params.type}}");
}

TEST(PromptTemplate, BracesAroundAnythingElseStay) {
  for (const auto* text :
       {"", "{", "{{", "{{}}", "{{ }}", "{{a b}}", "{{a..b}}", "{{.a}}", "{{a.}}", "{{tags",
        "{{tags}", "{tags}", "}}{{", "{% if %}", "{{#each tags}}x"})
    EXPECT_EQ(rendered(text),
              std::string_view{text} == "{{#each tags}}x" ? "{{#each tags}}x" : text);
  EXPECT_EQ(rendered("{{{tags}}}"), "{a,b}");
}

TEST(PromptTemplate, PlacesOfTheIdAreGivenInsteadOfAText) {
  const auto made = render_prompt("job {{job_id}}, {{params.type}}: {{ job_id }}", find).value();

  EXPECT_EQ(made.text, "job , daily: ");
  EXPECT_THAT(made.id_places, ElementsAre(4U, 13U));
}

TEST(PromptTemplate, WhatGrowsBeyondTheLimitIsRefused) {
  const std::string mebibyte(1024 * 1024, 'x');
  const auto lookup = [&](const auto&) { return std::optional{mebibyte}; };

  EXPECT_TRUE(render_prompt("{{a}}{{a}}", lookup));
  EXPECT_EQ(render_prompt("{{a}}{{a}}.", lookup).error().code, errc::invalid_argument);
  EXPECT_EQ(render_prompt("{{a}}{{a}}{{a}}", lookup).error().code, errc::invalid_argument);
}

TEST(PromptTemplate, TooManyPlacesOfTheIdAreRefused) {
  std::string source;
  for (std::size_t i = 0; i < id_places_max; ++i)
    source += "{{job_id}}";

  EXPECT_TRUE(render_prompt(source, find));
  EXPECT_FALSE(render_prompt(source + "{{job_id}}", find));
}

// Looking for the end of every opening brace would take hours here.
TEST(PromptTemplate, HostileTemplatesTakeNoLongerThanOthers) {
  EXPECT_EQ(rendered(std::string(2'000'000, '{')).size(), 2'000'000U);
  std::string openings;
  for (int i = 0; i < 400'000; ++i)
    openings += "{{a ";
  EXPECT_EQ(rendered(openings), openings);
}

} // namespace

} // namespace callboard::core
