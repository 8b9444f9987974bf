#include "bench/job_driver.hpp"

#include <condition_variable>
#include <optional>
#include <utility>

namespace callboard::bench {

namespace {

/// Submissions under way at once: enough that the engine is never idle, few enough that its
/// mailboxes stay short.
constexpr std::size_t in_flight_max = 64;
/// Longer than any run of a batch takes.
constexpr std::chrono::minutes wait_limit{10};

/// Counts submissions under way and keeps the first error.
class in_flight_gate {
public:
  void enter() {
    std::unique_lock lock{mutex_};
    changed_.wait(lock, [&] { return count_ < in_flight_max; });
    ++count_;
  }

  void leave(std::optional<error> fault) {
    std::lock_guard guard{mutex_};
    --count_;
    if (fault && !fault_)
      fault_ = std::move(fault);
    changed_.notify_one();
  }

  result<void> wait_for_all() {
    std::unique_lock lock{mutex_};
    changed_.wait(lock, [&] { return count_ == 0; });
    return fault_ ? tl::unexpected(*fault_) : result<void>{};
  }

private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::size_t count_ = 0;
  std::optional<error> fault_;
};

} // namespace

silent_agent::silent_agent(std::size_t tasks_max) : taken_(tasks_max) {
}

void silent_agent::start(task_ptr, completion done) {
  taken_.at(count_) = std::move(done);
  ++count_;
}

void silent_agent::cancel(const uuid&) {
}

agent_binding bind_agent(std::string name, std::shared_ptr<agent> runner,
                         std::uint32_t concurrency) {
  agent_binding binding;
  // Any id will do as long as two agents have two.
  binding.info.id.bytes.fill(static_cast<std::uint8_t>(name.size() + 1));
  binding.info.name = std::move(name);
  binding.info.concurrency = concurrency;
  binding.runner = std::move(runner);
  return binding;
}

new_job sample_job(std::chrono::milliseconds time_limit) {
  new_job made;
  made.user_id = "3f0b7a52-6f0e-4f3c-9d1b-6a2f1c8e5d47";
  made.content = std::string(100, 'x');
  made.time_limit = time_limit;
  return made;
}

std::size_t text_bytes(const job& of) {
  auto bytes = of.spec->content.size() + of.spec->user_id.size() + of.spec->organisation.size()
               + of.spec->metadata.text().size();
  if (of.outcome && of.outcome->content)
    bytes += of.outcome->content->size() + of.outcome->metadata.text().size();
  return bytes;
}

job_driver::job_driver(service& jobs) : jobs_(jobs) {
}

result<void> job_driver::create(const new_job& model, std::size_t count) {
  return submit_all(model, count, std::chrono::milliseconds{0});
}

result<void> job_driver::run_to_end(const new_job& model, std::size_t count) {
  return submit_all(model, count, wait_limit);
}

result<void> job_driver::submit_all(const new_job& model, std::size_t count,
                                    std::chrono::milliseconds wait) {
  in_flight_gate gate;
  for (std::size_t i = 0; i < count; ++i) {
    gate.enter();
    jobs_.submit(model, wait, [&gate, wait](result<job_ptr> made) {
      std::optional<error> fault;
      if (!made)
        fault = made.error();
      else if (wait.count() > 0 && (*made)->state != job_state::completed)
        fault = error{errc::internal, "a job ended " + std::string{to_string((*made)->state)}};
      gate.leave(std::move(fault));
    });
  }
  return gate.wait_for_all();
}

} // namespace callboard::bench
