#include "core/jobs/order.hpp"
#include "stores/sqlite/lists/column_index.hpp"
#include "tests/stores/agent_job_traits.hpp"
#include "tests/support/random_seed.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>
#include <string>
#include <vector>

namespace callboard::tests {

namespace {

/// Several blocks, and more jobs than are chosen from at a time.
constexpr std::uint32_t job_count = 7'000;
constexpr std::int64_t spacing_ms = 10;

/// Jobs by the dozen, and what to ask about them.
class random_jobs {
public:
  explicit random_jobs(std::uint64_t seed) : random_{seed} {
    // nop
  }

  job_ptr job(std::uint32_t number, std::uint64_t version) {
    traits what;
    what.organisation = is_one_in(10) ? "other" : "default";
    what.type = name("type", 5);
    what.channel = name("channel", 40);
    for (auto count = below(4); count > 0; --count)
      what.tags.push_back(name("tag", 15));
    what.state = static_cast<job_state>(below(job_state_count));
    // By age, more or less, with many that are equal.
    what.created_ms = (number + below(50)) / 7 * 7 * spacing_ms;
    what.due_ms = what.created_ms + (is_one_in(3) ? below(job_count) * spacing_ms : 0);
    // A few times that jobs of all ages share.
    what.updated_ms = below(9) * 10'000;
    return agent_job(number, what, version);
  }

  job_query query() {
    job_query made;
    made.kind = job_kind::agent;
    made.counts_states = true;
    if (!is_one_in(4))
      made.organisation = "default";
    if (is_one_in(3))
      made.job_type_id = name("type", 6);
    if (is_one_in(4))
      made.channel_code = name("channel", 41);
    for (auto count = is_one_in(3) ? below(4) : 0; count > 0; --count)
      made.tags.push_back(name("tag", 16));
    for (auto count = is_one_in(3) ? below(4) : 0; count > 0; --count)
      made.states.push_back(static_cast<job_state>(below(job_state_count)));
    for (auto* bound : {&made.due_from, &made.due_to, &made.created_from, &made.created_to})
      if (is_one_in(5))
        *bound = at_ms(below(job_count) * spacing_ms);
    for (auto count = below(4); count > 0; --count)
      made.sort.push_back({static_cast<job_field>(below(6)), is_one_in(2)});
    made.limit = 1 + static_cast<std::size_t>(below(60));
    if (is_one_in(3))
      made.offset = static_cast<std::size_t>(below(is_one_in(2) ? 100 : job_count));
    return made;
  }

  std::int64_t below(std::int64_t count) {
    return static_cast<std::int64_t>(random_() % static_cast<std::uint64_t>(count));
  }

  bool is_one_in(std::int64_t count) {
    return below(count) == 0;
  }

private:
  std::string name(const std::string& what, std::int64_t count) {
    return what + "-" + std::to_string(below(count));
  }

  std::mt19937_64 random_;
};

/// The same by looking at one job after another.
sqlite::column_page look_through(const std::map<uuid, job_ptr>& jobs, const job_query& query) {
  sqlite::column_page page;
  std::vector<job_ptr> found;
  for (const auto& [id, one] : jobs) {
    if (!core::matches_but_state(*one, query))
      continue;
    ++page.by_state[static_cast<std::size_t>(one->state)];
    const auto& states = query.states;
    if (states.empty() || std::find(states.begin(), states.end(), one->state) != states.end())
      found.push_back(one);
  }
  page.matching = found.size();
  const auto order = core::order_of(query);
  std::sort(found.begin(), found.end(), [&](const auto& left, const auto& right) {
    return core::comes_before(*left, *right, order);
  });
  for (auto at = query.offset; at < std::min(found.size(), query.offset + query.limit); ++at)
    page.ids.push_back(found[at]->spec->id);
  return page;
}

TEST(ColumnScan, FindsWhatALookAtEachJobFinds) {
  const auto seed = test::random_seed();
  random_jobs random{seed};
  sqlite::column_index tried;
  std::map<uuid, job_ptr> jobs;
  std::uint64_t version = 0;
  const auto put = [&](std::uint32_t number) {
    const auto one = random.job(number, ++version);
    // All but state and version stay as the job was created.
    auto& held = jobs[one->spec->id];
    if (held) {
      auto next = *one;
      next.spec = held->spec;
      held = std::make_shared<const job>(std::move(next));
    } else {
      held = one;
    }
    tried.put(*held);
  };
  for (std::uint32_t number = 0; number < job_count; ++number)
    put(number);

  for (int round = 0; round < 5; ++round) {
    for (int i = 0; i < 25; ++i) {
      const auto query = random.query();
      const auto expected = look_through(jobs, query);
      const auto found = tried.find(query);
      ASSERT_EQ(found.ids, expected.ids) << "seed " << seed;
      ASSERT_EQ(found.matching, expected.matching) << "seed " << seed;
      ASSERT_EQ(found.by_state, expected.by_state) << "seed " << seed;
    }
    // Some change and some go, so that others take their places.
    for (int i = 0; i < 300; ++i) {
      const auto number = static_cast<std::uint32_t>(random.below(job_count));
      if (random.is_one_in(3)) {
        jobs.erase(numbered_id(number));
        tried.erase(numbered_id(number));
      } else {
        put(number);
      }
    }
  }
}

} // namespace

} // namespace callboard::tests
