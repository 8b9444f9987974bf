// Changes of scheduled jobs are answered once they are stored; those that cannot be stored change nothing.

#include "tests/actors/registry/schedule_fixture.hpp"

namespace callboard::actors::test {

namespace {

class ScheduleStoreFault : public schedule_test {
protected:
  void SetUp() override {
    is_durable = true;
    start();
  }

  void fail_store() {
    keeper.fault = error{errc::io, "disk full"};
  }

  /// The store works again, and what waits for it is written.
  void mend_store() {
    keeper.fault.reset();
    keeper.written.clear();
    advance(1s);
  }

  /// The newest record of a scheduled job that went to the store.
  scheduled_job_ptr stored(const uuid& id) {
    for (auto batch = keeper.written.rbegin(); batch != keeper.written.rend(); ++batch)
      if (const auto found = (*batch)->schedules.find(id); found != (*batch)->schedules.end())
        return found->second;
    ADD_FAILURE() << "nothing was stored";
    return nullptr;
  }

  void expect_as_before(const scheduled_job_ptr& before) {
    const auto shown = now(before);
    EXPECT_EQ(*shown->definition, *before->definition);
    EXPECT_GE(shown->version, before->version);
    EXPECT_EQ(shown->status, before->status);
    EXPECT_EQ(shown->next_run_at, before->next_run_at);
    EXPECT_EQ(shown->run_count, before->run_count);
    EXPECT_EQ(shown->last_run_at, before->last_run_at);
  }

