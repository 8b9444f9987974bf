#include "http/pipeline/unsent_budget.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace callboard::tests {
namespace {

using http::unsent_budget;
using importance = unsent_budget::importance;
using numbers = std::vector<unsent_budget::number>;
using std::chrono::milliseconds;

constexpr auto list = importance::can_be_refused;
constexpr auto job = importance::must_go_out;

steady_time at(int ms) {
  return steady_time{std::chrono::hours{1} + milliseconds{ms}};
}

/// An answer that has been going out since `since` ms; none: it has not begun to.
struct held_answer {
  unsent_budget::number number = 0;
  std::size_t bytes = 0;
  std::optional<int> since;
};

/// Room for 100 bytes, 10 ms of patience; a new answer comes at 100 ms.
struct row {
  std::string what;
  std::vector<held_answer> held;
  std::size_t bytes = 0;
  importance matters = list;
  bool is_admitted = true;
  numbers dropped;
  std::size_t bytes_then = 0;
};

unsent_budget with(const std::vector<held_answer>& held) {
  unsent_budget made{{.bytes_max = 100, .patience = milliseconds{10}}};
  for (const auto& each : held)
    made.admit(each.number, each.bytes, job, at(0));
  for (const auto& each : held)
    if (each.since)
      made.progress(each.number, at(*each.since));
  return made;
}

TEST(UnsentBudget, WhoTookNothingForLongestMakesRoom) {
  const row table[] = {
    {"all the room there is", {}, 100, list, true, {}, 100},
    {"what is left", {{1, 60, 0}}, 40, list, true, {}, 100},
    {"one is in the way", {{1, 60, 0}}, 41, list, true, {1}, 41},
    {"the one that took nothing for longest goes",
     {{1, 50, 20}, {2, 50, 30}},
     50,
     list,
     true,
     {1},
     100},
    {"as many as are in the way go",
     {{1, 40, 20}, {2, 40, 30}, {3, 20, 40}},
     70,
     list,
     true,
     {1, 2},
     90},
    {"patience is over", {{1, 60, 90}}, 60, list, true, {1}, 60},
    {"patience is not over", {{1, 60, 91}}, 60, list, false, {}, 60},
    {"patience makes all wait", {{1, 60, 0}, {2, 30, 95}}, 80, list, false, {}, 90},
    {"what has not begun stays", {{1, 60, {}}}, 60, list, false, {}, 60},
    {"what has not begun does not protect others",
     {{1, 30, {}}, {2, 60, 0}},
     60,
     list,
     true,
     {2},
     90},
    {"a list beyond all room", {{1, 60, 0}}, 101, list, false, {}, 60},
    {"a job takes the room of a list that is read", {{1, 60, 95}}, 60, job, true, {1}, 60},
    {"a job takes it from the slowest", {{2, 40, 95}, {1, 60, 99}}, 30, job, true, {2}, 90},
    {"a job goes out even without room", {{1, 60, {}}}, 60, job, true, {}, 120},
    {"a job beyond all room drives out who stands still",
     {{1, 40, 0}, {2, 40, 95}},
     101,
     job,
     true,
     {1},
     141},
  };

  for (const auto& each : table) {
    auto answers = with(each.held);

    const auto found = answers.admit(9, each.bytes, each.matters, at(100));

    EXPECT_EQ(found.is_admitted, each.is_admitted) << each.what;
    EXPECT_EQ(found.dropped, each.dropped) << each.what;
    EXPECT_EQ(answers.bytes(), each.bytes_then) << each.what;
  }
}

TEST(UnsentBudget, ReleasedOneGivesItsRoomBackOnce) {
  auto answers = with({{1, 60, 0}, {2, 30, {}}});

  for (int i = 0; i < 2; ++i) {
    answers.release(1);
    EXPECT_EQ(answers.bytes(), 30U);
  }
  answers.release(2);

  EXPECT_EQ(answers.bytes(), 0U);
}

TEST(UnsentBudget, DroppedOneDoesNotCountAnyMore) {
  auto answers = with({{1, 60, 0}});
  ASSERT_EQ(answers.admit(2, 60, list, at(100)).dropped, numbers{1});

  EXPECT_FALSE(answers.progress(1, at(101)));
  answers.release(1);

  EXPECT_EQ(answers.bytes(), 60U);
}

TEST(UnsentBudget, ProgressPutsAClientBehindTheOthers) {
  auto answers = with({{1, 50, 0}, {2, 50, 1}});

  EXPECT_TRUE(answers.progress(1, at(50)));

  EXPECT_EQ(answers.admit(3, 50, list, at(100)).dropped, numbers{2});
}

TEST(UnsentBudget, SizeOfAnAdmittedOneCanChange) {
  auto answers = with({{1, 50, {}}});

  EXPECT_TRUE(answers.admit(1, 90, list, at(100)).is_admitted);
  EXPECT_EQ(answers.bytes(), 90U);
  EXPECT_FALSE(answers.admit(1, 101, list, at(100)).is_admitted);

  EXPECT_EQ(answers.bytes(), 0U) << "refused ones do not count";
}

TEST(UnsentBudget, SumsDoNotWrap) {
  auto answers = with({{1, 60, 95}});

  EXPECT_FALSE(answers.admit(2, SIZE_MAX, list, at(100)).is_admitted);
}

} // namespace
} // namespace callboard::tests
