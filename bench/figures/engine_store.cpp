#include "bench/figures/engine_store.hpp"

#include <atomic>
#include <chrono>
#include <memory>
#include <utility>

#include <nlohmann/json.hpp>

#include <callboard/agents.hpp>
#include <callboard/engine.hpp>

#include "bench/baseline/forwarding_store.hpp"
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

class counting_store final : public forwarding_store {
public:
  counting_store(std::unique_ptr<store> to, write_counts& counts)
    : forwarding_store{std::move(to)}, counts_{counts} {
    // nop
  }

  result<void> apply(const store_changes& changes) override {
    ++counts_.commits;
    counts_.snapshots += changes.snapshots.size();
    counts_.erased += changes.erased.size();
    return forwarding_store::apply(changes);
  }

private:
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
