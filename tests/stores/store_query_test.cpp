#include "tests/stores/store_contract.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <random>
#include <set>

#include "core/jobs/text_bytes.hpp"

namespace callboard::tests {

namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class StoreQuery : public store_contract {
protected:
  void commit_for(const std::string& organisation, job_kind kind, std::uint32_t number,
                  job_state state = job_state::pending) {
    auto spec = plain_spec(kind, number);
    spec->organisation = organisation;
    commit({snapshot(spec, 1, state)});
  }
};

INSTANTIATE_TEST_SUITE_P(All, StoreQuery, ::testing::ValuesIn(all_store_kinds()),
                         ::testing::PrintToStringParamName());

TEST_P(StoreQuery, EmptyStoreGivesAnEmptyPage) {
  const auto page = query({});

  EXPECT_THAT(page.jobs, IsEmpty());
  EXPECT_EQ(page.total, 0U);
  EXPECT_EQ(page.matching, 0U);
}

TEST_P(StoreQuery, NewestComesFirstHoweverCommitted) {
  commit({plain_message(2), plain_message(4)});
  commit({plain_message(3)});
  commit({plain_message(1), plain_message(5)});

  EXPECT_THAT(ids_of(query({}).jobs), ElementsAre(numbered_id(5), numbered_id(4), numbered_id(3),
                                                  numbered_id(2), numbered_id(1)));
}

TEST_P(StoreQuery, JobsOfOneMillisecondAreOrderedById) {
  for (const auto number : {2U, 300U, 1U, 70'000U}) {
    auto spec = plain_spec(job_kind::message, number);
    spec->created_at = at_ms(0);
    commit({snapshot(spec, 1, job_state::pending)});
  }

  EXPECT_THAT(ids_of(query({}).jobs),
              ElementsAre(numbered_id(70'000), numbered_id(300), numbered_id(2), numbered_id(1)));
}

// Lists of agent jobs were read as a whole, gigabytes maybe, before they were refused.
TEST_P(StoreQuery, PageIsReadUpToItsLimitOfText) {
  for (const auto kind : {job_kind::message, job_kind::agent}) {
    for (std::uint32_t number = 1; number <= 3; ++number) {
      auto spec = plain_spec(kind, number + 10 * static_cast<std::uint32_t>(kind));
      spec->content = std::string(100, 'x');
      commit({snapshot(spec, 1, job_state::pending)});
    }
    const auto bytes = 3 * core::text_bytes(*query({.kind = kind, .limit = 1}).jobs.front());
    const auto page_of = [&](std::size_t limit, std::size_t bytes_max, std::vector<job_sort> sort) {
      return jobs().query(
        {.kind = kind, .sort = std::move(sort), .limit = limit, .text_bytes_max = bytes_max});
    };

    for (const auto& sort :
         {std::vector<job_sort>{}, std::vector{job_sort{job_field::updated_at, false}}}) {
      EXPECT_EQ(page_of(3, bytes, sort)->jobs.size(), 3U);
      EXPECT_EQ(page_of(2, bytes - 1, sort)->jobs.size(), 2U);
      EXPECT_EQ(page_of(3, 0, sort)->jobs.size(), 3U);
      EXPECT_EQ(page_of(3, bytes - 1, sort).error(),
                (error{errc::capacity, "the list holds more than " + std::to_string(bytes - 1)
                                         + " bytes of text; request fewer jobs at a time"}));
    }
  }
}

TEST_P(StoreQuery, TimesBefore1970AreOlderThanLaterOnes) {
  auto old = plain_spec(job_kind::message, 9);
  old->created_at = system_time{std::chrono::milliseconds{-5}};
  commit({plain_message(1), snapshot(old, 1, job_state::pending)});

  EXPECT_THAT(ids_of(query({}).jobs), ElementsAre(numbered_id(1), numbered_id(9)));
}

TEST_P(StoreQuery, JobInAPageIsWhole) {
  const auto job = full_job(job_kind::agent, 1, job_state::completed);
  commit({job});

  const auto page = query({.kind = job_kind::agent});

  ASSERT_EQ(page.jobs.size(), 1U);
  EXPECT_EQ(describe(page.jobs.front()), describe(job));
}

TEST_P(StoreQuery, OnlyTheWantedKindIsListedAndCounted) {
  commit_for("default", job_kind::message, 1);
  commit_for("default", job_kind::agent, 2);
  commit_for("default", job_kind::agent, 3);
  commit_for("default", job_kind::run, 4);

  const auto page = query({.kind = job_kind::agent});

  EXPECT_THAT(ids_of(page.jobs), ElementsAre(numbered_id(3), numbered_id(2)));
  EXPECT_EQ(page.total, 2U);
  EXPECT_EQ(page.matching, 2U);
}

TEST_P(StoreQuery, OnlyTheWantedOrganisationIsListedAndCounted) {
  commit_for("org1", job_kind::message, 1);
  commit_for("org2", job_kind::message, 2);
  commit_for("org1", job_kind::message, 3);
  commit_for("ORG1", job_kind::message, 4);

  const auto page = query({.organisation = "org1"});

  EXPECT_THAT(ids_of(page.jobs), ElementsAre(numbered_id(3), numbered_id(1)));
  EXPECT_EQ(page.total, 2U);
  EXPECT_EQ(page.matching, 2U);
  EXPECT_EQ(query({.organisation = "org3"}).total, 0U);
}

TEST_P(StoreQuery, WithoutOrganisationEverybodysJobsAreListed) {
  commit_for("org1", job_kind::message, 1);
  commit_for("org2", job_kind::message, 2);
  commit_for("", job_kind::message, 3);
  commit_for("org1", job_kind::message, 4);

  const auto page = query({});

  EXPECT_THAT(ids_of(page.jobs),
              ElementsAre(numbered_id(4), numbered_id(3), numbered_id(2), numbered_id(1)));
  EXPECT_EQ(page.total, 4U);
}

TEST_P(StoreQuery, EachStateCanBeAskedForAlone) {
  for (std::uint32_t state = 0; state < job_state_count; ++state)
    commit({plain_message(state + 1, static_cast<job_state>(state))});

  for (std::uint32_t state = 0; state < job_state_count; ++state) {
    const auto page = query({.states = {static_cast<job_state>(state)}});

    EXPECT_THAT(ids_of(page.jobs), ElementsAre(numbered_id(state + 1)));
    EXPECT_EQ(page.total, job_state_count);
    EXPECT_EQ(page.matching, 1U);
  }
}

TEST_P(StoreQuery, StatesInAnyOrderAndRepeatedAreASet) {
  commit({plain_message(1, job_state::failed), plain_message(2, job_state::pending),
          plain_message(3, job_state::completed), plain_message(4, job_state::failed)});

  const auto page = query({.states = {job_state::failed, job_state::pending, job_state::failed}});

  EXPECT_THAT(ids_of(page.jobs), ElementsAre(numbered_id(4), numbered_id(2), numbered_id(1)));
  EXPECT_EQ(page.total, 4U);
  EXPECT_EQ(page.matching, 3U);
}

TEST_P(StoreQuery, JobIsListedUnderItsNewStateOnly) {
  const auto spec = plain_spec(job_kind::message, 1);
  commit({snapshot(spec, 1, job_state::pending)});
  commit({snapshot(spec, 2, job_state::processing)});
  commit({snapshot(spec, 3, job_state::processing)});
  commit({snapshot(spec, 4, job_state::pending)});

  commit({snapshot(spec, 5, job_state::completed)});

  EXPECT_EQ(query({.states = {job_state::pending}}).matching, 0U);
  EXPECT_EQ(query({.states = {job_state::processing}}).matching, 0U);
  EXPECT_EQ(query({.states = {job_state::completed}}).matching, 1U);
  EXPECT_EQ(query({}).total, 1U);
}

TEST_P(StoreQuery, OrganisationAndStatesAreBothRequired) {
  commit_for("org1", job_kind::message, 1, job_state::failed);
  commit_for("org1", job_kind::message, 2, job_state::completed);
  commit_for("org2", job_kind::message, 3, job_state::failed);
  commit_for("org1", job_kind::agent, 4, job_state::failed);

  const auto page = query({.organisation = "org1", .states = {job_state::failed}});

  EXPECT_THAT(ids_of(page.jobs), ElementsAre(numbered_id(1)));
  EXPECT_EQ(page.total, 2U);
  EXPECT_EQ(page.matching, 1U);
}

TEST_P(StoreQuery, ErasedJobsAreNotCounted) {
  commit({plain_message(1), plain_message(2, job_state::completed), plain_message(3)});

  erase({numbered_id(2), numbered_id(3)});

  EXPECT_EQ(query({}).total, 1U);
  EXPECT_EQ(query({}).matching, 1U);
  EXPECT_EQ(query({.states = {job_state::completed}}).matching, 0U);
}

TEST_P(StoreQuery, DefaultPageHoldsFifty) {
  std::vector<job_ptr> batch;
  for (std::uint32_t number = 1; number <= 60; ++number)
    batch.push_back(plain_message(number));
  commit(batch);

  const auto page = query({});

  EXPECT_EQ(page.jobs.size(), 50U);
  EXPECT_EQ(page.jobs.back()->spec->id, numbered_id(11));
  EXPECT_EQ(page.total, 60U);
  EXPECT_EQ(page.matching, 60U);
}

TEST_P(StoreQuery, LimitAndOffsetCutThePage) {
  for (std::uint32_t number = 1; number <= 10; ++number)
    commit({plain_message(number, number % 2 == 0 ? job_state::pending : job_state::failed)});

  EXPECT_THAT(ids_of(query({.limit = 2, .offset = 3}).jobs),
              ElementsAre(numbered_id(7), numbered_id(6)));
  EXPECT_THAT(ids_of(query({.states = {job_state::failed}, .limit = 2, .offset = 3}).jobs),
              ElementsAre(numbered_id(3), numbered_id(1)));
  EXPECT_THAT(ids_of(query({.limit = 1000, .offset = 9}).jobs), ElementsAre(numbered_id(1)));
  EXPECT_THAT(query({.offset = 10}).jobs, IsEmpty());
  EXPECT_THAT(query({.offset = std::size_t{1} << 62}).jobs, IsEmpty());
  EXPECT_EQ(query({.offset = 10}).matching, 10U);
}

/// What `query` must give, found the slow way.
std::vector<uuid> expected_ids(std::vector<job_ptr> jobs, const job_query& wanted) {
  std::erase_if(jobs, [&](const job_ptr& job) {
    const auto is_wanted_state
      = wanted.states.empty()
        || std::find(wanted.states.begin(), wanted.states.end(), job->state) != wanted.states.end();
    return job->spec->kind != wanted.kind || !is_wanted_state
           || (!wanted.organisation.empty() && job->spec->organisation != wanted.organisation);
  });
  std::sort(jobs.begin(), jobs.end(), [](const auto& left, const auto& right) {
    return std::pair{left->spec->created_at, left->spec->id}
           > std::pair{right->spec->created_at, right->spec->id};
  });
  return ids_of(jobs);
}

std::vector<job_ptr> random_jobs(std::mt19937& random, std::uint32_t count) {
  std::vector<job_ptr> jobs;
  for (std::uint32_t number = 1; number <= count; ++number) {
    auto spec = plain_spec(static_cast<job_kind>(random() % 3), number);
    spec->organisation = std::string{"org"} + static_cast<char>('0' + random() % 4);
    spec->created_at = at_ms(random() % 500);
    jobs.push_back(snapshot(spec, 1, static_cast<job_state>(random() % job_state_count)));
  }
  return jobs;
}

TEST_P(StoreQuery, PagesOfManyJobsAreWhatSortingThemGives) {
  constexpr std::uint32_t seed = 20260101;
  std::mt19937 random{seed};
  const auto jobs = random_jobs(random, 2000);
  commit(jobs);

  for (int round = 0; round < 40; ++round) {
    job_query wanted{.kind = static_cast<job_kind>(random() % 3), .limit = 1 + random() % 300};
    if (random() % 2 == 0)
      wanted.organisation = std::string{"org"} + static_cast<char>('0' + random() % 4);
    for (auto states = random() % 4; states > 0; --states)
      wanted.states.push_back(static_cast<job_state>(random() % job_state_count));
    const auto expected = expected_ids(jobs, wanted);

    std::vector<uuid> listed;
    for (;;) {
      const auto page = query(wanted);
      ASSERT_EQ(page.matching, expected.size());
      if (page.jobs.empty())
        break;
      const auto ids = ids_of(page.jobs);
      listed.insert(listed.end(), ids.begin(), ids.end());
      wanted.offset += wanted.limit;
    }

    ASSERT_EQ(listed, expected) << "round " << round << " of seed " << seed;
  }
}

} // namespace

} // namespace callboard::tests
