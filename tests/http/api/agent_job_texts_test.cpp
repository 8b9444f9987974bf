// What agent jobs keep of the JSON that users give.

#include <optional>
#include <string>

#include <gtest/gtest.h>

#include "http/api/agent_jobs/agent_job_prompt.hpp"
#include "http/api/agent_jobs/agent_job_settings.hpp"

namespace callboard::tests {
namespace {

using http::merge;

std::string prompt_of(const std::string& source, const std::string& values) {
  const auto made = http::make_agent_job_prompt(source, json_view::from_valid(values));
  return made ? made->text : "refused: " + made.error().message;
}

TEST(AgentJobPrompt, ValuesGoInAsTheyAreSpelled) {
  const auto values
    = R"({"params":{"n":1e2,"z":-0,"big":18446744073709551616,"o":{"z":1,"a":[1.50]},)"
      R"("s":"a\u00e9\n","list":["x",{"k":true}],"null":null,"\u006b":"v"}})";

  EXPECT_EQ(prompt_of("{{params.n}} {{params.z}} {{params.big}}", values),
            "1e2 -0 18446744073709551616");
  EXPECT_EQ(prompt_of("{{params.o}} {{params.o.a}} {{params.o.a.0}}", values),
            R"({"z":1,"a":[1.50]} [1.50] 1.50)");
  EXPECT_EQ(prompt_of("{{params.s}}", values), "aé\n");
  EXPECT_EQ(
    prompt_of("{{params.list.0}}{{params.list.1.k}}{{params.list.2}}{{params.list.x}}", values),
    "xtrue");
  EXPECT_EQ(prompt_of("<{{params.null}}{{params.none}}{{params.n.x}}>{{params.k}}", values), "<>v");
}

// Looking through the values for each place of a template would take minutes.
TEST(AgentJobPrompt, ManyPlacesOfALargeObjectTakeNoTimeToSpeakOf) {
  std::string values = R"({"params":{)";
  std::string source;
  for (int i = 0; i < 50'000; ++i) {
    values.append(i > 0 ? ",\"" : "\"").append(std::to_string(i)).append("\":1");
    source += "{{params." + std::to_string(i) + "}}";
  }

  EXPECT_EQ(prompt_of(source, values + "}}"), std::string(50'000, '1'));
}

agent_job_settings settings(const std::string& given) {
  std::vector<field_fault> faults;
  const auto text = R"({"config":)" + given + '}';
  http::body_reader body{json_view::from_valid(text), "", faults};
  auto made = http::read_settings(body, faults);
  EXPECT_TRUE(faults.empty()) << faults.front().message;
  return made;
}

TEST(AgentJobSettings, MergedOnesAreShownAsTheyWereGiven) {
  const auto base
    = settings(R"({"start_prompt":"\u00e9","task_retry_interval":5.0,"max_follow_ups":2e0})");
  const auto over = settings(R"({"max_time_to_complete":1e1,"max_follow_ups":30e-1})");

  const auto merged = merge(base, over);

  EXPECT_EQ(merged.shown.text(), R"({"max_time_to_complete":1e1,"max_follow_ups":30e-1,)"
                                 R"("start_prompt":"\u00e9","task_retry_interval":5.0,)"
                                 R"("max_task_retries":0})");
  EXPECT_EQ(merged.follow_ups_max, 3u);
  EXPECT_EQ(merged.time_limit_minutes, 10);
  EXPECT_EQ(merged.start_prompt, "é");
}

TEST(AgentJobSettings, WithoutATextTheyAreShownInTheOrderOfThePage) {
  agent_job_settings base;
  base.start_prompt = "go";
  base.retry_interval_minutes = 0.5;

  EXPECT_EQ(merge(base, {}).shown.text(),
            R"({"max_follow_ups":0,"max_task_retries":0,"task_retry_interval":0.5,)"
            R"("max_time_to_complete":60,"start_prompt":"go"})");
  EXPECT_EQ(http::to_json(base).text(), R"({"task_retry_interval":0.5,"start_prompt":"go"})");
}

} // namespace
} // namespace callboard::tests
