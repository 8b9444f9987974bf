#include "tests/stores/store_contract.hpp"

#include <gmock/gmock.h>

namespace callboard::tests {

namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pair;

job_ptr due_at(std::uint32_t number, std::int64_t due_ms, job_kind kind = job_kind::agent,
               job_state state = job_state::scheduled, std::uint64_t version = 1) {
  auto spec = plain_spec(kind, number);
  spec->due_at = at_ms(due_ms);
  return snapshot(spec, version, state);
}

class StoreScheduled : public store_contract {
protected:
  std::vector<uuid> live(std::int64_t due_before_ms) {
    return ids_of(jobs().load_live(at_ms(due_before_ms)).value());
  }

  std::vector<uuid> scheduled(const due_place& from, std::int64_t until_ms, std::size_t limit) {
    return ids_of(jobs().load_delayed(from, at_ms(until_ms), limit).value());
  }
};

INSTANTIATE_TEST_SUITE_P(All, StoreScheduled, ::testing::ValuesIn(all_store_kinds()),
                         ::testing::PrintToStringParamName());

TEST_P(StoreScheduled, JobsThatAreDueLaterAreNotLoadedWithTheLiveOnes) {
  commit({due_at(1, 100), due_at(2, 200), due_at(3, 300, job_kind::agent, job_state::pending),
          due_at(4, 300, job_kind::message)});

  EXPECT_THAT(live(200), ElementsAre(numbered_id(1), numbered_id(3), numbered_id(4)));
  const auto organisation = due_at(1, 100)->spec->organisation;
  EXPECT_THAT(jobs().count_delayed(at_ms(200)).value(), ElementsAre(Pair(organisation, 1U)));
  EXPECT_THAT(jobs().count_delayed(at_ms(100)).value(), ElementsAre(Pair(organisation, 2U)));
  EXPECT_THAT(jobs().count_delayed(at_ms(201)).value(), IsEmpty());
}

TEST_P(StoreScheduled, PagesOfScheduledJobsFollowOneAnother) {
  commit({due_at(5, 100), due_at(4, 100), due_at(3, 200), due_at(2, 300), due_at(1, 400)});

  EXPECT_THAT(scheduled({at_ms(100), {}}, 400, 2), ElementsAre(numbered_id(4), numbered_id(5)));
  EXPECT_THAT(scheduled({at_ms(100), numbered_id(5)}, 400, 2),
              ElementsAre(numbered_id(5), numbered_id(3)));
  EXPECT_THAT(scheduled({at_ms(201), {}}, 400, 9), ElementsAre(numbered_id(2)));
  EXPECT_THAT(scheduled({at_ms(401), {}}, 900, 9), IsEmpty());
}

TEST_P(StoreScheduled, JobThatHasBegunIsNotScheduled) {
  commit({due_at(1, 100), due_at(2, 100)});
  commit({due_at(1, 100, job_kind::agent, job_state::pending, 2)});

  EXPECT_THAT(scheduled({at_ms(0), {}}, 900, 9), ElementsAre(numbered_id(2)));
}

} // namespace

} // namespace callboard::tests