  static schedule_edit rename(std::string name) {
    return [name](schedule_definition& what) { what.name = name; };
  }
};

TEST_F(ScheduleStoreFault, ChangesAreAnsweredWhenTheyAreStored) {
  const auto job = make(every(1h)).value();
  const schedule_ref ref{job->id, {}, {}};
  keeper.is_holding = true;
  outcome_slot<result<scheduled_job_ptr>> slot;
  const std::vector<std::function<void()>> calls{
    [&] { jobs->schedules().update(ref, rename("other"), slot.callback()); },
    [&] { jobs->schedules().set_enabled(ref, false, slot.callback()); },
    [&] { jobs->schedules().remove(ref, slot.callback()); }};

  for (const auto& call : calls) {
    slot = {};
    call();
    run();
    EXPECT_EQ(slot.count, 0);
    ASSERT_FALSE(keeper.held.empty());

    release_batch({});

    EXPECT_EQ(slot.count, 1);
    EXPECT_TRUE(slot.value->has_value());
    while (!keeper.held.empty())
      release_batch({});
  }
}

TEST_F(ScheduleStoreFault, EditIsTakenBack) {
  const auto job = make(every(1h)).value();
  fail_store();

  const auto refused = update({job->id, {}, {}}, [](schedule_definition& what) {
    what.name = "other";
    what.interval = 5h;
  });

  EXPECT_EQ(refused.error().code, errc::unavailable);
  expect_as_before(job);
  mend_store();
  expect_as_before(job);
  EXPECT_EQ(*stored(job->id)->definition, *job->definition);
  EXPECT_EQ(stored(job->id)->version, 3u) << "1, the edit, and taking it back";
}

TEST_F(ScheduleStoreFault, NameOfAnEditThatWasTakenBackIsFree) {
  const auto job = make(every(1h)).value();
  fail_store();
  ASSERT_FALSE(update({job->id, {}, {}}, rename("other")));
  mend_store();
  auto wanted = every(1h);

  wanted.name = "other";
  EXPECT_TRUE(make(wanted));
  wanted.name = "job";
  EXPECT_EQ(make(wanted).error().code, errc::conflict);
}

TEST_F(ScheduleStoreFault, PauseIsTakenBackAndTheJobFires) {
  answer_at_once();
  const auto job = make(every(10s)).value();
  fail_store();

  EXPECT_EQ(enable(job, false).error().code, errc::unavailable);

  expect_as_before(job);
  mend_store();
  advance(9s);
  EXPECT_EQ(runner->started.size(), 1u);
}

TEST_F(ScheduleStoreFault, ResumeIsTakenBackAndNothingIsMadeUp) {
  answer_at_once();
  auto wanted = every(10s);
  wanted.is_enabled = false;
  wanted.missed = missed_policy::all;
  const auto job = make(wanted).value();
  advance(35s);
  fail_store();

  EXPECT_EQ(enable(job, true).error().code, errc::unavailable);

  expect_as_before(job);
  mend_store();
  advance(60s);
  EXPECT_TRUE(runner->started.empty());
  ASSERT_TRUE(enable(job, true));
  advance(1s);
  EXPECT_EQ(now(job)->missed_count, 9u);
}

TEST_F(ScheduleStoreFault, RemovalIsTakenBackAndItsRunGoesOn) {
  const auto job = make(every(10s)).value();
  advance(10s);
  ASSERT_EQ(runner->started.size(), 1u);
  const auto before = now(job);
  fail_store();

  EXPECT_EQ(remove({job->id, {}, {}}).error().code, errc::unavailable);

  EXPECT_TRUE(runner->canceled.empty());
  expect_as_before(before);
  mend_store();
  runner->complete("done");
  run();
  advance(10s);
  EXPECT_EQ(runner->started.size(), 2u);
  EXPECT_EQ(now(job)->last_run->state, job_state::completed);
  ASSERT_NE(stored(job->id), nullptr);
}

TEST_F(ScheduleStoreFault, RunByHandIsNotCounted) {
  const auto job = make(every(1h)).value();
  fail_store();

  EXPECT_EQ(run_now(job).error().code, errc::unavailable);

  expect_as_before(job);
  mend_store();
  expect_as_before(job);
  EXPECT_EQ(stored(job->id)->run_count, 0u);
  EXPECT_TRUE(run_now(job));
  EXPECT_EQ(now(job)->run_count, 1u);
}

TEST_F(ScheduleStoreFault, ChangesThatBuildOnEachOtherAreAllTakenBack) {
  const auto job = make(every(1h)).value();
  const schedule_ref ref{job->id, {}, {}};
  keeper.is_holding = true;
  outcome_slot<result<scheduled_job_ptr>> first;
  outcome_slot<result<scheduled_job_ptr>> second;
  outcome_slot<result<scheduled_job_ptr>> third;
  jobs->schedules().update(ref, rename("second"), first.callback());
  advance(100ms);
  ASSERT_EQ(keeper.held.size(), 1u);
  jobs->schedules().update(ref, rename("third"), second.callback());
  jobs->schedules().remove(ref, third.callback());
  run();

  keeper.is_holding = false;
  release_batch(fail(errc::io, "disk full"));

  for (const auto* slot : {&first, &second, &third}) {
    ASSERT_EQ(slot->count, 1);
    EXPECT_EQ(slot->value->error().code, errc::unavailable);
  }
  expect_as_before(job);
  advance(1s);
  EXPECT_EQ(*stored(job->id)->definition, *job->definition);
}

TEST_F(ScheduleStoreFault, NothingChangesWhileTheStoreFails) {
  const auto job = make(every(1h)).value();
  fail_store();
  ASSERT_FALSE(update({job->id, {}, {}}, rename("other"))); // that is how it is noticed

  EXPECT_EQ(update({job->id, {}, {}}, rename("other")).error().code, errc::unavailable);
  EXPECT_EQ(enable(job, false).error().code, errc::unavailable);
  EXPECT_EQ(remove({job->id, {}, {}}).error().code, errc::unavailable);
  EXPECT_EQ(run_now(job).error().code, errc::unavailable);
  auto wanted = every(1h);
  wanted.name = "new";
  EXPECT_EQ(make(wanted).error().code, errc::unavailable);

  mend_store();
  expect_as_before(job);
  outcome_slot<result<std::vector<scheduled_job_ptr>>> listed;
  jobs->schedules().list({}, listed.callback());
  EXPECT_EQ(outcome_of(listed).value().size(), 1u);
}

TEST_F(ScheduleStoreFault, RunThatEndsWhileItsJobIsBeingDeletedIsForgotten) {
  const auto job = make(every(10s)).value();
  advance(10s);
  keeper.is_holding = true;
  outcome_slot<result<scheduled_job_ptr>> slot;
  jobs->schedules().remove({job->id, {}, {}}, slot.callback());
  advance(100ms);
  ASSERT_FALSE(keeper.held.empty());
  runner->complete("done");
  run();

  keeper.is_holding = false;
  while (!keeper.held.empty())
    release_batch({});
  advance(1s);

  EXPECT_EQ(slot.count, 1);
  // The run stands in the same batch as the deletion, or before it.
  EXPECT_EQ(keeper.written.back()->schedules.at(job->id), nullptr);
}

} // namespace

} // namespace callboard::actors::test
