// How much text messaging jobs hold in memory. 1,000 finished messages of 50,000 characters (150 KB, and
// as much for the answer) held 308 MB, and the 10,000 that were allowed 3 GB.

#include "tests/actors/durable_test.hpp"

namespace callboard::actors::test {

namespace {

class HeldTexts : public durable_test, public ::testing::WithParamInterface<bool> {
protected:
  void SetUp() override {
    is_durable = GetParam();
    options.held_text_bytes_max = 100;
  }

  /// Creates a job whose texts take so many bytes.
  job_ptr create_of(std::size_t bytes) {
    return create(message_of(bytes));
  }

  static new_job message_of(std::size_t bytes) {
    auto wanted = message();
    wanted.content = std::string(bytes, 'x');
    return wanted;
  }

  /// Has the agent answer the oldest open task with so many bytes.
  void answer_with(std::size_t bytes) {
    runner->complete(std::string(bytes, 'a'));
    run();
  }

  /// Whether a job is in memory: what is not is asked of a durable store.
  bool is_held(const job_ptr& one) {
    if (!is_durable)
      return get(one).has_value();
    const auto asked = keeper.finds.size();
    jobs->get({one->spec->id, {}, {}}, [](const result<job_ptr>&) {});
    run();
    return keeper.finds.size() == asked;
  }
};

INSTANTIATE_TEST_SUITE_P(Stores, HeldTexts, ::testing::Bool(),
                         [](const auto& of) { return of.param ? "Durable" : "Memory"; });

TEST_P(HeldTexts, LiveJobsAloneReachTheLimit) {
  start();
  const auto first = create_of(60);
  create_of(40);

  const auto why = refused(message_of(1));

  EXPECT_EQ(why, (error{errc::capacity, "Job capacity reached (100 bytes of text)"}));
  EXPECT_EQ(state_of(first), job_state::processing);
  EXPECT_EQ(health().held_text_bytes, 100U);
  EXPECT_EQ(health().held_text_bytes_max, 100U);
  EXPECT_FALSE(health().is_healthy);
}

TEST_P(HeldTexts, OldestFinishedJobsMakeRoomForANewOne) {
  start();
  const auto a = create_of(10);
  const auto b = create_of(10);
  const auto c = create_of(10);
  answer_with(20);
  answer_with(20);
  answer_with(20);
  ASSERT_EQ(health().held_text_bytes, 90U);

  create_of(50);

  EXPECT_FALSE(is_held(a));
  EXPECT_FALSE(is_held(b));
  EXPECT_TRUE(is_held(c));
  EXPECT_EQ(health().held_text_bytes, 80U);
  EXPECT_TRUE(health().is_healthy);
}

TEST_P(HeldTexts, NothingIsDroppedForAJobThatIsRefusedAllTheSame) {
  start();
  const auto finished = create_of(10);
  answer_with(10);
  create_of(50);

  EXPECT_EQ(refused(message_of(51)).code, errc::capacity);

  EXPECT_TRUE(is_held(finished));
}

TEST_P(HeldTexts, AnswerThatIsTooMuchDropsTheOldestFinishedJobs) {
  start();
  const auto a = create_of(10);
  const auto b = create_of(10);
  const auto c = create_of(10);
  answer_with(20);
  answer_with(20);

  answer_with(60);

  EXPECT_FALSE(is_held(a));
  EXPECT_TRUE(is_held(b));
  EXPECT_TRUE(is_held(c));
  EXPECT_EQ(health().held_text_bytes, 100U);
}

TEST_P(HeldTexts, AnswerBeyondAllThatIsAllowedIsShownAndThenMakesRoom) {
  start();
  const auto before = create_of(10);
  answer_with(10);
  const auto large = create_of(10);
  const auto waiting = create_of(10);

  answer_with(500);

  EXPECT_FALSE(is_held(before));
  EXPECT_EQ(state_of(large), job_state::completed);
  EXPECT_EQ(state_of(waiting), job_state::processing);
  create_of(10);
  EXPECT_FALSE(is_held(large));
  EXPECT_EQ(health().held_text_bytes, 20U);
}

TEST_P(HeldTexts, LiveJobsStayWhateverTheOthersAnswer) {
  start();
  const auto a = create_of(45);
  const auto b = create_of(45);

  answer_with(1000);

  EXPECT_EQ(state_of(b), job_state::processing);
  EXPECT_EQ(state_of(a), job_state::completed);
}

TEST_P(HeldTexts, JobsThatAreForgottenInTimeCountNoMore) {
  options.message_retention = 60s;
  start();
  create_of(30);
  answer_with(70);
  ASSERT_EQ(health().held_text_bytes, 100U);

  advance(91s);

  EXPECT_EQ(health().held_text_bytes, 0U);
}

TEST_P(HeldTexts, ReasonsOfFailuresCount) {
  start();
  create_of(30);

  runner->answer(agent_answer::failure(std::string(20, 'e')));
  run();

  // Once with the job and once with its task.
  EXPECT_EQ(health().held_text_bytes, 70U);
}

TEST_P(HeldTexts, OtherKindsOfJobsDoNotCount) {
  start();
  auto wanted = scheduled(0ms);
  wanted.content = std::string(200, 'x');

  create(wanted);

  EXPECT_EQ(health().held_text_bytes, 0U);
  create_of(100);
}

class HeldTextsAfterAStart : public durable_test {
protected:
  job_ptr ended_with(std::uint8_t number, std::size_t bytes) {
    auto made
      = std::make_shared<callboard::job>(*ended(std::chrono::seconds{100 - number}, number));
    auto outcome = std::make_shared<job_outcome>();
    outcome->content = std::make_shared<const std::string>(bytes, 'a');
    made->outcome = std::move(outcome);
    return made;
  }
};

TEST_F(HeldTextsAfterAStart, WhatTheStoreHeldCountsAgain) {
  const std::size_t prompt = 5;
  options.held_text_bytes_max = 100;
  finished_messages = {ended_with(1, 30 - prompt), ended_with(2, 60 - prompt)};
  auto still_live = std::make_shared<callboard::job>(*stored(job_state::processing));
  live = {still_live};
  start();

  EXPECT_EQ(health().held_text_bytes, 95U);
  auto wanted = message();
  wanted.content = std::string(35, 'x');
  create(wanted);

  EXPECT_EQ(health().held_text_bytes, 100U);
  std::vector<uuid> erased;
  for (const auto& batch : keeper.written)
    erased.insert(erased.end(), batch->erased.begin(), batch->erased.end());
  EXPECT_EQ(erased, std::vector{finished_messages.front()->spec->id});
}

TEST_F(HeldTextsAfterAStart, MoreThanFitsIsForgotten) {
  options.held_text_bytes_max = 100;
  finished_messages = {ended_with(1, 50), ended_with(2, 50)};
  start();

  EXPECT_EQ(health().held_text_bytes, 55U);
  ASSERT_EQ(keeper.written.size(), 1u);
  EXPECT_EQ(keeper.written.front()->erased, std::vector{finished_messages.front()->spec->id});
  std::erase_if(keeper.sweeps, [](const auto& one) { return one.kind != job_kind::message; });
  ASSERT_EQ(keeper.sweeps.size(), 1u);
  EXPECT_EQ(keeper.sweeps.front().before, *finished_messages.front()->finished_at);
}

TEST_F(HeldTextsAfterAStart, RefusedCreationCountsNoMore) {
  options.held_text_bytes_max = 100;
  start();
  keeper.fault = error{errc::io, "disk full"};

  refused();

  EXPECT_EQ(health().held_text_bytes, 0U);
}

TEST_F(HeldTextsAfterAStart, AnswersThatCannotBeStoredCount) {
  options.held_text_bytes_max = 100;
  start();
  auto wanted = message();
  wanted.content = std::string(40, 'x');
  create(wanted);
  keeper.is_holding = true;
  runner->complete(std::string(60, 'a'));
  run();

  EXPECT_EQ(health().held_text_bytes, 100U);
  EXPECT_EQ(refused().code, errc::capacity);
  release_batch({});
  EXPECT_EQ(health().held_text_bytes, 100U);
}

class HeldTextsInMemory : public actor_test {};

// The memory store heard of what was dropped with 256 changes only, and held as many answers till then.
TEST_F(HeldTextsInMemory, StoreForgetsLargeTextsAtOnce) {
  options.held_text_bytes_max = 3'000'000;
  start();
  create();
  runner->complete(std::string(2'000'000, 'a'));
  run();
  ASSERT_TRUE(keeper.written.empty());

  create();
  runner->complete(std::string(2'000'000, 'a'));
  run();

  ASSERT_FALSE(keeper.written.empty());
  EXPECT_EQ(keeper.written.back()->erased.size(), 1u);
}

} // namespace

} // namespace callboard::actors::test
