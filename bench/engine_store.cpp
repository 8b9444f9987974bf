#include "bench/engine_store.hpp"

#include <atomic>
#include <chrono>
#include <memory>
#include <utility>

#include <nlohmann/json.hpp>

#include <callboard/agents.hpp>
#include <callboard/engine.hpp>

#include "bench/job_driver.hpp"

namespace callboard::bench {

namespace {

constexpr std::uint32_t echo_slots = 64;

/// What a store was asked to write.
struct write_counts {
  std::atomic<std::size_t> commits = 0;
  std::atomic<std::size_t> snapshots = 0;
  std::atomic<std::size_t> erased = 0;
};

/// Passes all on to another store and counts what is written.
class counting_store final : public store {
public:
  counting_store(std::unique_ptr<store> to, write_counts& counts)
    : to_(std::move(to)), counts_(counts) {
  }

  bool is_durable() const noexcept override {
    return to_->is_durable();
  }

  result<void> commit(std::span<const job_ptr> snapshots, std::span<const uuid> erased,
                      std::span<const schedule_change> schedules) override {
    ++counts_.commits;
    counts_.snapshots += snapshots.size();
    counts_.erased += erased.size();
    return to_->commit(snapshots, erased, schedules);
  }

  result<std::vector<job_ptr>> load_live(system_time due_before) override {
    return to_->load_live(due_before);
  }

  result<std::map<std::string, std::size_t>> count_scheduled(system_time due_from) override {
    return to_->count_scheduled(due_from);
  }

  result<std::vector<job_ptr>> load_scheduled(const due_place& from, system_time until,
                                              std::size_t limit) override {
    return to_->load_scheduled(from, until, limit);
  }

  result<std::vector<job_ptr>> load_finished(job_kind kind, std::size_t limit) override {
    return to_->load_finished(kind, limit);
  }

  result<std::vector<scheduled_job_ptr>> load_schedules() override {
    return to_->load_schedules();
  }

  result<std::vector<job_ptr>> load_runs(const run_query& query) override {
    return to_->load_runs(query);
  }

  result<std::size_t> erase_runs(const uuid& schedule_id, std::size_t keep,
                                 std::size_t limit) override {
    return to_->erase_runs(schedule_id, keep, limit);
  }

  result<job_ptr> find(const uuid& id) override {
    return to_->find(id);
  }

  result<job_page> query(const job_query& query) override {
    return to_->query(query);
  }

  result<std::size_t> erase_finished(job_kind kind, system_time before,
                                     std::size_t limit) override {
    return to_->erase_finished(kind, before, limit);
  }

private:
  std::unique_ptr<store> to_;
  write_counts& counts_;
};

} // namespace

result<nlohmann::json> measure_commits(std::size_t jobs) {
  auto opened = open_sqlite_store({.path = "jobs.db"});
  if (!opened)
    return tl::unexpected(opened.error());
  write_counts counts;
  auto started = engine::start({}, std::make_unique<counting_store>(std::move(*opened), counts),
                               {bind_agent("echo", make_echo_agent(), echo_slots)});
  if (!started)
    return tl::unexpected(started.error());
  const auto begin = std::chrono::steady_clock::now();
  const auto job = sample_job(std::chrono::minutes{5});
  if (auto made = job_driver{started->jobs()}.create(job, jobs); !made)
    return tl::unexpected(made.error());
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
  return nlohmann::json{{"jobs", jobs},
                        {"commits", counts.commits.load()},
                        {"snapshots", counts.snapshots.load()},
                        {"erased", counts.erased.load()},
                        {"seconds", took.count()}};
}

} // namespace callboard::bench
