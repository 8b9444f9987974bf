#include "core/jobs/text_budget.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace callboard::test {

namespace {

using core::text_budget;
using core::text_share;

struct row {
  /// What each job counts as, in the order of the changes: job, bytes, whether it is finished.
  struct change {
    std::size_t job;
    std::size_t bytes;
    bool is_finished;
  };
  std::vector<change> changes;
  std::size_t bytes;
  std::size_t live_bytes;
  /// Most that fits as it is, and if what is finished goes; of 100.
  std::size_t room;
  std::size_t room_at_most;
};

} // namespace

TEST(TextBudget, CountsEachJobAsWhatItWasLastSaidToBe) {
  const row rows[] = {
    {{}, 0, 0, 100, 100},
    {{{0, 10, false}}, 10, 10, 90, 90},
    {{{0, 10, true}}, 10, 0, 90, 100},
    // It grows by its answer, and then it can go.
    {{{0, 10, false}, {0, 25, false}}, 25, 25, 75, 75},
    {{{0, 10, false}, {0, 25, false}, {0, 25, true}}, 25, 0, 75, 100},
    {{{0, 10, false}, {1, 20, true}}, 30, 10, 70, 90},
    // It is forgotten.
    {{{0, 10, false}, {1, 20, true}, {1, 0, false}}, 10, 10, 90, 90},
    {{{0, 10, false}, {1, 20, true}, {0, 0, false}}, 20, 0, 80, 100},
    {{{0, 0, false}}, 0, 0, 100, 100},
    {{{0, 60, false}, {1, 40, true}}, 100, 60, 0, 40},
    // An answer goes beyond what is allowed; nothing fits until something has gone.
    {{{0, 60, false}, {1, 70, true}}, 130, 60, 0, 40},
    {{{0, 130, false}}, 130, 130, 0, 0},
  };
  for (const auto& each : rows) {
    text_budget budget{100};
    text_share shares[2];

    for (const auto& [job, bytes, is_finished] : each.changes)
      budget.set(shares[job], {bytes, is_finished});

    EXPECT_EQ(budget.bytes(), each.bytes);
    EXPECT_EQ(budget.live_bytes(), each.live_bytes);
    EXPECT_EQ(budget.has_room(each.room), each.bytes <= 100);
    EXPECT_FALSE(budget.has_room(each.room + 1));
    EXPECT_EQ(budget.can_make_room(each.room_at_most), each.live_bytes <= 100);
    EXPECT_FALSE(budget.can_make_room(each.room_at_most + 1));
  }
}

TEST(TextBudget, ReleasedJobCountsNoMore) {
  text_budget budget{100};
  text_share share;
  budget.set(share, {70, true});

  budget.release(share);
  budget.release(share);

  EXPECT_EQ(budget.bytes(), 0U);
  EXPECT_EQ(share.bytes, 0U);
}

} // namespace callboard::test
