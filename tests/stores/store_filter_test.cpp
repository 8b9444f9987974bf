#include "tests/stores/agent_job_traits.hpp"

#include <gmock/gmock.h>

namespace callboard::tests {

namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class StoreFilter : public store_contract {
protected:
  std::vector<uuid> listed(job_query wanted) {
    wanted.kind = job_kind::agent;
    if (wanted.organisation.empty())
      wanted.organisation = "default";
    return ids_of(query(wanted).jobs);
  }

  static job_query by(job_field field, bool is_descending = false) {
    job_query made;
    made.sort = {{field, is_descending}};
    return made;
  }
};

INSTANTIATE_TEST_SUITE_P(All, StoreFilter, ::testing::ValuesIn(all_store_kinds()),
                         ::testing::PrintToStringParamName());

TEST_P(StoreFilter, EachFilterAloneKeepsWhatItNames) {
  commit(
    {agent_job(1, {.type = "a", .created_ms = 1, .due_ms = 10}),
     agent_job(2, {.type = "b", .channel = "C2", .tags = {"x"}, .created_ms = 2, .due_ms = 20}),
     agent_job(3, {.type = "a", .tags = {"x", "y", "x"}, .created_ms = 3, .due_ms = 30})});

  EXPECT_THAT(listed({.job_type_id = "a"}), ElementsAre(numbered_id(3), numbered_id(1)));
  EXPECT_THAT(listed({.channel_code = "C2"}), ElementsAre(numbered_id(2)));
  EXPECT_THAT(listed({.tags = {"x"}}), ElementsAre(numbered_id(3), numbered_id(2)));
  EXPECT_THAT(listed({.tags = {"y", "z", "x"}}), ElementsAre(numbered_id(3), numbered_id(2)));
  EXPECT_THAT(listed({.due_from = at_ms(20), .due_to = at_ms(20)}), ElementsAre(numbered_id(2)));
  EXPECT_THAT(listed({.due_from = at_ms(20)}), ElementsAre(numbered_id(3), numbered_id(2)));
  EXPECT_THAT(listed({.created_to = at_ms(2)}), ElementsAre(numbered_id(2), numbered_id(1)));
  EXPECT_THAT(listed({.job_type_id = "c"}), IsEmpty());
  EXPECT_THAT(listed({.job_type_id = ""}), IsEmpty());
  EXPECT_THAT(listed({.channel_code = "c2"}), IsEmpty());
  EXPECT_THAT(listed({.tags = {"X"}}), IsEmpty());
}

TEST_P(StoreFilter, StatesAreOrderedByTheWordsOfTheAgentJobsApi) {
  for (std::uint32_t state = 0; state < job_state_count; ++state)
    commit({agent_job(state + 1, {.created_ms = state, .state = static_cast<job_state>(state)})});
  const auto of
    = [](job_state state) { return numbered_id(static_cast<std::uint32_t>(state) + 1); };

  EXPECT_THAT(listed(by(job_field::state)),
              ElementsAre(of(job_state::canceled), of(job_state::completed), of(job_state::failed),
                          of(job_state::timeout), of(job_state::processing),
                          of(job_state::scheduled), of(job_state::pending)));
}

TEST_P(StoreFilter, EqualJobsAreOrderedByAgeInTheDirectionOfTheFirstStep) {
  commit({agent_job(1, {.type = "b"}), agent_job(2, {.type = "a"}), agent_job(3, {.type = "b"}),
          agent_job(4, {.type = "a"})});

  EXPECT_THAT(listed(by(job_field::job_type_id)),
              ElementsAre(numbered_id(2), numbered_id(4), numbered_id(1), numbered_id(3)));
  EXPECT_THAT(listed(by(job_field::job_type_id, true)),
              ElementsAre(numbered_id(3), numbered_id(1), numbered_id(4), numbered_id(2)));
}

TEST_P(StoreFilter, OrderOfSeveralStepsIsKept) {
  commit({agent_job(1, {.type = "a", .due_ms = 5}), agent_job(2, {.type = "b", .due_ms = 5}),
          agent_job(3, {.type = "a", .due_ms = 9}), agent_job(4, {.type = "b", .due_ms = 1})});
  job_query wanted;
  wanted.sort = {{job_field::job_type_id, true}, {job_field::due_at, false}};

  EXPECT_THAT(listed(wanted),
              ElementsAre(numbered_id(4), numbered_id(2), numbered_id(1), numbered_id(3)));
}

TEST_P(StoreFilter, CountsByStateLeaveOutTheStatesAskedFor) {
  commit({agent_job(1, {.type = "a", .state = job_state::failed}),
          agent_job(2, {.type = "a", .state = job_state::pending}),
          agent_job(3, {.type = "b", .state = job_state::failed})});

  const auto page = query({.kind = job_kind::agent,
                           .organisation = "default",
                           .states = {job_state::failed},
                           .job_type_id = "a",
                           .counts_states = true});

  state_counts expected{};
  expected[static_cast<std::size_t>(job_state::failed)] = 1;
  expected[static_cast<std::size_t>(job_state::pending)] = 1;
  EXPECT_EQ(page.by_state, expected);
  EXPECT_EQ(page.matching, 1U);
  EXPECT_EQ(page.total, 3U);
}

TEST_P(StoreFilter, JobIsFoundByItsNewStateOnly) {
  commit({agent_job(1, {.tags = {"x"}, .state = job_state::scheduled})});
  commit({agent_job(1, {.tags = {"x"}, .state = job_state::completed}, 2)});

  for (const auto& wanted : {job_query{.tags = {"x"}}, job_query{.job_type_id = "report"},
                             job_query{.channel_code = "C1"}, by(job_field::due_at)}) {
    auto before = wanted;
    before.states = {job_state::scheduled};
    auto after = wanted;
    after.states = {job_state::completed};
    EXPECT_THAT(listed(before), IsEmpty());
    EXPECT_THAT(listed(after), ElementsAre(numbered_id(1)));
  }
}

} // namespace

} // namespace callboard::tests
