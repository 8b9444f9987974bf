#include "tests/stores/sample_schedules.hpp"

#include <gtest/gtest.h>

#include <utility>

namespace callboard::tests {

using std::chrono::milliseconds;

std::shared_ptr<scheduled_job> plain_schedule(std::uint32_t number) {
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

std::shared_ptr<scheduled_job> full_schedule(std::uint32_t number, job_ptr last_run) {
  auto made = plain_schedule(number);
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
  made->catch_up = {{at_ms(11), at_ms(12)}, {at_ms(12), at_ms(14)}};
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
  EXPECT_EQ(left.catch_up, right.catch_up);
}

} // namespace callboard::tests
