// Jobs whose agent, or time zone, is gone.

#include <callboard/date_time.hpp>

#include "tests/actors/registry/schedule_fixture.hpp"
#include "tests/support/zone_directory.hpp"

namespace callboard::actors::test {

namespace {

constexpr system_time begin{1'800'000'000'000ms};
constexpr auto gone_id = "0195d3c0-0000-7000-8000-00000000dead";
const std::string gone_text = std::string{"Agent "} + gone_id + " not found";

/// Scheduled jobs that a store kept, with a store of either kind.
class ScheduleGone : public schedule_test {
protected:
  schedule_definition of_gone_agent(std::chrono::milliseconds interval = 10s) const {
    auto made = every(interval);
    made.agent_id = *uuid::parse(gone_id);
    return made;
  }

  /// A job that the store kept, due so long after the start.
  scheduled_job_ptr stored(schedule_definition what, std::chrono::milliseconds due) {
    auto made = std::make_shared<scheduled_job>();
    made->id = *uuid::parse("01890a5d-ac96-774b-bcce-b302099a8057");
    made->organisation = "default";
    made->created_at = made->updated_at = made->grid_start
      = begin + due - what.interval.value_or(10s);
    made->definition = std::make_shared<const schedule_definition>(std::move(what));
    made->next_run_at = begin + due;
    return made;
  }

  /// A job of the agent that is gone, as it stands in the store.
  std::shared_ptr<callboard::job> stored_job(job_kind kind, job_state state) {
    auto spec = std::make_shared<job_spec>();
    spec->id = *uuid::parse("01890a5d-ac96-774b-bcce-b302099a8058");
    spec->kind = kind;
    spec->organisation = "default";
    spec->agent_id = *uuid::parse(gone_id);
    spec->content = "hello";
    spec->created_at = spec->due_at = begin - 10s;
    spec->expires_at = begin + 24h;
    if (kind == job_kind::agent)
      spec->agent_job = std::make_shared<const agent_job_fields>();
    auto made = std::make_shared<callboard::job>();
    made->spec = spec;
    made->version = 2;
    made->state = state;
    made->updated_at = begin - 9s;
    task_record task;
    task.id = *uuid::parse("01890a5d-ac96-774b-bcce-b302099a8059");
    task.state = state == job_state::processing ? task_state::running : task_state::waiting;
    task.created_at = spec->created_at;
    made->tasks.push_back(task);
    return made;
  }

  /// A live run of a stored job.
  std::shared_ptr<callboard::job> stored_run(const scheduled_job_ptr& of, job_state state) {
    auto made = stored_job(job_kind::run, state);
    auto spec = std::make_shared<job_spec>(*made->spec);
    spec->run = std::make_shared<const run_fields>(
      run_fields{of->id, run_trigger::schedule, of->definition->payload});
    made->spec = spec;
    made->tasks.front().kind = task_kind::run;
    return made;
  }

  /// Has all that is to be stored go to the store.
  void store_all(const scheduled_job_ptr& of) {
    jobs->schedules().runs({of->id, {}, {}}, {}, [](const auto&) {});
    run();
  }

