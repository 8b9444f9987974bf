#include "tests/stores/store_contract.hpp"

#include <atomic>
#include <thread>

namespace callboard::tests {

namespace {

constexpr std::uint32_t job_count = 150;
constexpr std::uint64_t versions = 5;

class StoreConcurrency : public store_contract {
protected:
  /// Runs `read` on some threads, again and again, until `write` on this one is done.
  template <class Read, class Write>
  void while_reading(Read read, Write write) {
    std::atomic<bool> is_done = false;
    std::atomic<std::size_t> readers_ready = 0;
    std::vector<std::thread> readers;
    for (int i = 0; i < 3; ++i)
      readers.emplace_back([&] {
        ++readers_ready;
        do
          read();
        while (!is_done && !HasFailure());
      });
    while (readers_ready < readers.size())
      std::this_thread::yield();
    write();
    is_done = true;
    for (auto& reader : readers)
      reader.join();
  }

  static job_state state_of(std::uint64_t version) {
    return version == versions ? job_state::completed : job_state::processing;
  }
};

INSTANTIATE_TEST_SUITE_P(All, StoreConcurrency, ::testing::ValuesIn(all_store_kinds()),
                         ::testing::PrintToStringParamName());

TEST_P(StoreConcurrency, FindBesideCommitSeesWholeSnapshotsThatOnlyGrow) {
  std::vector<job_ptr> last;
  for (std::uint32_t number = 0; number < job_count; ++number)
    last.push_back(full_job(job_kind::message, number, job_state::completed));

  while_reading(
    [&] {
      std::uint64_t seen = 0;
      for (int i = 0; i < 20; ++i) {
        const auto found = find(last.front()->spec->id);
        const auto version = found ? found->version : 0;
        EXPECT_GE(version, seen);
        seen = version;
        if (found) {
          EXPECT_EQ(found->state, state_of(version));
          EXPECT_EQ(found->outcome != nullptr, version == versions);
          EXPECT_EQ(found->tasks.size(), version == versions ? 3U : 0U);
        }
      }
    },
    [&] {
      for (std::uint64_t version = 1; version <= versions; ++version)
        for (const auto& job : last) {
          auto step = *snapshot(job->spec, version, state_of(version));
          if (version == versions)
            step.tasks = job->tasks;
          commit({std::make_shared<const callboard::job>(step)});
        }
    });

  EXPECT_EQ(query({.states = {job_state::completed}}).matching, job_count);
}

TEST_P(StoreConcurrency, QueryBesideCommitAndEraseSeesOneMoment) {
  // Jobs come and go by tens: every page must count whole tens and list what it counts.
  while_reading(
    [&] {
      const auto page = query({.limit = 1000});
      EXPECT_EQ(page.total % 10, 0U);
      EXPECT_EQ(page.jobs.size(), page.total);
      EXPECT_EQ(page.matching, page.total);
      for (std::size_t i = 1; i < page.jobs.size(); ++i)
        EXPECT_GT(page.jobs[i - 1]->spec->id, page.jobs[i]->spec->id);
      const auto finished = query({.states = {job_state::completed}, .limit = 1000});
      EXPECT_EQ(finished.jobs.size(), finished.matching);
      for (const auto& job : finished.jobs)
        EXPECT_EQ(job->state, job_state::completed);
    },
    [&] {
      for (std::uint32_t first = 0; first < job_count; first += 10) {
        std::vector<job_ptr> begun, ended;
        std::vector<uuid> old;
        for (std::uint32_t number = first; number < first + 10; ++number) {
          begun.push_back(plain_message(number));
          ended.push_back(snapshot(begun.back()->spec, 2, job_state::completed));
          if (number >= 50)
            old.push_back(numbered_id(number - 50));
        }
        commit(begun);
        commit(ended);
        erase(old);
      }
    });

  EXPECT_EQ(query({}).total, 50U);
}

} // namespace

} // namespace callboard::tests
