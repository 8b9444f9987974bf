#include <algorithm>
#include <map>

#include <gtest/gtest.h>

#include "actors/registry/delayed_jobs.hpp"
#include "tests/actors/registry/parts/fake_outbox.hpp"

// Which delayed jobs are loaded when, without actors.

namespace callboard::actors::test {

namespace {

using namespace std::chrono_literals;

const loaded_jobs unreadable = fail(errc::io, "cannot read");

job_ptr due_at(std::uint8_t number, system_time due, job_state state = job_state::scheduled) {
  auto made = std::make_shared<callboard::job>(*job_of(number, state, job_kind::agent));
  auto spec = std::make_shared<job_spec>(*made->spec);
  spec->due_at = due;
  made->spec = std::move(spec);
  return made;
}

class home : public delayed_job_home {
public:
  bool holds(const uuid& id) const override {
    return held.count(id) > 0;
  }

  void adopt(const job_ptr& record) override {
    held[record->spec->id] = record;
  }

  void release(const uuid& id) override {
    released.push_back(id);
  }

  std::map<uuid, job_ptr> held;
  std::vector<uuid> released;
};

class DelayedJobs : public ::testing::Test {
protected:
  DelayedJobs() {
    delayed.begin(at_home, core::organisation_counts{{{"default", 2}}}, horizon, true);
  }

  job_call_ptr call(const job_ptr& one) {
    auto made = std::make_shared<job_call>();
    made->ref.id = one->spec->id;
    made->done = [this](result<job_ptr> answer) { answers.push_back(std::move(answer)); };
    return made;
  }

  void fetch(const job_ptr& one, bool is_cancel = false) {
    delayed.fetch(call(one), is_cancel, [this](const job_call_ptr&) { ++resumed; });
  }

  fake_outbox out;
  home at_home;
  const system_time horizon = out.time.wall + delayed_horizon;
  delayed_jobs delayed{out};
  std::vector<result<job_ptr>> answers;
  int resumed = 0;
};

TEST_F(DelayedJobs, OnlyAgentJobsThatWaitBeyondItAreFar) {
  auto message = std::make_shared<callboard::job>(*due_at(1, horizon));
  auto spec = std::make_shared<job_spec>(*message->spec);
  spec->kind = job_kind::message;
  message->spec = spec;

  EXPECT_TRUE(delayed.is_far(*due_at(1, horizon)));
  EXPECT_FALSE(delayed.is_far(*due_at(1, horizon - 1ms)));
  EXPECT_FALSE(delayed.is_far(*due_at(1, horizon, job_state::pending)));
  EXPECT_FALSE(delayed.is_far(*message));
}

TEST_F(DelayedJobs, CountsWhatTheStoreHolds) {
  delayed.leave(*due_at(1, horizon));
  EXPECT_EQ(delayed.size(), 3u);
  EXPECT_EQ(delayed.size_of("default"), 3u);

  delayed.take(*due_at(1, horizon));

  EXPECT_EQ(delayed.size(), 2u);
  EXPECT_EQ(delayed.size_of("other"), 0u);
}

TEST_F(DelayedJobs, MovesOnBeforeTheFirstJobIsDue) {
  EXPECT_EQ(delayed.next_load(), out.time.steady + delayed_horizon / 2);
  out.pass(5min);

  delayed.load();

  EXPECT_FALSE(delayed.next_load());
  ASSERT_EQ(out.loads.size(), 1u);
  EXPECT_EQ(out.loads.front().what.from.due_at, horizon);
  EXPECT_EQ(out.loads.front().what.until, out.time.wall + delayed_horizon);
  out.answer(out.loads, {std::vector{due_at(1, horizon)}});
  EXPECT_EQ(at_home.held.size(), 1u);
  EXPECT_EQ(delayed.next_load(), out.time.steady + delayed_horizon / 2);
}

TEST_F(DelayedJobs, LoadsPageAfterPage) {
  delayed.load();
  std::vector<job_ptr> page(out.loads.front().what.limit, due_at(7, horizon + 1s));

  out.answer(out.loads, {page});

  ASSERT_EQ(out.loads.size(), 1u);
  EXPECT_EQ(out.loads.front().what.from.due_at, horizon + 1s);
  EXPECT_EQ(out.loads.front().what.from.id, due_at(7, horizon)->spec->id);
  EXPECT_FALSE(delayed.next_load());
}

TEST_F(DelayedJobs, StoreThatCannotBeReadIsAskedAgain) {
  delayed.load();

  out.answer(out.loads, unreadable);

  EXPECT_EQ(delayed.next_load(), out.time.steady + 1s);
}

TEST_F(DelayedJobs, ClockThatIsSetForwardHurriesIt) {
  delayed.hurry();
  EXPECT_EQ(delayed.next_load(), out.time.steady);

  delayed.load();
  delayed.hurry();

  EXPECT_FALSE(delayed.next_load()) << "it is loading already";
}

TEST_F(DelayedJobs, CallForAJobThatWaitsTakesItBackOnce) {
  const auto job = due_at(1, horizon + 1h);
  fetch(job);
  fetch(job, true);
  ASSERT_EQ(out.fetches.size(), 1u);
  EXPECT_TRUE(delayed.is_fetching());

  out.answer(out.fetches, found_job{job});

  EXPECT_EQ(at_home.held.size(), 1u);
  EXPECT_EQ(resumed, 2);
  EXPECT_EQ(at_home.released, std::vector{job->spec->id});
  EXPECT_FALSE(delayed.is_fetching());
}

TEST_F(DelayedJobs, CallForAnyOtherJobIsAnswered) {
  struct sample {
    const char* what;
    found_job found;
    bool is_cancel;
    std::optional<errc> error;
  };
  const auto done = due_at(1, horizon, job_state::completed);
  const sample samples[] = {
    {"a job that is over", done, false, std::nullopt},
    {"to cancel it", done, true, errc::conflict},
    {"no job", job_ptr{}, false, errc::not_found},
    {"to cancel none", job_ptr{}, true, errc::not_found},
    {"a store that cannot be read", fail(errc::io, "no"), false, errc::unavailable},
  };
  for (const auto& each : samples) {
    answers.clear();
    fetch(done, each.is_cancel);

    out.answer(out.fetches, each.found);

    ASSERT_EQ(answers.size(), 1u) << each.what;
    EXPECT_EQ(answers.front().has_value(), !each.error) << each.what;
    if (each.error) {
      EXPECT_EQ(answers.front().error().code, *each.error) << each.what;
    }
  }
  EXPECT_EQ(resumed, 0);
}

TEST_F(DelayedJobs, NothingComesBackOnceTheEngineEnds) {
  const auto job = due_at(1, horizon);
  delayed.load();
  fetch(job);
  fetch(job, true);
  delayed.stop();

  out.answer(out.loads, {std::vector{job}});
  out.answer(out.fetches, found_job{job});
  delayed.load();

  EXPECT_TRUE(at_home.held.empty());
  EXPECT_TRUE(out.loads.empty());
  ASSERT_EQ(answers.size(), 2u);
  EXPECT_EQ(answers.front().value(), job);
  EXPECT_EQ(answers.back().error().code, errc::unavailable);
}

} // namespace

} // namespace callboard::actors::test
