#include "tests/actors/registry/parts/parts_fixture.hpp"

// What callers hear about jobs, without actors.

namespace callboard::actors::test {

namespace {

class JobCalls : public parts_test {
protected:
  result<job_ptr> cancel(const job_ptr& one) {
    answers got;
    parts->calls().cancel(call(one, got));
    parts->settle();
    return got.empty() ? result<job_ptr>{fail(errc::internal, "no answer yet")} : got.front();
  }

  result<job_ptr> get(const job_ref& ref) {
    answers got;
    auto asked = std::make_shared<job_call>();
    asked->ref = ref;
    asked->done = note(got);
    parts->calls().get(asked);
    return got.front();
  }
};

TEST_F(JobCalls, ShowAJobToThoseWhoMaySeeIt) {
  start();
  const auto job = create(message());
  const auto& id = job->spec->id;

  EXPECT_TRUE(get({id, {}, {}}));
  EXPECT_TRUE(get({id, job_kind::message, job->spec->organisation}));
  EXPECT_EQ(get({id, job_kind::agent, {}}).error().code, errc::not_found);
  EXPECT_EQ(get({id, {}, "other"}).error().code, errc::forbidden);
  EXPECT_EQ(get({{}, {}, {}}).error().code, errc::not_found);
}

TEST_F(JobCalls, AskADurableStoreForWhatIsNotHeld) {
  is_durable = true;
  start();
  auto asked = std::make_shared<job_call>();

  parts->calls().get(asked);

  EXPECT_EQ(out.finds, std::vector{asked});
}

TEST_F(JobCalls, CancelByTheActorIfThereIsOne) {
  start();
  const auto running = create(message());
  const auto later = create(delayed(5s));

  EXPECT_EQ(cancel(running).error().code, errc::internal) << "its actor has to answer";
  ASSERT_EQ(out.told.size(), 1u);
  EXPECT_EQ(cancel(later).value()->state, job_state::canceled);
  EXPECT_EQ(out.told.size(), 1u);
  EXPECT_EQ(cancel(later).error().code, errc::conflict);
}

TEST_F(JobCalls, WaitNoLongerThanAsked) {
  start();
  const auto job = create(message());
  answers got;
  parts->calls().wait(call(job, got, 2s));
  parts->settle();
  EXPECT_EQ(out.wakes.back(), out.time.steady + 2s);

  advance(2s);

  ASSERT_EQ(got.size(), 1u);
  EXPECT_EQ(got.front().value()->state, job_state::pending);
}

TEST_F(JobCalls, OnlySoManyWait) {
  options.waiters_max = 1;
  start();
  const auto job = create(message());
  answers first;
  answers second;

  parts->calls().wait(call(job, first, 2s));
  parts->calls().wait(call(job, second, 2s));

  EXPECT_TRUE(first.empty());
  ASSERT_EQ(second.size(), 1u);
  EXPECT_EQ(second.front().error().code, errc::capacity);
  submit(message(), 2s);
  EXPECT_TRUE(created.back()) << "the job is there, whether or not its end can be awaited";
}

TEST_F(JobCalls, CreationIsAnsweredOnceItIsStored) {
  is_durable = true;
  start();

  submit(message());
  EXPECT_TRUE(created.empty());
  store();

  ASSERT_EQ(created.size(), 1u);
  EXPECT_EQ(created.front().value()->version, 1u);
}

TEST_F(JobCalls, ListsFlushAStoreThatGathers) {
  start();
  create(message());
  ASSERT_TRUE(out.commits.empty());
  auto asked = std::make_shared<list_call>();

  parts->calls().list(asked);

  EXPECT_EQ(out.commits.size(), 1u);
  EXPECT_EQ(out.lists, std::vector{asked});
}

} // namespace

} // namespace callboard::actors::test
