#include "core/jobs/admission.hpp"

#include <gtest/gtest.h>

#include <limits>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "tests/core/jobs/job_fixtures.hpp"

namespace callboard::test {

namespace {

using core::admission;
using core::current_load;

constexpr core::load_limits limits{.messages_max = 10, .live_max = 20};

agent_info agent_with(std::uint32_t concurrency, std::optional<std::uint32_t> queue_limit) {
  agent_info made;
  made.name = "echo";
  made.concurrency = concurrency;
  made.queue_limit = queue_limit;
  return made;
}

std::string verdict(job_kind kind, const current_load& load, const agent_info& agent,
                    std::size_t text_bytes = 0) {
  const auto made = core::admit({kind, text_bytes}, load, limits, agent);
  if (!made)
    return std::string{to_string(made.error().code)} + ": " + made.error().message;
  return *made == admission::free ? "free" : "drop";
}

struct row {
  job_kind kind;
  current_load load;
  std::string_view verdict;
};

constexpr auto message = job_kind::message;
constexpr std::string_view full_of_messages = "capacity: Job capacity reached (10 jobs)";
constexpr std::string_view full_of_live_jobs = "capacity: Job capacity reached (20 jobs)";

constexpr row rows[] = {
  {message, {.messages = 0, .finished_messages = 0, .live = 0}, "free"},
  {message, {.messages = 9, .finished_messages = 0, .live = 9}, "free"},
  {message, {.messages = 10, .finished_messages = 0, .live = 10}, full_of_messages},
  {message, {.messages = 10, .finished_messages = 1, .live = 9}, "drop"},
  {message, {.messages = 10, .finished_messages = 10, .live = 0}, "drop"},
  {message, {.messages = 5, .finished_messages = 0, .live = 20}, full_of_live_jobs},
  // Dropping a finished job makes no room for a live one.
  {message, {.messages = 10, .finished_messages = 5, .live = 20}, full_of_live_jobs},
  // Only messaging jobs are bounded by messages_max.
  {job_kind::agent, {.messages = 10, .finished_messages = 0, .live = 10}, "free"},
  {job_kind::run, {.messages = 10, .finished_messages = 0, .live = 19}, "free"},
  {job_kind::agent, {.messages = 0, .finished_messages = 0, .live = 20}, full_of_live_jobs},
  {job_kind::run, {.messages = 0, .finished_messages = 0, .live = 21}, full_of_live_jobs},
};

} // namespace

TEST(Admission, ByKindAndLoad) {
  for (const auto& [kind, load, expected] : rows)
    EXPECT_EQ(verdict(kind, load, agent_with(64, std::nullopt)), expected)
      << to_string(kind) << " with " << load.messages << " messages, " << load.finished_messages
      << " of them finished, and " << load.live << " live jobs";
}

// 1,000 finished messages of 50,000 characters held 308 MB, and the 10,000 that are allowed 3 GB.
TEST(Admission, ByTheTextsThatAreHeld) {
  struct text_row {
    job_kind kind;
    std::size_t live_bytes;
    std::size_t finished_bytes;
    std::size_t wanted;
    std::string_view verdict;
  };
  constexpr std::string_view full = "capacity: Job capacity reached (100 bytes of text)";
  constexpr text_row text_rows[] = {
    {message, 0, 0, 100, "free"},
    {message, 0, 0, 101, full},
    {message, 40, 0, 60, "free"},
    {message, 40, 0, 61, full},
    {message, 40, 60, 0, "free"},
    {message, 40, 60, 1, "drop"},
    {message, 40, 60, 60, "drop"},
    // Dropping all that is finished would not be enough, so nothing is dropped.
    {message, 40, 60, 61, full},
    {message, 0, 100, 100, "drop"},
    {message, 100, 0, 0, "free"},
    {message, 100, 0, 1, full},
    // An answer has come that is larger than what was left.
    {message, 30, 90, 1, "drop"},
    {message, 101, 0, 0, full},
    // Only the texts of messages are bounded.
    {job_kind::agent, 100, 0, 50, "free"},
    {job_kind::run, 100, 0, 50, "free"},
  };
  for (const auto& [kind, live, finished, wanted, expected] : text_rows) {
    current_load load{.messages = 2, .finished_messages = 1, .live = 1};
    core::text_share of_live;
    core::text_share of_finished;
    load.texts = core::text_budget{100};
    load.texts.set(of_live, {live, false});
    load.texts.set(of_finished, {finished, true});

    EXPECT_EQ(verdict(kind, load, agent_with(64, std::nullopt), wanted), expected)
      << to_string(kind) << " of " << wanted << " bytes beside " << live << " of live jobs and "
      << finished << " of finished ones";
  }
}

TEST(Admission, OrganisationMayHaveALimitOfItsOwn) {
  const auto verdict_of = [](std::size_t held, std::size_t most) {
    const core::load_limits both{
      .messages_max = 10, .live_max = 20, .live_per_organisation_max = most};
    const auto made = core::admit({job_kind::run}, {.live = 15, .live_of_organisation = held}, both,
                                  agent_with(64, std::nullopt));
    return made ? "free" : made.error().message;
  };

  EXPECT_EQ(verdict_of(4, 5), "free");
  EXPECT_EQ(verdict_of(5, 5), "Job capacity of the organization reached (5 jobs)");
  EXPECT_EQ(verdict_of(15, 0), "free");
}

TEST(Admission, AgentTakesItsConcurrencyAndItsQueue) {
  EXPECT_EQ(verdict(message, {.of_agent = 4}, agent_with(2, 3)), "free");
  EXPECT_EQ(verdict(message, {.of_agent = 5}, agent_with(2, 3)), "agent_busy: Agent echo is busy");
}

TEST(Admission, AgentWithoutAQueueTakesWhatItCanRun) {
  EXPECT_EQ(verdict(message, {.of_agent = 1}, agent_with(2, 0)), "free");
  EXPECT_EQ(verdict(message, {.of_agent = 2}, agent_with(2, 0)), "agent_busy: Agent echo is busy");
}

TEST(Admission, AgentWithoutALimitTakesAll) {
  EXPECT_EQ(verdict(message, {.of_agent = 1'000'000}, agent_with(1, std::nullopt)), "free");
}

TEST(Admission, LargestLimitsDoNotOverflow) {
  constexpr auto most = std::numeric_limits<std::uint32_t>::max();

  EXPECT_EQ(verdict(message, {.of_agent = most}, agent_with(most, most)), "free");
}

TEST(Admission, BusyAgentIsNoReasonToDropAFinishedJob) {
  const current_load load{.messages = 10, .finished_messages = 1, .of_agent = 1};

  EXPECT_EQ(verdict(message, load, agent_with(1, 0)), "agent_busy: Agent echo is busy");
}

TEST(Admission, JobOccupiesItsAgentWhileATaskRunsOrWaitsForASlot) {
  std::set<situation> occupying;
  for (const auto where : live_situations)
    if (core::occupies_agent(*job_in(where).record))
      occupying.insert(where);
  for (const auto where : terminal_situations)
    if (core::occupies_agent(*job_in(where).record))
      occupying.insert(where);

  EXPECT_EQ(occupying, (std::set{situation::queued, situation::running, situation::follow_up_queued,
                                 situation::retry_queued, situation::retry_running}));
}

} // namespace callboard::test
