#include "tests/stores/store_contract.hpp"
#include "tests/support/random_seed.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <map>
#include <random>
#include <tuple>

namespace callboard::tests {

namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

/// What filters and orders look at.
struct traits {
  std::string organisation = "default";
  std::string type = "report";
  std::string channel = "C1";
  std::vector<std::string> tags;
  std::int64_t created_ms = 0;
  std::int64_t due_ms = 0;
  std::int64_t updated_ms = 0;
  job_state state = job_state::pending;
};

job_ptr agent_job(std::uint32_t number, const traits& what, std::uint64_t version = 1) {
  auto spec = plain_spec(job_kind::agent, number);
  spec->organisation = what.organisation;
  spec->created_at = at_ms(what.created_ms);
  spec->due_at = at_ms(what.due_ms);
  agent_job_fields fields;
  fields.job_type_id = what.type;
  fields.channel_code = what.channel;
  fields.tags = what.tags;
  spec->agent_job = std::make_shared<const agent_job_fields>(fields);
  auto made = *snapshot(spec, version, what.state);
  made.updated_at = at_ms(what.updated_ms);
  return std::make_shared<const job>(std::move(made));
}

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

/// Answers queries by looking at everything: slow and plain.
class plain_answers {
public:
  void put(const job_ptr& one) {
    jobs_[one->spec->id] = one;
  }

  void erase(const uuid& id) {
    jobs_.erase(id);
  }

  job_page page(const job_query& query) const {
    job_page made;
    std::vector<job_ptr> matching;
    for (const auto& [id, one] : jobs_) {
      if (!query.organisation.empty() && one->spec->organisation != query.organisation)
        continue;
      ++made.total;
      if (!matches(*one, query))
        continue;
      if (query.counts_states)
        ++made.by_state[static_cast<std::size_t>(one->state)];
      if (query.states.empty()
          || std::count(query.states.begin(), query.states.end(), one->state) > 0)
        matching.push_back(one);
    }
    made.matching = matching.size();
    std::sort(matching.begin(), matching.end(),
              [&](const auto& left, const auto& right) { return is_before(*left, *right, query); });
    for (auto i = query.offset; i < matching.size() && made.jobs.size() < query.limit; ++i)
      made.jobs.push_back(matching[i]);
    return made;
  }

private:
  static bool matches(const job& one, const job_query& query) {
    const auto& fields = *one.spec->agent_job;
    const auto has_tag = std::any_of(query.tags.begin(), query.tags.end(), [&](const auto& tag) {
      return std::count(fields.tags.begin(), fields.tags.end(), tag) > 0;
    });
    return (!query.job_type_id || fields.job_type_id == *query.job_type_id)
           && (!query.channel_code || fields.channel_code == *query.channel_code)
           && (query.tags.empty() || has_tag)
           && (!query.due_from || one.spec->due_at >= *query.due_from)
           && (!query.due_to || one.spec->due_at <= *query.due_to)
           && (!query.created_from || one.spec->created_at >= *query.created_from)
           && (!query.created_to || one.spec->created_at <= *query.created_to);
  }

  static std::string word_of(job_state state) {
    static const std::map<job_state, std::string> words{
      {job_state::scheduled, "SCHEDULED"}, {job_state::pending, "WAITING"},
      {job_state::processing, "RUNNING"},  {job_state::completed, "COMPLETED"},
      {job_state::failed, "FAILED"},       {job_state::timeout, "FAILED"},
      {job_state::canceled, "CANCELED"}};
    return words.at(state);
  }

  /// -1, 0, 1
  template <class T>
  static int compared(const T& left, const T& right) {
    return left < right ? -1 : right < left ? 1 : 0;
  }

  static int compared_by(job_field by, const job& left, const job& right) {
    switch (by) {
      case job_field::created_at:
        return compared(left.spec->created_at, right.spec->created_at);
      case job_field::updated_at:
        return compared(left.updated_at, right.updated_at);
      case job_field::due_at:
        return compared(left.spec->due_at, right.spec->due_at);
      case job_field::state:
        return compared(word_of(left.state), word_of(right.state));
      case job_field::job_type_id:
        return compared(left.spec->agent_job->job_type_id, right.spec->agent_job->job_type_id);
      case job_field::channel_code:
        return compared(left.spec->agent_job->channel_code, right.spec->agent_job->channel_code);
    }
    return 0;
  }

  static bool is_before(const job& left, const job& right, const job_query& query) {
    for (const auto& step : query.sort)
      if (const auto found = compared_by(step.by, left, right); found != 0)
        return step.is_descending ? found > 0 : found < 0;
    const auto age = compared(std::tie(left.spec->created_at, left.spec->id),
                              std::tie(right.spec->created_at, right.spec->id));
    return query.sort.empty() || query.sort.front().is_descending ? age > 0 : age < 0;
  }

  std::map<uuid, job_ptr> jobs_;
};

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

TEST_P(StoreFilter, RandomQueriesAreAnsweredAsByLookingAtEverything) {
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

TEST_P(StoreFilter, AllFiltersInAllOrdersGiveRightPagesAndCounts) {
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
