#include "tests/stores/store_contract.hpp"

#include <gmock/gmock.h>

#include <limits>

#include "core/jobs/text_bytes.hpp"

namespace callboard::tests {

namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr auto any_bytes = std::numeric_limits<std::size_t>::max();

class StoreRetention : public store_contract {
protected:
  static std::shared_ptr<const job> ended(std::uint32_t number, std::int64_t finished_ms,
                                          job_kind kind = job_kind::message) {
    auto made = *snapshot(plain_spec(kind, number), 3, job_state::completed);
    made.finished_at = at_ms(finished_ms);
    return std::make_shared<const job>(std::move(made));
  }

  std::vector<uuid> last_ended(std::size_t limit, job_kind kind = job_kind::message,
                               std::size_t text_bytes_max = any_bytes) {
    const auto loaded = jobs().load_finished(kind, limit, text_bytes_max);
    EXPECT_TRUE(loaded) << loaded.error().message;
    return loaded ? ids_of(*loaded) : std::vector<uuid>{};
  }

  std::size_t erase_before(std::int64_t ms, std::size_t limit, job_kind kind = job_kind::message) {
    const auto erased = jobs().erase_finished(kind, at_ms(ms), limit);
    EXPECT_TRUE(erased) << erased.error().message;
    return erased.value_or(0);
  }
};

INSTANTIATE_TEST_SUITE_P(All, StoreRetention, ::testing::ValuesIn(all_store_kinds()),
                         ::testing::PrintToStringParamName());

TEST_P(StoreRetention, FinishedJobsAreLoadedInTheOrderOfTheirEnd) {
  commit({ended(1, 300), ended(2, 100), ended(3, 200)});

  EXPECT_THAT(last_ended(10), ElementsAre(numbered_id(2), numbered_id(3), numbered_id(1)));
}

TEST_P(StoreRetention, OnlyTheLastFinishedJobsAreLoaded) {
  commit({ended(1, 300), ended(2, 100), ended(3, 200)});

  EXPECT_THAT(last_ended(2), ElementsAre(numbered_id(3), numbered_id(1)));
  EXPECT_THAT(last_ended(3), ElementsAre(numbered_id(2), numbered_id(3), numbered_id(1)));
  EXPECT_THAT(last_ended(0), IsEmpty());
}

TEST_P(StoreRetention, JobsThatEndedTogetherAreLoadedTogether) {
  commit({ended(1, 100), ended(2, 200), ended(3, 200), ended(4, 300)});

  EXPECT_THAT(last_ended(2), ElementsAre(numbered_id(2), numbered_id(3), numbered_id(4)));
}

// A database of 10,000 finished jobs with answers of 2 MiB filled 20 GB of memory at the next start.
TEST_P(StoreRetention, OnlyTheLastFinishedJobsThatFitAreLoaded) {
  const auto job = ended(1, 100);
  const auto bytes = core::text_bytes(*job);
  ASSERT_GT(bytes, 0U);
  commit({job, ended(2, 200), ended(3, 300), ended(4, 400), ended(5, 400)});
  const auto loaded
    = [&](std::size_t bytes_max) { return last_ended(10, job_kind::message, bytes_max); };

  EXPECT_THAT(loaded(5 * bytes), SizeIs(5));
  EXPECT_THAT(loaded(5 * bytes - 1), SizeIs(4));
  EXPECT_THAT(loaded(3 * bytes), ElementsAre(numbered_id(3), numbered_id(4), numbered_id(5)));
  EXPECT_THAT(loaded(bytes), ElementsAre(numbered_id(4), numbered_id(5)));
  EXPECT_THAT(loaded(0), ElementsAre(numbered_id(4), numbered_id(5)));
}

TEST_P(StoreRetention, LiveJobsAndOtherKindsAreNotLoadedAsFinished) {
  commit({plain_message(1), plain_message(2, job_state::processing), ended(3, 100, job_kind::agent),
          ended(4, 200, job_kind::run)});

  EXPECT_THAT(last_ended(10), IsEmpty());
  EXPECT_THAT(last_ended(10, job_kind::agent), ElementsAre(numbered_id(3)));
}

TEST_P(StoreRetention, FinishedJobIsLoadedWhole) {
  const auto job = full_job(job_kind::agent, 7, job_state::failed);
  commit({job});

  const auto loaded = jobs().load_finished(job_kind::agent, 1, any_bytes).value();

  ASSERT_EQ(loaded.size(), 1U);
  EXPECT_EQ(describe(loaded.front()), describe(job));
}

TEST_P(StoreRetention, JobsThatEndedBeforeAreErased) {
  commit({ended(1, 100), ended(2, 199), ended(3, 200), ended(4, 300)});

  EXPECT_EQ(erase_before(200, 10), 2U);

  EXPECT_EQ(find(numbered_id(1)), nullptr);
  EXPECT_EQ(find(numbered_id(2)), nullptr);
  EXPECT_THAT(last_ended(10), ElementsAre(numbered_id(3), numbered_id(4)));
  EXPECT_EQ(query({}).total, 2U);
  EXPECT_EQ(erase_before(200, 10), 0U);
}

TEST_P(StoreRetention, TheOldestAreErasedFirst) {
  commit({ended(1, 300), ended(2, 100), ended(3, 200)});

  EXPECT_EQ(erase_before(1000, 2), 2U);
  EXPECT_THAT(last_ended(10), ElementsAre(numbered_id(1)));
  EXPECT_EQ(erase_before(1000, 2), 1U);
}

TEST_P(StoreRetention, LiveJobsAndOtherKindsAreNotErased) {
  commit({plain_message(1), ended(2, 100, job_kind::agent), ended(3, 100)});

  EXPECT_EQ(erase_before(1000, 10), 1U);

  EXPECT_NE(find(numbered_id(1)), nullptr);
  EXPECT_NE(find(numbered_id(2)), nullptr);
  EXPECT_EQ(find(numbered_id(3)), nullptr);
}

} // namespace

} // namespace callboard::tests
