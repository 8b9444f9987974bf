// What every store keeps of scheduled jobs and their runs.

#include "core/jobs/text_bytes.hpp"
#include "tests/stores/sample_schedules.hpp"
#include "tests/stores/store_contract.hpp"

#include <algorithm>
#include <limits>
#include <optional>
#include <sstream>

namespace callboard::tests {

namespace {

class StoreSchedules : public store_contract {
protected:
  void keep(const scheduled_job_ptr& record, const std::vector<job_ptr>& snapshots = {}) {
    const std::vector<schedule_change> changes{{record->id, record}};
    const auto done = jobs().commit(snapshots, {}, changes);
    ASSERT_TRUE(done) << done.error().message;
  }

  void forget(const uuid& id) {
    const std::vector<schedule_change> changes{{id, nullptr}};
    ASSERT_TRUE(jobs().commit({}, {}, changes));
  }

  std::vector<scheduled_job_ptr> load() {
    auto loaded = jobs().load_schedules();
    EXPECT_TRUE(loaded) << loaded.error().message;
    return loaded.value_or(std::vector<scheduled_job_ptr>{});
  }

  std::vector<uuid> runs(const uuid& schedule, std::vector<job_state> states = {},
                         std::size_t limit = 1000, std::size_t keep = 1000) {
    auto found = jobs().load_runs(
      {.schedule_id = schedule, .states = std::move(states), .limit = limit, .keep = keep});
    EXPECT_TRUE(found) << found.error().message;
    return found ? ids_of(*found) : std::vector<uuid>{};
  }
};

TEST_P(StoreSchedules, KeepsEveryField) {
  const auto run = run_of(numbered_id(1), 100, job_state::completed);
  const auto first = full_schedule(1, run);
  const auto second = plain_schedule(2);
  keep(first, {run});
  keep(second);

  auto loaded = load();

  ASSERT_EQ(loaded.size(), 2u);
  std::sort(loaded.begin(), loaded.end(),
            [](const auto& left, const auto& right) { return left->id < right->id; });
  expect_equal(*loaded[0], *first);
  expect_equal(*loaded[1], *second);
  EXPECT_EQ(find(numbered_id(100))->spec->run->trigger, run_trigger::manual);
}

TEST_P(StoreSchedules, NewestRecordReplacesTheOlderWhateverItsVersion) {
  keep(full_schedule(1, nullptr));
  const auto newer = plain_schedule(1);
  keep(newer);

  ASSERT_EQ(load().size(), 1u);
  expect_equal(*load().front(), *newer);
}

TEST_P(StoreSchedules, ListsRunsNewestFirst) {
  const auto job = plain_schedule(1);
  keep(job, {run_of(job->id, 11, job_state::completed), run_of(job->id, 12, job_state::failed),
             run_of(job->id, 13, job_state::completed), run_of(job->id, 14, job_state::pending),
             run_of(numbered_id(2), 15, job_state::pending)});
  const auto id = [](std::uint32_t number) { return numbered_id(number); };

  EXPECT_EQ(runs(job->id), (std::vector{id(14), id(13), id(12), id(11)}));
  EXPECT_EQ(runs(job->id, {job_state::completed}), (std::vector{id(13), id(11)}));
  EXPECT_EQ(runs(job->id, {}, 2), (std::vector{id(14), id(13)}));
  EXPECT_EQ(runs(job->id, {}, 1000, 2), (std::vector{id(14), id(13), id(12)}));
  EXPECT_EQ(runs(job->id, {job_state::completed}, 1000, 2), std::vector{id(13)});
  EXPECT_TRUE(runs(id(3)).empty());
}

TEST_P(StoreSchedules, RunsAreReadUpToTheirLimitOfText) {
  const auto job = plain_schedule(1);
  keep(job, {run_of(job->id, 11, job_state::completed), run_of(job->id, 12, job_state::completed)});
  const auto all = jobs().load_runs({.schedule_id = job->id}).value();
  const auto bytes = core::text_bytes(*all[0]) + core::text_bytes(*all[1]);
  ASSERT_GT(bytes, 0u);
  const auto read = [&](std::size_t limit, std::size_t bytes_max) {
    return jobs().load_runs({.schedule_id = job->id, .limit = limit, .text_bytes_max = bytes_max});
  };

  EXPECT_EQ(read(2, bytes)->size(), 2u);
  EXPECT_EQ(read(1, bytes - 1)->size(), 1u);
  EXPECT_EQ(read(2, bytes - 1).error().code, errc::capacity);
}

TEST_P(StoreSchedules, ErasesTheOldestFinishedRuns) {
  const auto job = plain_schedule(1);
  keep(job, {run_of(job->id, 10, job_state::pending), run_of(job->id, 11, job_state::completed),
             run_of(job->id, 12, job_state::failed), run_of(job->id, 13, job_state::timeout),
             run_of(job->id, 14, job_state::canceled)});
  const auto id = [](std::uint32_t number) { return numbered_id(number); };

  const std::vector ids{job->id};
  EXPECT_EQ(jobs().erase_runs(ids, 1, 2).value(), 2u);
  EXPECT_EQ(runs(job->id), (std::vector{id(14), id(13), id(10)}));
  EXPECT_EQ(jobs().erase_runs(ids, 1, 2).value(), 1u);
  EXPECT_EQ(jobs().erase_runs(ids, 1, 2).value(), 0u);
  EXPECT_EQ(runs(job->id), (std::vector{id(14), id(10)}));
  EXPECT_EQ(find(id(11)), nullptr);
  EXPECT_EQ(query({.kind = job_kind::run}).total, 2u);
}

TEST_P(StoreSchedules, ErasesTheRunsOfManySchedulesUpToOneLimit) {
  const std::vector jobs_of{plain_schedule(1)->id, plain_schedule(2)->id, plain_schedule(3)->id};
  for (std::uint32_t number = 1; number <= 3; ++number) {
    const auto job = plain_schedule(number);
    keep(job, {run_of(job->id, 10 * number + 1, job_state::completed),
               run_of(job->id, 10 * number + 2, job_state::completed),
               run_of(job->id, 10 * number + 3, job_state::completed)});
  }
  const auto left = [&] {
    std::vector<std::size_t> counts;
    for (const auto& id : jobs_of)
      counts.push_back(runs(id).size());
    return counts;
  };

  EXPECT_EQ(jobs().erase_runs(jobs_of, 1, 3).value(), 3u);
  EXPECT_EQ(left(), (std::vector<std::size_t>{1, 2, 3}));
  EXPECT_EQ(jobs().erase_runs(jobs_of, 1, 10).value(), 3u);
  EXPECT_EQ(left(), (std::vector<std::size_t>{1, 1, 1}));
  EXPECT_EQ(jobs().erase_runs({}, 1, 10).value(), 0u);
}

TEST_P(StoreSchedules, ForgottenJobTakesItsFinishedRunsAlong) {
  const auto job = plain_schedule(1);
  keep(job, {run_of(job->id, 10, job_state::pending), run_of(job->id, 11, job_state::completed),
             run_of(numbered_id(2), 12, job_state::completed)});

  forget(job->id);

  EXPECT_TRUE(load().empty());
  EXPECT_EQ(runs(job->id), std::vector{numbered_id(10)});
  EXPECT_EQ(runs(numbered_id(2)).size(), 1u);
  forget(job->id);
}

TEST_P(StoreSchedules, LastRunThatIsNotKeptIsNone) {
  const auto run = run_of(numbered_id(1), 100, job_state::completed);
  keep(full_schedule(1, run), {run});
  ASSERT_EQ(jobs().erase_runs(std::vector{numbered_id(1)}, 0, 10).value(), 1u);
  if (jobs().is_durable()) {
    EXPECT_EQ(load().front()->last_run, nullptr);
  }
}

INSTANTIATE_TEST_SUITE_P(All, StoreSchedules, ::testing::ValuesIn(all_store_kinds()),
                         [](const auto& kind) { return kind.param.name; });

} // namespace

} // namespace callboard::tests
