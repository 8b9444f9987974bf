#include "tests/actors/durable_test.hpp"

#include <algorithm>
#include <string>
#include <vector>

namespace callboard::actors::test {

namespace {

const error disk_full{errc::io, "disk full"};

/// Those who watch an engine, and what they were told.
class Observers : public durable_test {
protected:
  void SetUp() override {
    durable_test::SetUp();
    observers.job_ended = [this](const callboard::job& one) { ended.push_back(one.state); };
    observers.store_changed = [this](std::string_view fault) { store.emplace_back(fault); };
  }

  std::vector<job_state> ended;
  std::vector<std::string> store;
};

TEST_F(Observers, EachEndIsToldOnce) {
  start();
  create();
  runner->complete("done");
  run();
  create();
  runner->answer(agent_answer::failure("no"));
  run();
  ASSERT_TRUE(cancel(create()));
  create(message(1s));
  advance(1s);
  advance(1h);

  EXPECT_EQ(ended, (std::vector{job_state::completed, job_state::failed, job_state::canceled,
                                job_state::timeout}));
}

TEST_F(Observers, EndIsToldOnceItIsStored) {
  start();
  create();
  keeper.is_holding = true;
  runner->complete("done");
  run();
  EXPECT_TRUE(ended.empty());

  release_batch({});

  EXPECT_EQ(ended, std::vector{job_state::completed});
}

// Symptom: jobs that a start ended stood in no log.
TEST_F(Observers, EndsThatAStartBringsAreTold) {
  live = {stored(job_state::processing, 5s)};
  start();

  EXPECT_EQ(ended, std::vector{job_state::timeout});
}

TEST_F(Observers, JobWhoseCreationWasRefusedHasNoEnd) {
  start();
  keeper.fault = disk_full;
  refused();
  advance(1h);

  EXPECT_TRUE(ended.empty());
}

// Symptom: a store that failed was logged nowhere, nor that it worked again.
TEST_F(Observers, StoreThatFailsIsToldOnceAndSoIsThatItWorksAgain) {
  start();
  keeper.fault = disk_full;
  refused();
  advance(5s);
  EXPECT_EQ(store, std::vector<std::string>{"disk full"});

  keeper.fault.reset();
  advance(5s);
  create();

  EXPECT_EQ(store, (std::vector<std::string>{"disk full", ""}));
}

TEST_F(Observers, StoreThatWorksSaysNothing) {
  start();
  create();
  advance(1h);

  EXPECT_TRUE(store.empty());
}

} // namespace

} // namespace callboard::actors::test