  /// The finished runs in the store, as "<trigger> <state> <code> <text>".
  std::vector<std::string> runs_on_record() {
    std::vector<std::string> made;
    for (const auto& [id, one] : keeper.kept)
      if (one->spec->run && is_terminal(one->state))
        made.push_back(std::string{to_string(one->spec->run->trigger)} + ' '
                       + std::string{to_string(one->state)} + ' ' + one->outcome->error_code + ' '
                       + one->outcome->error_text);
    return made;
  }
};

/// Symptom: a job whose agent was taken out of the configuration counted runs (`runCount`,
/// `failureCount`) of which there was no record: not in `runs`, `lastRun`, the log or `failures.jsonl`.
TEST_F(ScheduleGone, EachFiringWithoutAnAgentIsARunThatFailed) {
  schedules = {stored(of_gone_agent(), 5s)};
  std::vector<std::string> noted;
  on_failed_attempt = [&](const scheduled_job& of, const callboard::job& one) {
    noted.push_back(of.definition->name + ' ' + one.outcome->error_text);
  };
  start();

  advance(5s);
  advance(1ms); // it ends by the next wake-up
  store_all(schedules.front());

  EXPECT_EQ(runs_on_record(), std::vector{"schedule failed agent_not_found " + gone_text});
  EXPECT_EQ(noted, std::vector{"job " + gone_text});
  const auto job = now(schedules.front());
  ASSERT_TRUE(job->last_run);
  EXPECT_EQ(job->last_run->outcome->error_text, gone_text);
  EXPECT_EQ(job->last_run->tasks.size(), 1u);
  EXPECT_EQ(job->run_count, 1u);
  EXPECT_EQ(job->failure_count, 1u);
  EXPECT_EQ(job->next_run_at, begin + 15s);
  EXPECT_EQ(health().live, 0u);
}

/// What a job finds at the start, what happens then, and the triggers of its runs.
struct firing {
  const char* name;
  void (*arrange)(schedule_definition& what, scheduled_job& record);
  std::chrono::milliseconds due;
  bool is_manual = false;
  /// How a live run stands in the store.
  std::optional<job_state> live;
  std::vector<std::string> triggers;
};

void PrintTo(const firing& one, std::ostream* out) {
  *out << one.name;
}

void as_it_is(schedule_definition&, scheduled_job&) {
  // nop
}

const firing firings[] = {
  {"due", as_it_is, 1s, false, {}, {"schedule"}},
  {"manual", as_it_is, 1h, true, {}, {"manual"}},
  {"manual_while_paused",
   [](auto& what, auto& record) {
     what.is_enabled = false;
     record.status = schedule_status::paused;
     record.next_run_at.reset();
     record.paused_at = begin - 1h;
   },
   1h,
   true,
   {},
   {"manual"}},
  {"missed_once",
   [](auto& what, auto&) { what.missed = missed_policy::once; },
   -25s,
   false,
   {},
   {"missed"}},
  {"missed_all",
   [](auto& what, auto&) { what.missed = missed_policy::all; },
   -25s,
   false,
   {},
   {"missed", "missed", "missed"}},
  {"queued",
   [](auto& what, auto& record) {
     what.overlap = overlap_policy::queue;
     record.waiting_for = begin - 5s;
   },
   1h,
   false,
   {},
   {"schedule"}},
  {"dated",
   [](auto& what, auto&) {
     what.interval.reset();
     what.schedule = to_rfc3339(begin + 1s);
   },
   1s,
   false,
   {},
   {"schedule"}},
  {"going_on", as_it_is, 1h, false, job_state::processing, {"schedule"}},
  {"waiting_for_a_slot", as_it_is, 1h, false, job_state::pending, {"schedule"}},
  {"overlapping",
   [](auto& what, auto&) { what.overlap = overlap_policy::allow; },
   1s,
   false,
   job_state::processing,
   {"schedule", "schedule"}},
};

class ScheduleGoneTable : public ScheduleGone,
                          public ::testing::WithParamInterface<std::tuple<firing, bool>> {};

TEST_P(ScheduleGoneTable, LeavesARecordOfEachRun) {
  const auto& [row, is_store_durable] = GetParam();
  is_durable = is_store_durable;
  auto what = of_gone_agent();
  auto record = std::make_shared<scheduled_job>(*stored(what, row.due));
  row.arrange(what, *record);
  record->definition = std::make_shared<const schedule_definition>(what);
  schedules = {record};
  if (row.live)
    live = {stored_run(record, *row.live)};
  std::size_t noted = 0;
  on_failed_attempt = [&](const scheduled_job&, const callboard::job& one) {
    EXPECT_EQ(one.outcome->error_text, gone_text);
    ++noted;
  };
  start();

  if (row.is_manual) {
    EXPECT_TRUE(run_now(record));
  }
  for (int i = 0; i < 4; ++i)
    advance(1s);
  store_all(record);

  std::vector<std::string> expected;
  for (const auto& trigger : row.triggers)
    expected.push_back(trigger + " failed agent_not_found " + gone_text);
  EXPECT_EQ(runs_on_record(), expected);
  EXPECT_EQ(noted, expected.size());
  const auto job = now(record);
  // A run that goes on was counted when it started.
  EXPECT_EQ(job->run_count, expected.size() - (row.live ? 1 : 0));
  EXPECT_EQ(job->failure_count, expected.size());
  ASSERT_TRUE(job->last_run);
  EXPECT_EQ(job->last_run->outcome->error_code, "agent_not_found");
  EXPECT_EQ(health().live, 0u);
}

INSTANTIATE_TEST_SUITE_P(Firings, ScheduleGoneTable,
                         ::testing::Combine(::testing::ValuesIn(firings), ::testing::Bool()),
                         [](const auto& of) {
                           return std::string{std::get<0>(of.param).name}
                                  + (std::get<1>(of.param) ? "_durable" : "_memory");
                         });

/// Symptom: a run that waited for its retry ended `internal`, "the server could not continue the job",
/// and `failures.jsonl` had no line of it.
TEST_F(ScheduleGone, RunThatWaitsForARetryFailsWithoutItsAgent) {
  is_durable = true;
  schedules = {stored(of_gone_agent(), 1h)};
  const auto waiting = stored_run(schedules.front(), job_state::pending);
  waiting->tasks.front().state = task_state::failed;
  waiting->tasks.front().finished_at = begin - 9s;
  waiting->retry_at = begin + 1h;
  live = {waiting};
  std::vector<std::string> noted;
  on_failed_attempt = [&](const scheduled_job&, const callboard::job& one) {
    noted.push_back(one.outcome->error_text);
  };
  start();
  advance(10ms);

  EXPECT_EQ(runs_on_record(), std::vector{"schedule failed agent_not_found " + gone_text});
  EXPECT_EQ(noted, std::vector{gone_text});
  EXPECT_EQ(now(schedules.front())->failure_count, 1u);
}

/// The same cause, said by jobs of the other APIs. Symptom: as above, `internal`.
TEST_F(ScheduleGone, OtherJobsSayWhichAgentIsGone) {
  is_durable = true;
  const auto message = stored_job(job_kind::message, job_state::pending);
  auto agent_job = stored_job(job_kind::agent, job_state::processing);
  auto spec = std::make_shared<job_spec>(*agent_job->spec);
  spec->id.bytes.back() = 1;
  agent_job->spec = spec;
  live = {message, agent_job};
  start();
  advance(10ms);

  for (const auto& one : live) {
    const auto ended = get(one).value();
    EXPECT_EQ(ended->state, job_state::failed);
    EXPECT_EQ(ended->outcome->error_code, "agent_not_found");
    EXPECT_EQ(ended->outcome->error_text, gone_text);
  }
}

TEST_F(ScheduleGone, AgentJobWithoutItsAgentFailsWhenItIsDue) {
  is_durable = true;
  auto later = stored_job(job_kind::agent, job_state::scheduled);
  auto spec = std::make_shared<job_spec>(*later->spec);
  spec->due_at = begin + 1min;
  later->spec = spec;
  later->tasks.clear();
  live = {later};
  start();
  EXPECT_EQ(state_of(later), job_state::scheduled) << "its agent may be back before";

  advance(1min);
  advance(10ms);

  EXPECT_EQ(get(later).value()->outcome->error_text, gone_text);
}

TEST_F(ScheduleGone, RunWithoutAnAgentNeedsNoRoom) {
  options.live_jobs_max = 1;
  schedules = {stored(of_gone_agent(), 5s)};
  start();
  create();

  advance(5s);
  advance(1ms);

  EXPECT_EQ(now(schedules.front())->failure_count, 1u);
}

TEST_F(ScheduleGone, AgentThatIsGoneIsSaidUntilTheJobHasAnother) {
  schedules = {stored(of_gone_agent(), 1h)};
  start();
  const std::vector causes{std::string{"agent "} + gone_id + " is not configured"};
  EXPECT_EQ(now(schedules.front())->blocked_by, causes);
  ASSERT_EQ(health().schedule_blocks.size(), 1u);
  EXPECT_EQ(health().schedule_blocks.front().cause, causes.front());
  EXPECT_EQ(health().schedule_blocks.front().names, std::vector<std::string>{"job"});

  const auto renamed
    = update({schedules.front()->id, {}, {}}, [](auto& what) { what.name = "other"; }).value();
  EXPECT_EQ(renamed->blocked_by, causes);
  const auto mended = update({schedules.front()->id, {}, {}}, [this](auto& what) {
                        what.agent_id = info.id;
                      }).value();

  EXPECT_TRUE(mended->blocked_by.empty());
  EXPECT_TRUE(health().schedule_blocks.empty());
}

/// A zone that is not there when the engine starts.
class ScheduleZoneGone : public ScheduleGone {
protected:
  void SetUp() override {
    is_durable = true;
    options.zone_directory = zones.path();
    zones.spoil("US/Eastern");
    auto what = at("0 * * * * *"); // each minute
    what.timezone = "US/Eastern";
    what.missed = missed_policy::once;
    schedules = {stored(what, 60s)};
  }

