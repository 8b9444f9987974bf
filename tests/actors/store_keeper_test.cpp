#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "actors/store_keeper.hpp"
#include "tests/actors/actor_test.hpp"

namespace callboard::actors::test {

namespace {

/// A store that fails when the test says so, and notes what it was asked.
class shaky_store final : public store {
public:
  bool is_durable() const noexcept override {
    return true;
  }

  result<void> apply(const store_changes& changes) override {
    commits.emplace_back(changes.snapshots.size(), changes.erased.size());
    return outcome();
  }

  result<std::vector<job_ptr>> load_live(system_time) override {
    return std::vector<job_ptr>{};
  }

  result<std::map<std::string, std::size_t>> count_delayed(system_time) override {
    return std::map<std::string, std::size_t>{};
  }

  result<std::vector<job_ptr>> load_delayed(const due_place&, system_time, std::size_t) override {
    return std::vector<job_ptr>{};
  }

  result<std::vector<job_ptr>> load_finished(job_kind, std::size_t, std::size_t) override {
    return std::vector<job_ptr>{};
  }

  result<std::vector<scheduled_job_ptr>> load_schedules() override {
    return std::vector<scheduled_job_ptr>{};
  }

  result<std::vector<session_ptr>> load_sessions() override {
    return std::vector<session_ptr>{};
  }

  result<session_message_page> load_messages(const session_message_query&) override {
    return session_message_page{};
  }

  result<std::vector<history_entry>> load_history(const history_query&) override {
    return std::vector<history_entry>{};
  }

  result<std::size_t> erase_leftovers(std::size_t) override {
    return std::size_t{0};
  }

  result<std::vector<job_ptr>> load_runs(const run_query&) override {
    return std::vector<job_ptr>{};
  }

  result<std::size_t> erase_runs(std::span<const uuid>, std::size_t, std::size_t) override {
    return std::size_t{0};
  }

  result<job_ptr> find(const uuid&) override {
    if (auto ok = outcome(); !ok)
      return tl::unexpected(ok.error());
    return job_ptr{};
  }

  result<job_page> query(const job_query&) override {
    if (auto ok = outcome(); !ok)
      return tl::unexpected(ok.error());
    return job_page{};
  }

  result<std::size_t> erase_finished(job_kind, system_time, std::size_t limit) override {
    if (auto ok = outcome(); !ok)
      return tl::unexpected(ok.error());
    return limit;
  }

  std::optional<error> fault;
  bool throws = false;
  /// Sizes of what was to be written and to be forgotten.
  std::vector<std::pair<std::size_t, std::size_t>> commits;

private:
  result<void> outcome() const {
    if (throws)
      throw std::runtime_error{"thrown by the store"};
    if (fault)
      return tl::unexpected(*fault);
    return {};
  }
};

template <class T>
error fault_of(const result<T>& outcome) {
  return outcome ? error{} : outcome.error();
}

class StoreKeeper : public ::testing::Test {
protected:
  StoreKeeper() {
    keeper_ = system_.spawn(store_keeper, jobs);
  }

  ~StoreKeeper() override {
    self_->send_exit(keeper_, caf::exit_reason::kill);
  }

  store_outcome commit(store_batch batch) {
    std::optional<store_outcome> heard;
    self_
      ->request(keeper_, caf::infinite, atom::commit_v,
                std::make_shared<store_batch>(std::move(batch)))
      .receive([&](const store_outcome& outcome) { heard = outcome; },
               [](const caf::error& why) { FAIL() << caf::to_string(why); });
    return heard.value_or(store_outcome{});
  }

  sweep_outcome sweep(std::size_t limit) {
    sweep_outcome heard{0};
    self_
      ->request(keeper_, caf::infinite, atom::sweep_v,
                retention_sweep{job_kind::agent, system_time{}, limit})
      .receive([&](const sweep_outcome& outcome) { heard = outcome; },
               [](const caf::error& why) { FAIL() << caf::to_string(why); });
    return heard;
  }

  std::shared_ptr<shaky_store> jobs = std::make_shared<shaky_store>();

private:
  caf::actor_system_config config_;
  caf::actor_system system_{config_};
  caf::scoped_actor self_{system_};
  store_keeper_actor keeper_;
};

TEST_F(StoreKeeper, BatchIsOneCommit) {
  EXPECT_TRUE(commit({{std::make_shared<job>()}, {uuid{}, uuid{}}, {}}));

  EXPECT_EQ(jobs->commits, (std::vector<std::pair<std::size_t, std::size_t>>{{1, 2}}));
}

TEST_F(StoreKeeper, EmptyBatchAsksTheStoreWhetherItWorks) {
  jobs->fault = error{errc::io, "disk full"};

  EXPECT_EQ(fault_of(commit({})), (error{errc::io, "disk full"}));

  EXPECT_EQ(jobs->commits, (std::vector<std::pair<std::size_t, std::size_t>>{{0, 0}}));
}

TEST_F(StoreKeeper, StoreThatThrowsHasFailed) {
  jobs->throws = true;

  const error expected{errc::io, "thrown by the store"};
  EXPECT_EQ(fault_of(commit({{std::make_shared<job>()}, {}, {}})), expected);
  EXPECT_EQ(fault_of(sweep(5)), expected);
}

TEST_F(StoreKeeper, SweepTellsHowManyWereErased) {
  EXPECT_EQ(sweep(5).value(), 5u);
}

} // namespace

} // namespace callboard::actors::test
