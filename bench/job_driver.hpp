#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include <callboard/agent.hpp>
#include <callboard/engine.hpp>

namespace callboard::bench {

/// An agent that takes tasks and never answers, so that jobs stay live. It keeps one completion a
/// job, in memory that it has from the start: its own needs do not look like the jobs'.
class silent_agent : public agent {
public:
  /// @param tasks_max most tasks that it will be given.
  explicit silent_agent(std::size_t tasks_max);

  void start(task_ptr task, completion done) override;
  void cancel(const uuid& task_id) override;

private:
  std::vector<completion> taken_;
  std::size_t count_ = 0;
};

/// An agent of some name with as many slots as it may ever need.
agent_binding bind_agent(std::string name, std::shared_ptr<agent> runner,
                         std::uint32_t concurrency);

/// A job as the figures use it: a text of 100 bytes and a user's id, as small as real jobs are.
new_job sample_job(std::chrono::milliseconds time_limit);

/// Bytes of the texts that a job carries: what it was asked, by whom, and what came of it.
std::size_t text_bytes(const job& of);

/// Submits many jobs from this thread, a bounded number at once, as a server does.
class job_driver {
public:
  /// @param jobs must outlive the driver.
  explicit job_driver(service& jobs);

  /// Submits `count` jobs like `model` and waits until all are created. The first error, if any.
  result<void> create(const new_job& model, std::size_t count);

  /// Submits `count` jobs like `model` and waits until all have ended; an error if one is not completed.
  result<void> run_to_end(const new_job& model, std::size_t count);

private:
  result<void> submit_all(const new_job& model, std::size_t count, std::chrono::milliseconds wait);

  service& jobs_;
};

} // namespace callboard::bench
