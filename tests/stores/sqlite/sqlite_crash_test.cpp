#include "tests/stores/sqlite/sqlite_fixture.hpp"

#include <csignal>

#include <sys/wait.h>
#include <unistd.h>

namespace callboard::tests {

namespace {

constexpr std::uint32_t batch_size = 3;

/// The n-th commit of the child: new jobs, and the ones before completed.
std::vector<job_ptr> nth_batch(std::uint32_t n) {
  std::vector<job_ptr> batch;
  for (std::uint32_t i = 0; i < batch_size; ++i) {
    batch.push_back(plain_message(n * batch_size + i));
    if (n > 0) {
      const auto spec = plain_spec(job_kind::message, (n - 1) * batch_size + i);
      batch.push_back(snapshot(spec, 2, job_state::completed));
    }
  }
  return batch;
}

/// Commits from `first` on until it is killed; writes the number of each commit that was confirmed.
[[noreturn]] void commit_until_killed(const std::string& path, store_sync sync, std::uint32_t first,
                                      int confirmed) {
  auto opened = open_sqlite_store({.path = path, .sync = sync});
  if (!opened)
    ::_exit(1);
  for (auto n = first;; ++n) {
    if (!(*opened)->commit(nth_batch(n)))
      ::_exit(2);
    if (::write(confirmed, &n, sizeof(n)) != sizeof(n))
      ::_exit(3);
  }
}

class SqliteCrash : public sqlite_test {
protected:
  /// Lets a child commit, kills it after some commits, and returns the number after the last
  /// confirmed one.
  std::uint32_t run_and_kill(store_sync sync, std::uint32_t first, std::uint32_t commits) const {
    int ends[2] = {};
    EXPECT_EQ(::pipe(ends), 0);
    const auto child = ::fork();
    if (child == 0) {
      ::close(ends[0]);
      commit_until_killed(path(), sync, first, ends[1]);
    }
    ::close(ends[1]);
    auto next = first;
    std::uint32_t n = 0;
    while (::read(ends[0], &n, sizeof(n)) == sizeof(n)) {
      next = n + 1;
      if (next == first + commits) {
        EXPECT_EQ(::kill(child, SIGKILL), 0);
      }
    }
    ::close(ends[0]);
    int status = 0;
    EXPECT_EQ(::waitpid(child, &status, 0), child);
    EXPECT_TRUE(WIFSIGNALED(status)) << "the child ended by itself with " << WEXITSTATUS(status);
    return next;
  }

  void expect_all_confirmed(std::uint32_t commits) const {
    const auto jobs = open();
    for (std::uint32_t n = 0; n < commits; ++n)
      for (const auto& job : nth_batch(n)) {
        const auto found = jobs->find(job->spec->id).value();
        ASSERT_TRUE(found) << "commit " << n;
        EXPECT_GE(found->version, job->version) << "commit " << n;
      }
    // The commit that was under way is there as a whole or not at all.
    const auto total = jobs->query({})->total;
    EXPECT_TRUE(total == commits * batch_size || total == (commits + 1) * batch_size) << total;
    EXPECT_EQ(jobs->load_live(end_of_time)->size(), batch_size);
  }
};

TEST_F(SqliteCrash, KilledProcessLeavesAllThatWasConfirmed) {
  std::uint32_t commits = 0;
  for (const auto sync : {store_sync::full, store_sync::normal, store_sync::full}) {
    commits = run_and_kill(sync, commits, 15);

    expect_all_confirmed(commits);
    EXPECT_EQ(ask("PRAGMA integrity_check"), "ok");
  }
}

TEST_F(SqliteCrash, DatabaseIsInUseUntilItsOwnerIsKilled) {
  int ends[2] = {};
  ASSERT_EQ(::pipe(ends), 0);
  const auto child = ::fork();
  if (child == 0)
    commit_until_killed(path(), store_sync::normal, 0, ends[1]);
  std::uint32_t n = 0;
  ASSERT_EQ(::read(ends[0], &n, sizeof(n)), sizeof(n));

  const auto why = refusal();
  ::kill(child, SIGKILL);
  ::waitpid(child, nullptr, 0);
  const auto opened = open();

  EXPECT_NE(why.message.find("process " + std::to_string(child)), std::string::npos) << why.message;
  EXPECT_NE(opened, nullptr);
  ::close(ends[0]);
  ::close(ends[1]);
}

} // namespace

} // namespace callboard::tests
