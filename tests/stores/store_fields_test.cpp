#include "tests/stores/store_contract.hpp"

#include <limits>

namespace callboard::tests {

namespace {

using std::chrono::milliseconds;

class StoreFields : public store_contract {
protected:
  /// Commits a job and expects to find it again, alike in every field.
  void expect_round_trip(const job_ptr& job) {
    commit({job});
    EXPECT_EQ(describe(find(job->spec->id)), describe(job));
  }

  void expect_round_trip(const std::shared_ptr<job_spec>& spec) {
    expect_round_trip(snapshot(spec, 1, job_state::pending));
  }
};

INSTANTIATE_TEST_SUITE_P(All, StoreFields, ::testing::ValuesIn(all_store_kinds()),
                         ::testing::PrintToStringParamName());

TEST_P(StoreFields, PlainJobsOfEachKindAndStateAreKept) {
  std::uint32_t number = 0;
  for (const auto kind : {job_kind::message, job_kind::agent, job_kind::run})
    for (std::size_t state = 0; state < job_state_count; ++state)
      expect_round_trip(snapshot(plain_spec(kind, ++number), 1, static_cast<job_state>(state)));
}

TEST_P(StoreFields, FullJobsOfEachKindAndStateAreKept) {
  std::uint32_t number = 0;
  for (const auto kind : {job_kind::message, job_kind::agent, job_kind::run})
    for (std::size_t state = 0; state < job_state_count; ++state)
      expect_round_trip(full_job(kind, ++number, static_cast<job_state>(state)));
}

TEST_P(StoreFields, WholeLifeOfAJobIsKeptStepByStep) {
  const auto last = full_job(job_kind::agent, 1, job_state::completed);
  auto step = *snapshot(last->spec, 1, job_state::pending);
  const auto expect_step = [&] { expect_round_trip(std::make_shared<const job>(step)); };
  expect_step();

  for (const auto& task : last->tasks) {
    auto begun = task;
    begun.state = task_state::running;
    begun.finished_at.reset();
    begun.result = nullptr;
    begun.error = nullptr;
    step.tasks.push_back(begun);
    step.state = job_state::processing;
    ++step.version;
    expect_step();
    step.tasks.back() = task;
    step.state = job_state::pending;
    ++step.version;
    expect_step();
  }

  auto done = *last;
  done.version = step.version + 1;
  expect_round_trip(std::make_shared<const job>(done));
}

TEST_P(StoreFields, NewerVersionClearsWhatItDoesNotHave) {
  const auto full = full_job(job_kind::message, 1, job_state::processing);
  commit({full});
  auto bare = *full;
  ++bare.version;
  bare.started_at.reset();
  bare.retry_at.reset();
  bare.tasks.clear();

  expect_round_trip(std::make_shared<const job>(bare));
}

TEST_P(StoreFields, ManyTasksKeepTheirOrder) {
  auto many = *full_job(job_kind::agent, 1, job_state::failed);
  for (std::uint32_t attempt = 4; attempt <= 120; ++attempt) {
    many.tasks.push_back(
      {.id = numbered_id(5'000'000 - attempt),
       .kind = task_kind::retry,
       .state = task_state::failed,
       .attempt = attempt,
       .created_at = at_ms(attempt),
       .finished_at = at_ms(attempt + 1),
       .result = nullptr,
       .error = std::make_shared<const std::string>("no " + std::to_string(attempt))});
  }

  expect_round_trip(std::make_shared<const job>(many));
}

TEST_P(StoreFields, EveryTaskKindAndStateIsKept) {
  auto varied = *snapshot(plain_spec(job_kind::agent, 1), 1, job_state::processing);
  for (std::uint32_t i = 0; i < 25; ++i)
    varied.tasks.push_back({.id = numbered_id(100 + i),
                            .kind = static_cast<task_kind>(i % 5),
                            .state = static_cast<task_state>(i / 5),
                            .attempt = i + 1,
                            .created_at = at_ms(i),
                            .finished_at = std::nullopt,
                            .result = nullptr,
                            .error = nullptr});

  expect_round_trip(std::make_shared<const job>(varied));
}

TEST_P(StoreFields, EmptyTextIsNotTheSameAsNone) {
  const auto empty = std::make_shared<const std::string>();
  auto job_with = [&](std::uint32_t number, shared_text task, shared_text outcome) {
    auto made = *snapshot(plain_spec(job_kind::message, number), 1, job_state::completed);
    made.outcome = std::make_shared<const job_outcome>(job_outcome{.content = outcome});
    made.tasks.push_back({.id = numbered_id(50), .result = task, .error = task});
    return std::make_shared<const job>(made);
  };

  expect_round_trip(job_with(1, empty, empty));
  expect_round_trip(job_with(2, nullptr, nullptr));
  expect_round_trip(job_with(3, empty, nullptr));
  expect_round_trip(job_with(4, nullptr, empty));
}

TEST_P(StoreFields, ResultOfTheLastTaskMayDifferFromTheJobs) {
  auto made = *full_job(job_kind::agent, 1, job_state::completed);
  made.tasks.back().result = std::make_shared<const std::string>("another text");

  expect_round_trip(std::make_shared<const job>(made));
}

TEST_P(StoreFields, ExtremeNumbersAreKept) {
  constexpr auto most = std::numeric_limits<std::uint32_t>::max();
  auto spec = plain_spec(job_kind::message, 1);
  spec->created_at = system_time{milliseconds{-62'135'596'800'000}};
  spec->due_at = system_time{milliseconds{253'402'300'799'999}};
  spec->expires_at = system_time{milliseconds{std::numeric_limits<std::int64_t>::max()}};
  spec->attempt_time_limit = milliseconds{std::numeric_limits<std::int64_t>::max()};
  spec->retry = {.retries_max = most, .jitter = 0.1 + 0.2};
  spec->follow_ups_max = most;
  auto made = *snapshot(spec, std::numeric_limits<std::int64_t>::max(), job_state::pending);
  made.retries = most;
  made.follow_ups = most;
  made.updated_at = system_time{milliseconds{0}};
  made.tasks.push_back({.id = numbered_id(2), .attempt = most});

  expect_round_trip(std::make_shared<const job>(made));
}

TEST_P(StoreFields, NaughtyTextsAreKeptInEveryTextField) {
  std::uint32_t number = 0;
  for (const auto& text : naughty_texts()) {
    auto spec = plain_spec(job_kind::agent, ++number);
    spec->organisation = text;
    spec->user_id = text;
    spec->content = text;
    spec->agent_job = std::make_shared<const agent_job_fields>(
      agent_job_fields{.job_type_id = text, .profile_id = text, .tags = {text, text}});
    auto made = *snapshot(spec, 1, job_state::failed);
    const auto shared = std::make_shared<const std::string>(text);
    made.tasks.push_back({.id = numbered_id(1), .result = shared, .error = shared});
    made.tasks.push_back({.id = numbered_id(2), .result = shared, .error = shared});
    made.outcome = std::make_shared<const job_outcome>(
      job_outcome{.content = shared, .error_code = text, .error_text = text});

    expect_round_trip(std::make_shared<const job>(made));
    const auto held = query({.kind = job_kind::agent, .organisation = text}).total;
    EXPECT_EQ(held, text.empty() ? number : 1U) << text;
  }
}

TEST_P(StoreFields, JsonIsKeptByteForByteEvenIfItIsNone) {
  // A store promises to keep the text, not to understand it.
  std::uint32_t number = 0;
  for (const auto* text : {"{}", "[]", "null", R"({"a":1,"a":2})", R"({"n":1e400})", "{broken",
                           R"({"code":17})", R"({"code":{"a":[]}})", "[\"code\"]"}) {
    const auto json = json_text::from_valid(text);
    auto spec = plain_spec(job_kind::agent, ++number);
    spec->metadata = json;
    spec->agent_job = std::make_shared<const agent_job_fields>(
      agent_job_fields{.params = json, .target_channel = json});
    spec->run = std::make_shared<const run_fields>(run_fields{.payload = json});
    auto made = *snapshot(spec, 1, job_state::completed);
    made.outcome = std::make_shared<const job_outcome>(job_outcome{.metadata = json});

    expect_round_trip(std::make_shared<const job>(made));
  }
}

TEST_P(StoreFields, LongTextsAreKept) {
  std::string emoji;
  while (emoji.size() < 200'000)
    emoji += "😀";
  auto spec = plain_spec(job_kind::message, 1);
  spec->content = std::string(50'000, 'x');
  spec->metadata = json_text::from_valid("{\"k\":\"" + emoji + "\"}");
  auto made = *snapshot(spec, 1, job_state::completed);
  made.outcome = std::make_shared<const job_outcome>(
    job_outcome{.content = std::make_shared<const std::string>(2 * 1024 * 1024, 'y')});
  made.tasks.push_back({.id = numbered_id(2), .result = made.outcome->content});

  expect_round_trip(std::make_shared<const job>(made));
}

} // namespace

} // namespace callboard::tests
