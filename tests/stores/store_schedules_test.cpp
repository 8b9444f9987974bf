// What every store keeps of scheduled jobs and their runs.

#include "tests/stores/store_contract.hpp"

#include <algorithm>
#include <limits>
#include <optional>
#include <sstream>

namespace callboard::tests {

namespace {

using std::chrono::milliseconds;

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

std::shared_ptr<scheduled_job> plain(std::uint32_t number) {
  auto made = std::make_shared<scheduled_job>();
  made->id = numbered_id(number);
  made->organisation = "default";
  schedule_definition what;
  what.name = "job " + std::to_string(number);
  what.agent_id = numbered_id(77);
  what.interval = milliseconds{1000};
  what.payload = json_text::from_valid("{}");
  made->definition = std::make_shared<const schedule_definition>(what);
  made->created_at = made->updated_at = made->grid_start = at_ms(0);
  return made;
}

/// A job on which every field is set.
std::shared_ptr<scheduled_job> full(std::uint32_t number, job_ptr last_run) {
  auto made = plain(number);
  schedule_definition what;
  what.name = "näme";
  what.description = "";
  what.agent_id = numbered_id(78);
  what.schedule = "0 */4 * * *";
  what.payload = json_text::from_valid(R"({"a":[1,null]})");
  what.content = "Say hello.";
  what.timezone = "Asia/Tokyo";
  what.is_enabled = false;
  what.retry = retry_policy{.retries_max = 3,
                            .delay = milliseconds{10},
                            .delay_max = milliseconds{20},
                            .growth = backoff::fixed,
                            .jitter = 0.1};
  what.time_limit = milliseconds{1234};
  what.overlap = overlap_policy::cancel;
  what.missed = missed_policy::all;
  made->definition = std::make_shared<const schedule_definition>(what);
  made->organisation = "org123";
  made->status = schedule_status::completed;
  made->version = 9;
  made->updated_at = at_ms(1);
  made->grid_start = at_ms(2);
  made->next_run_at = at_ms(3);
  made->last_run_at = at_ms(4);
  made->last_run = std::move(last_run);
  made->run_count = 5;
  made->failure_count = 6;
  made->missed_count = 7;
  made->skipped_count = 8;
  made->paused_at = at_ms(9);
  made->waiting_for = at_ms(10);
  made->made_up_after = at_ms(11);
  made->made_up_until = at_ms(12);
  return made;
}

job_ptr run_of(const uuid& schedule, std::uint32_t number, job_state state) {
  auto spec = plain_spec(job_kind::run, number);
  spec->run = std::make_shared<const run_fields>(
    run_fields{schedule, run_trigger::manual, json_text::from_valid("{}")});
  return snapshot(spec, 1, state);
}

void expect_equal(const scheduled_job& left, const scheduled_job& right) {
  EXPECT_EQ(left.id, right.id);
  EXPECT_EQ(left.organisation, right.organisation);
  EXPECT_EQ(*left.definition, *right.definition);
  EXPECT_EQ(left.status, right.status);
  EXPECT_EQ(left.version, right.version);
  EXPECT_EQ(left.created_at, right.created_at);
  EXPECT_EQ(left.updated_at, right.updated_at);
  EXPECT_EQ(left.grid_start, right.grid_start);
  EXPECT_EQ(left.next_run_at, right.next_run_at);
  EXPECT_EQ(left.last_run_at, right.last_run_at);
  EXPECT_EQ(describe(left.last_run), describe(right.last_run));
  EXPECT_EQ(left.run_count, right.run_count);
  EXPECT_EQ(left.failure_count, right.failure_count);
  EXPECT_EQ(left.missed_count, right.missed_count);
  EXPECT_EQ(left.skipped_count, right.skipped_count);
  EXPECT_EQ(left.paused_at, right.paused_at);
  EXPECT_EQ(left.waiting_for, right.waiting_for);
  EXPECT_EQ(left.made_up_after, right.made_up_after);
  EXPECT_EQ(left.made_up_until, right.made_up_until);
}

TEST_P(StoreSchedules, KeepsEveryField) {
  const auto run = run_of(numbered_id(1), 100, job_state::completed);
  const auto first = full(1, run);
  const auto second = plain(2);
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
  keep(full(1, nullptr));
  const auto newer = plain(1);
  keep(newer);

  ASSERT_EQ(load().size(), 1u);
  expect_equal(*load().front(), *newer);
}

TEST_P(StoreSchedules, ListsRunsNewestFirst) {
  const auto job = plain(1);
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

TEST_P(StoreSchedules, ErasesTheOldestFinishedRuns) {
  const auto job = plain(1);
  keep(job, {run_of(job->id, 10, job_state::pending), run_of(job->id, 11, job_state::completed),
             run_of(job->id, 12, job_state::failed), run_of(job->id, 13, job_state::timeout),
             run_of(job->id, 14, job_state::canceled)});
  const auto id = [](std::uint32_t number) { return numbered_id(number); };

  EXPECT_EQ(jobs().erase_runs(job->id, 1, 2).value(), 2u);
  EXPECT_EQ(runs(job->id), (std::vector{id(14), id(13), id(10)}));
  EXPECT_EQ(jobs().erase_runs(job->id, 1, 2).value(), 1u);
  EXPECT_EQ(jobs().erase_runs(job->id, 1, 2).value(), 0u);
  EXPECT_EQ(runs(job->id), (std::vector{id(14), id(10)}));
  EXPECT_EQ(find(id(11)), nullptr);
  EXPECT_EQ(query({.kind = job_kind::run}).total, 2u);
}

TEST_P(StoreSchedules, ForgottenJobTakesItsFinishedRunsAlong) {
  const auto job = plain(1);
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
  keep(full(1, run), {run});
  ASSERT_EQ(jobs().erase_runs(numbered_id(1), 0, 10).value(), 1u);
  if (jobs().is_durable()) {
    EXPECT_EQ(load().front()->last_run, nullptr);
  }
}

INSTANTIATE_TEST_SUITE_P(All, StoreSchedules, ::testing::ValuesIn(all_store_kinds()),
                         [](const auto& kind) { return kind.param.name; });

} // namespace

} // namespace callboard::tests
