#include "core/jobs/text_bytes.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <string>

namespace callboard::test {

namespace {

std::shared_ptr<job> message_of(std::size_t content_bytes) {
  auto spec = std::make_shared<job_spec>();
  spec->content = std::string(content_bytes, 'c');
  auto made = std::make_shared<job>();
  made->spec = std::move(spec);
  return made;
}

shared_text text_of(std::size_t bytes) {
  return std::make_shared<const std::string>(bytes, 't');
}

} // namespace

TEST(TextBytes, AreThoseOfWhatTheCallerGave) {
  auto spec = std::make_shared<job_spec>();
  spec->content = "four";
  spec->metadata = json_text::from_valid("{}");
  agent_job_fields fields;
  fields.params = json_text::from_valid("[1]");
  fields.target_channel = json_text::from_valid("[22]");
  fields.config = json_text::from_valid("[333]");
  fields.tags = {"a", "bc"};
  spec->agent_job = std::make_shared<const agent_job_fields>(fields);
  run_fields run;
  run.payload = json_text::from_valid(R"({"a":1})");
  spec->run = std::make_shared<const run_fields>(run);
  job one;
  one.spec = spec;

  EXPECT_EQ(core::text_bytes(*spec), 4U + 2U + (3U + 4U + 5U + 3U) + 7U);
  EXPECT_EQ(core::text_bytes(one), core::text_bytes(*spec));
}

TEST(TextBytes, AnswerThatTheLastTurnSharesCountsOnce) {
  const auto one = message_of(10);
  auto outcome = std::make_shared<job_outcome>();
  outcome->content = text_of(100);
  outcome->metadata = json_text::from_valid("{}");
  task_record turn;
  turn.result = outcome->content;
  one->tasks = {turn};
  one->outcome = outcome;

  EXPECT_EQ(core::text_bytes(*one), 112U);
}

TEST(TextBytes, EachTurnCounts) {
  const auto one = message_of(10);
  task_record failed;
  failed.error = text_of(5);
  task_record answered;
  answered.result = text_of(7);
  one->tasks = {failed, answered, {}};

  EXPECT_EQ(core::text_bytes(*one), 22U);
}

TEST(TextBytes, ReasonOfAFailureCounts) {
  const auto one = message_of(10);
  auto outcome = std::make_shared<job_outcome>();
  outcome->error_text = "no!";
  task_record failed;
  failed.error = text_of(3);
  one->tasks = {failed};
  one->outcome = outcome;

  EXPECT_EQ(core::text_bytes(*one), 16U);
}

TEST(PageAllowance, EndsWithTheJobThatIsTooMuch) {
  core::page_allowance allowed{30};

  EXPECT_TRUE(allowed.take(*message_of(10)));
  EXPECT_TRUE(allowed.take(*message_of(20)));
  EXPECT_EQ(allowed.take(*message_of(1)).error().message,
            "the list holds more than 30 bytes of text; request fewer jobs at a time");
}

TEST(PageAllowance, WithoutALimitTakesAll) {
  core::page_allowance allowed{0};

  EXPECT_TRUE(allowed.take(*message_of(1'000'000)));
}

} // namespace callboard::test