  void bring_back() {
    zones.add("US/Eastern", "America/New_York");
  }

  /// Lets time pass second by second.
  void wait(std::chrono::seconds span) {
    for (; span.count() > 0; --span)
      advance(1s);
  }

  tests::zone_directory zones;
};

TEST_F(ScheduleZoneGone, GoesOnByItselfOnceTheZoneIsBack) {
  answer_at_once();
  start();
  wait(3s);
  EXPECT_EQ(health().schedule_blocks.size(), 1u);
  EXPECT_TRUE(runner->started.empty());
  EXPECT_FALSE(now(schedules.front())->next_run_at);
  ASSERT_TRUE(run_now(schedules.front()));
  wait(100s);
  ASSERT_EQ(runner->started.size(), 1u);

  bring_back();
  wait(3s);

  ASSERT_EQ(runner->started.size(), 2u);
  EXPECT_EQ(runner->started.back()->job->spec->run->trigger, run_trigger::missed);
  EXPECT_TRUE(health().schedule_blocks.empty());
  const auto job = now(schedules.front());
  EXPECT_TRUE(job->blocked_by.empty());
  EXPECT_EQ(job->next_run_at, begin + 120s);
  wait(60s);
  EXPECT_EQ(runner->started.size(), 3u);
}

TEST_F(ScheduleZoneGone, EditPauseAndDeleteWork) {
  start();
  const schedule_ref ref{schedules.front()->id, {}, {}};

  EXPECT_EQ(update(ref, [](auto& what) { what.name = "other"; }).value()->definition->name,
            "other");
  EXPECT_EQ(enable(schedules.front(), false).value()->status, schedule_status::paused);
  EXPECT_EQ(enable(schedules.front(), true).value()->status, schedule_status::active);
  outcome_slot<result<std::vector<system_time>>> next;
  jobs->schedules().next_times(ref, begin, 5, next.callback());
  EXPECT_TRUE(outcome_of(next).value().empty());
  EXPECT_TRUE(remove(ref));
  wait(3s);
  EXPECT_TRUE(health().schedule_blocks.empty());
}

} // namespace

} // namespace callboard::actors::test
