#include "actors/registry/waiters.hpp"

#include <algorithm>

#include <gtest/gtest.h>

#include "actors/registry/job_table.hpp"
#include "tests/actors/registry/parts/fake_outbox.hpp"

namespace callboard::actors::test {

namespace {

using namespace std::chrono_literals;

constexpr steady_time start{1h};

class Waiters : public ::testing::Test {
protected:
  Waiters() {
    entry.visible = job_of(1);
  }

  callback<job_ptr> note() {
    return [this](result<job_ptr> answer) { answers.push_back(std::move(answer)); };
  }

  job_entry entry;
  std::vector<result<job_ptr>> answers;
  waiters waiting{2};
};

TEST_F(Waiters, AreAnsweredWhenTheJobEnds) {
  waiting.add(entry, note(), start + 1s);
  waiting.add(entry, note(), start + 2s);
  EXPECT_FALSE(waiting.has_room());
  entry.visible = job_of(1, job_state::completed);

  waiting.answer(entry);

  ASSERT_EQ(answers.size(), 2u);
  EXPECT_EQ(answers.back().value(), entry.visible);
  EXPECT_EQ(waiting.size(), 0u);
  EXPECT_FALSE(waiting.next_due());
  EXPECT_FALSE(entry.calls);
}

TEST_F(Waiters, HearTheStateWhenTheirTimeHasCome) {
  waiting.add(entry, note(), start + 2s);
  waiting.add(entry, note(), start + 1s);
  EXPECT_EQ(waiting.next_due(), start + 1s);

  EXPECT_EQ(waiting.answer_due(start + 1s - 1ns), nullptr);
  EXPECT_EQ(waiting.answer_due(start + 1s), &entry);

  EXPECT_EQ(waiting.answer_due(start + 1s), nullptr);
  ASSERT_EQ(answers.size(), 1u);
  EXPECT_EQ(answers.front().value()->state, job_state::pending);
  EXPECT_EQ(waiting.size(), 1u);
}

TEST_F(Waiters, OfTwoWhoCancelOneHasCanceled) {
  struct outcome {
    job_state state;
    std::size_t won;
  };
  for (const auto& [state, won] :
       {outcome{job_state::canceled, 1}, outcome{job_state::completed, 0}}) {
    answers.clear();
    entry.visible = job_of(1);
    waiting.add_cancel(entry, note());
    waiting.add_cancel(entry, note());
    EXPECT_EQ(waiting.cancels(), 2u);
    EXPECT_TRUE(waiting.has_room()) << "those who cancel take no room";
    entry.visible = job_of(1, state);

    waiting.answer(entry);

    ASSERT_EQ(answers.size(), 2u);
    const auto has_won = [](const auto& answer) { return answer.has_value(); };
    EXPECT_EQ(static_cast<std::size_t>(std::count_if(answers.begin(), answers.end(), has_won)),
              won);
    EXPECT_EQ(answers.back().error().code, errc::conflict);
    EXPECT_EQ(waiting.cancels(), 0u);
  }
}

TEST_F(Waiters, AreReleasedButForThoseWhoCancel) {
  waiting.add(entry, note(), start + 1s);
  waiting.add_cancel(entry, note());

  waiting.release(entry);

  EXPECT_EQ(answers.size(), 1u);
  EXPECT_EQ(waiting.size(), 0u);
  EXPECT_EQ(waiting.cancels(), 1u);
}

TEST_F(Waiters, HearThatTheJobIsNotToBe) {
  waiting.add(entry, note(), start + 1s);
  waiting.add_cancel(entry, note());

  waiting.refuse(entry, {errc::unavailable, "no"});

  ASSERT_EQ(answers.size(), 2u);
  EXPECT_EQ(answers.back().error().code, errc::unavailable);
  EXPECT_EQ(waiting.size(), 0u);
  EXPECT_EQ(waiting.cancels(), 0u);
}

} // namespace

} // namespace callboard::actors::test
