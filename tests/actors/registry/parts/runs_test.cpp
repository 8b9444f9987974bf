#include <algorithm>
#include <map>

#include "tests/actors/registry/parts/parts_fixture.hpp"

// How schedules fire and what becomes of their runs, without actors.

namespace callboard::actors::test {

namespace {

class Runs : public parts_test {
protected:
  schedule_definition every(std::chrono::milliseconds interval) const {
    schedule_definition made;
    made.name = "job";
    made.agent_id = agent.id;
    made.interval = interval;
    made.payload = json_text::from_valid("{}");
    return made;
  }

  template <class Call>
  void ask(Call asked) {
    schedule_call call{std::move(asked)};
    parts->schedule_calls().answer(call);
    parts->settle();
  }

  scheduled_job_ptr make(schedule_definition wanted) {
    std::optional<result<scheduled_job_ptr>> answer;
    auto parsed = core::validate(wanted, &core::system_zones()).value();
    ask(create_schedule{"default", std::move(wanted), std::move(parsed),
                        [&](result<scheduled_job_ptr> made) { answer = std::move(made); }});
    store();
    return answer.value().value();
  }

  scheduled_job_ptr now(const scheduled_job_ptr& one) {
    std::optional<result<scheduled_job_ptr>> answer;
    ask(get_schedule{{one->id, {}, {}},
                     [&](result<scheduled_job_ptr> found) { answer = std::move(found); }});
    return answer.value().value();
  }

  job_ptr run() {
    return table->visible(out.begun.begin()->first);
  }
};

TEST_F(Runs, FireWhenTheyAreDue) {
  start();
  make(every(10s));

  advance(10s - 1ms);
  EXPECT_TRUE(out.begun.empty());
  advance(1ms);

  ASSERT_EQ(out.begun.size(), 1u);
  EXPECT_EQ(run()->spec->kind, job_kind::run);
}

TEST_F(Runs, AreCountedInTheBatchThatStoresThem) {
  is_durable = true;
  start();
  const auto job = make(every(10s));

  advance(10s);

  ASSERT_EQ(out.commits.size(), 1u);
  const auto& batch = *out.commits.front().what;
  EXPECT_EQ(batch.snapshots.size(), 1u);
  EXPECT_EQ(batch.schedules.at(job->id)->run_count, 1u);
}

TEST_F(Runs, ByHandThatCannotBeStoredIsNotCounted) {
  is_durable = true;
  start();
  const auto job = make(every(1h));
  answers started;
  ask(run_schedule{{job->id, {}, {}}, note(started)});

  refuse_batch();

  ASSERT_EQ(started.size(), 1u);
  EXPECT_EQ(started.front().error().code, errc::unavailable);
  EXPECT_EQ(now(job)->run_count, 0u);
}

TEST_F(Runs, OfADeletedScheduleAreCanceledAndForgotten) {
  start();
  const auto job = make(every(10s));
  advance(10s);
  const auto going = run();
  ask(remove_schedule{{job->id, {}, {}}, [](const auto&) {}});
  store();
  ASSERT_EQ(out.told.size(), 1u);

  happen(going, core::event::cancel_asked{"deleted"});

  EXPECT_FALSE(shown(going));
}

TEST_F(Runs, OlderOnesAreErasedASecondAfterOneHasEnded) {
  start();
  const auto job = make(every(10s));
  advance(10s);
  complete(run());
  EXPECT_TRUE(out.run_sweeps.empty());

  advance(1s);

  ASSERT_EQ(out.run_sweeps.size(), 1u);
  EXPECT_EQ(out.run_sweeps.front().what.keep, options.runs_kept);
}

TEST_F(Runs, OfManySchedulesAreErasedByOneQuestionAtATime) {
  start();
  std::vector<uuid> made;
  for (const auto* name : {"one", "two", "three"}) {
    auto wanted = every(10s);
    wanted.name = name;
    made.push_back(make(wanted)->id);
  }
  const auto end_runs = [this] {
    advance(10s);
    for (const auto& [id, job] : std::map{out.begun})
      if (!is_terminal(job.record->state))
        complete(job.record);
    advance(1s);
  };
  end_runs();
  ASSERT_EQ(out.run_sweeps.size(), 1u);
  auto asked = out.run_sweeps.front().what.schedules;
  std::sort(asked.begin(), asked.end());
  std::sort(made.begin(), made.end());
  EXPECT_EQ(asked, made);

  end_runs();
  EXPECT_EQ(out.run_sweeps.size(), 1u) << "the store has not answered yet";
  out.answer(out.run_sweeps, sweep_outcome{std::size_t{0}});
  parts->settle();
  advance(1s);

  EXPECT_EQ(out.run_sweeps.size(), 1u);
}

TEST_F(Runs, AreErasedOnWhileThereMayBeMore) {
  start();
  make(every(10s));
  advance(10s);
  complete(run());
  advance(1s);
  ASSERT_EQ(out.run_sweeps.size(), 1u);

  out.answer(out.run_sweeps, sweep_outcome{out.run_sweeps.front().what.limit});
  parts->settle();
  advance(0ms);

  EXPECT_EQ(out.run_sweeps.size(), 1u);
}

TEST_F(Runs, NothingFiresWhileTheStoreFails) {
  is_durable = true;
  start();
  make(every(10s));
  submit(message());
  refuse_batch();
  out.begun.clear();

  advance(10s);
  EXPECT_TRUE(out.begun.empty());
  parts->writes().retry();
  store();
  advance(1s);

  EXPECT_EQ(out.begun.size(), 1u);
}

TEST_F(Runs, IntervalGoesOnWhenTheClockIsSetBack) {
  struct sample {
    std::chrono::milliseconds back;
    std::size_t fired;
  };
  for (const auto& [back, fired] : {sample{0s, 1}, sample{2h, 1}, sample{48h, 1}}) {
    out = {};
    table = std::make_shared<job_table>();
    start();
    make(every(10s));
    advance(1s);
    out.time.wall -= back;

    for (int second = 0; second < 11; ++second)
      advance(1s);

    EXPECT_EQ(out.begun.size(), fired) << back.count() << " ms";
  }
}

TEST_F(Runs, ClockIsLookedAtOnlyWhileSomethingIsScheduled) {
  start();
  EXPECT_TRUE(out.wakes.empty());
  const auto job = make(every(1h));
  EXPECT_EQ(out.wakes.back(), out.time.steady + 1s);

  ask(remove_schedule{{job->id, {}, {}}, [](const auto&) {}});
  store();
  advance(1s);
  out.wakes.clear();
  advance(1s);

  EXPECT_TRUE(out.wakes.empty());
}

} // namespace

} // namespace callboard::actors::test
