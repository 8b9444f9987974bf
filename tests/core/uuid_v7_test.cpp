#include "core/uuid_v7.hpp"

#include <gtest/gtest.h>

#include <limits>
#include <random>
#include <set>

#include "tests/core/jobs/job_fixtures.hpp"
#include "tests/support/random_seed.hpp"

namespace callboard::test {

namespace {

using namespace std::chrono_literals;

core::random_source always(std::uint64_t value) {
  return [value] { return value; };
}

constexpr auto all_ones = std::numeric_limits<std::uint64_t>::max();

std::int64_t milliseconds_of(const uuid& id) {
  std::int64_t ms = 0;
  for (std::size_t i = 0; i < 6; ++i)
    ms = ms * 256 + id.bytes[i];
  return ms;
}

bool is_version_7(const uuid& id) {
  return (id.bytes[6] >> 4) == 7 && (id.bytes[8] >> 6) == 0b10;
}

} // namespace

// The example of RFC 9562, A.6: 2022-02-22T14:22:22.000-05:00.
TEST(UuidV7, LaysOutTheExampleOfItsStandard) {
  auto bits = [calls = 0]() mutable {
    return calls++ == 0 ? std::uint64_t{0xCC3} : std::uint64_t{0x18C4DC0C0C07398F};
  };

  const auto id = core::make_uuid_v7(system_time{1'645'557'742'000ms}, bits);

  EXPECT_EQ(id.to_string(), "017f22e2-79b0-7cc3-98c4-dc0c0c07398f");
}

TEST(UuidV7, HoldsTimeVersionAndVariantWhateverTheRandomBits) {
  for (const auto bits : {std::uint64_t{0}, all_ones}) {
    const auto now = at(0).wall;
    core::uuid_v7_sequence sequence;

    for (const auto& id :
         {core::make_uuid_v7(now, always(bits)), sequence.next(now, always(bits))}) {
      EXPECT_EQ(milliseconds_of(id), now.time_since_epoch().count());
      EXPECT_TRUE(is_version_7(id)) << id.to_string();
    }
  }
}

TEST(UuidV7, SequenceGrowsWithinAMillisecond) {
  core::uuid_v7_sequence sequence;
  const auto random = repeatable_random();
  auto last = sequence.next(at(0).wall, random);

  for (int i = 0; i < 20'000; ++i) {
    const auto next = sequence.next(at(0).wall, random);
    ASSERT_LT(last, next);
    ASSERT_TRUE(is_version_7(next));
    last = next;
  }
}

TEST(UuidV7, CounterThatIsFullLendsFromTheNextMillisecond) {
  core::uuid_v7_sequence sequence;
  // The counter starts at half of its 4,096 with these bits and has as many steps left.
  const auto first = sequence.next(at(0).wall, always(all_ones));
  auto last = first;
  for (int i = 0; i < 2048; ++i)
    last = sequence.next(at(0).wall, always(all_ones));
  const auto full = last;

  const auto overflown = sequence.next(at(0).wall, always(all_ones));

  EXPECT_EQ(milliseconds_of(full), milliseconds_of(first));
  EXPECT_EQ(milliseconds_of(overflown), milliseconds_of(first) + 1);
  EXPECT_LT(full, overflown);
}

TEST(UuidV7, SequenceGrowsWhenTheClockIsSetBack) {
  core::uuid_v7_sequence sequence;
  const auto random = repeatable_random();
  const auto before = sequence.next(at(0).wall, random);

  const auto after = sequence.next(at(0).wall - 1h, random);

  EXPECT_LT(before, after);
  EXPECT_EQ(milliseconds_of(after), milliseconds_of(before));
}

TEST(UuidV7, SequenceFollowsTheClockAgainOnceItHasCaughtUp) {
  core::uuid_v7_sequence sequence;
  const auto random = repeatable_random();
  sequence.next(at(0).wall, random);
  sequence.next(at(0).wall - 1h, random);

  const auto later = sequence.next(at(1).wall, random);

  EXPECT_EQ(milliseconds_of(later), at(1).wall.time_since_epoch().count());
}

TEST(UuidV7, SequenceGrowsWhateverTheClockDoes) {
  const auto seed = random_seed();
  std::mt19937_64 numbers{seed};
  const auto random = repeatable_random(seed);
  core::uuid_v7_sequence sequence;
  auto now = at(0).wall;
  auto last = sequence.next(now, random);

  for (int i = 0; i < 20'000; ++i) {
    now += std::chrono::milliseconds{static_cast<std::int64_t>(numbers() % 7) - 3};
    const auto next = sequence.next(now, random);
    ASSERT_LT(last, next) << i;
    last = next;
  }
}

TEST(UuidV7, IdsOfOneInstantDiffer) {
  const auto random = repeatable_random();
  std::set<uuid> ids;

  for (int i = 0; i < 1000; ++i)
    ids.insert(core::make_uuid_v7(at(0).wall, random));

  EXPECT_EQ(ids.size(), 1000u);
}

} // namespace callboard::test
