// Queries that nobody thought of: a store answers each of them as one does who looks at every job.

#include <random>

#include "tests/stores/agent_job_traits.hpp"
#include "tests/stores/plain_answers.hpp"
#include "tests/support/random_seed.hpp"

namespace callboard::tests {

namespace {

class StoreRandomQueries : public store_contract {};

INSTANTIATE_TEST_SUITE_P(All, StoreRandomQueries, ::testing::ValuesIn(all_store_kinds()),
                         ::testing::PrintToStringParamName());

class dice {
public:
  explicit dice(std::uint64_t seed) : generator_{seed} {
    // nop
  }

  std::uint32_t below(std::uint32_t end) {
    return std::uniform_int_distribution<std::uint32_t>{0, end - 1}(generator_);
  }

  bool one_in(std::uint32_t count) {
    return below(count) == 0;
  }

  std::string one_of(const std::vector<std::string>& texts) {
    return texts[below(static_cast<std::uint32_t>(texts.size()))];
  }

  traits job() {
    traits made;
    made.organisation = one_of({"org1", "org2", "org3"});
    made.type = one_of({"a", "b", "c"});
    made.channel = one_of({"C1", "C2", "C3", "C4", ""});
    for (auto count = below(4); count > 0; --count)
      made.tags.push_back(one_of({"x", "y", "z"}));
    made.created_ms = below(50);
    made.due_ms = below(50);
    made.updated_ms = below(50);
    made.state = static_cast<job_state>(below(job_state_count));
    return made;
  }

  job_query query() {
    job_query made;
    made.kind = job_kind::agent;
    if (!one_in(8))
      made.organisation = one_of({"org1", "org2", "org3", "org4"});
    for (auto count = one_in(2) ? 0 : below(3); count > 0; --count)
      made.states.push_back(static_cast<job_state>(below(job_state_count)));
    if (one_in(3))
      made.job_type_id = one_of({"a", "b", "c", "d"});
    if (one_in(3))
      made.channel_code = one_of({"C1", "C2", "C3", "C4", "", "C5"});
    if (one_in(4))
      for (auto count = below(3); count > 0; --count)
        made.tags.push_back(one_of({"x", "y", "z", "w"}));
    for (auto* bound : {&made.due_from, &made.created_from})
      if (one_in(6))
        *bound = at_ms(below(40));
    for (auto* bound : {&made.due_to, &made.created_to})
      if (one_in(6))
        *bound = at_ms(below(60));
    for (auto count = one_in(6) ? 2U : below(2); count > 0; --count)
      made.sort.push_back({static_cast<job_field>(below(6)), one_in(2)});
    made.limit = 1 + below(one_in(3) ? 300 : 20);
    made.offset = one_in(2) ? 0 : below(60);
    made.counts_states = one_in(3);
    return made;
  }

private:
  std::mt19937_64 generator_;
};

TEST_P(StoreRandomQueries, RandomQueriesAreAnsweredAsByLookingAtEverything) {
  const auto seed = test::random_seed();
  SCOPED_TRACE("seed " + std::to_string(seed));
  dice roll{seed};
  plain_answers expected;
  std::vector<job_ptr> batch;
  std::vector<traits> all;
  for (std::uint32_t number = 0; number < 400; ++number) {
    all.push_back(roll.job());
    batch.push_back(agent_job(number + 1, all.back()));
    expected.put(batch.back());
  }
  commit(batch);

  for (int round = 0; round < 4; ++round) {
    for (int i = 0; i < 120; ++i) {
      const auto wanted = roll.query();
      const auto right = expected.page(wanted);
      const auto found = query(wanted);
      ASSERT_EQ(ids_of(found.jobs), ids_of(right.jobs)) << "query " << i << " of round " << round;
      ASSERT_EQ(found.matching, right.matching) << "query " << i << " of round " << round;
      ASSERT_EQ(found.total, right.total) << "query " << i << " of round " << round;
      ASSERT_EQ(found.by_state, right.by_state) << "query " << i << " of round " << round;
    }
    // Then some change, and some go.
    batch.clear();
    for (int i = 0; i < 60; ++i) {
      const auto number = roll.below(400);
      all[number].state = static_cast<job_state>(roll.below(job_state_count));
      all[number].updated_ms = roll.below(50);
      batch.push_back(
        agent_job(number + 1, all[number], 2 + static_cast<unsigned>(100 * round + i)));
      expected.put(batch.back());
    }
    commit(batch);
    std::vector<uuid> gone;
    for (int i = 0; i < 10; ++i)
      gone.push_back(numbered_id(roll.below(400) + 1));
    for (const auto& id : gone)
      expected.erase(id);
    erase(gone);
  }
}

/// Each order of one step in both directions, and some of several.
std::vector<std::vector<job_sort>> all_orders() {
  std::vector<std::vector<job_sort>> orders{{}};
  for (std::uint8_t by = 0; by < 6; ++by)
    for (const auto is_descending : {false, true})
      orders.push_back({{static_cast<job_field>(by), is_descending}});
  orders.push_back({{job_field::state, false}, {job_field::updated_at, true}});
  orders.push_back({{job_field::job_type_id, true}, {job_field::due_at, false}});
  orders.push_back(
    {{job_field::channel_code, true}, {job_field::state, true}, {job_field::created_at, false}});
  return orders;
}

/// A query with each filter whose bit is set.
job_query with_filters(unsigned filters) {
  job_query made{.kind = job_kind::agent, .organisation = "org1", .counts_states = true};
  if ((filters & 1U) != 0)
    made.states = {job_state::completed, job_state::failed, job_state::pending};
  if ((filters & 2U) != 0)
    made.job_type_id = "a";
  if ((filters & 4U) != 0)
    made.channel_code = "C1";
  if ((filters & 8U) != 0)
    made.tags = {"x"};
  if ((filters & 16U) != 0)
    made.tags.push_back("y");
  if ((filters & 32U) != 0) {
    made.due_from = at_ms(5);
    made.due_to = at_ms(40);
  }
  if ((filters & 64U) != 0) {
    made.created_from = at_ms(8);
    made.created_to = at_ms(45);
  }
  return made;
}

TEST_P(StoreRandomQueries, AllFiltersInAllOrdersGiveRightPagesAndCounts) {
  const auto seed = test::random_seed();
  SCOPED_TRACE("seed " + std::to_string(seed));
  dice roll{seed};
  plain_answers expected;
  std::vector<job_ptr> batch;
  for (std::uint32_t number = 0; number < 150; ++number) {
    batch.push_back(agent_job(number + 1, roll.job()));
    expected.put(batch.back());
  }
  commit(batch);

  const auto orders = all_orders();
  for (unsigned filters = 0; filters < 128; ++filters)
    for (std::size_t order = 0; order < orders.size(); ++order) {
      auto wanted = with_filters(filters);
      wanted.sort = orders[order];
      wanted.limit = 1 + roll.below(12);
      // The first page, one behind it, and one about at the end.
      wanted.offset = order % 3 == 0 ? 0 : roll.below(order % 3 == 1 ? 12 : 60);
      const auto right = expected.page(wanted);
      const auto found = query(wanted);
      ASSERT_EQ(ids_of(found.jobs), ids_of(right.jobs)) << filters << ", order " << order;
      ASSERT_EQ(found.matching, right.matching) << filters << ", order " << order;
      ASSERT_EQ(found.total, right.total) << filters << ", order " << order;
      ASSERT_EQ(found.by_state, right.by_state) << filters << ", order " << order;
    }
}

} // namespace

} // namespace callboard::tests