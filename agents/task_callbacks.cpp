#include <callboard/task_callbacks.hpp>

#include "agents/answer_json.hpp"
#include "agents/secrets.hpp"
#include "sync/mutex.hpp"

#include <deque>
#include <unordered_map>
#include <utility>

namespace callboard {

namespace {

using namespace agents;

/// Tokens of 256 bits cannot be guessed.
constexpr std::size_t token_bytes = 32;

/// Late answers get `conflict` for this many tasks; at about 200 bytes each, 2 MB.
constexpr std::size_t closed_tasks_max = 10'000;

class callback_table final : public task_callbacks {
public:
  std::string expect(const uuid& task_id, completion done) override {
    auto token = random_token(token_bytes);
    const sync::lock_guard guard{mutex_};
    auto& found = tasks_[task_id];
    if (!found.is_open) {
      found.is_open = true;
      found.token = std::move(token);
    }
    // The completion that was there goes with the argument, after the lock.
    std::swap(found.done, done);
    return found.token;
  }

  void close(const uuid& task_id) override {
    completion dropped;
    const sync::lock_guard guard{mutex_};
    if (const auto at = tasks_.find(task_id); at != tasks_.end() && at->second.is_open)
      dropped = close(at->first, at->second);
  }

  result<void> admits(const uuid& task_id, std::string_view token) override {
    const sync::lock_guard guard{mutex_};
    return check(task_id, token);
  }

  result<void> deliver(const uuid& task_id, std::string_view token,
                       std::string_view body) override {
    {
      const sync::lock_guard guard{mutex_};
      if (const auto allowed = check(task_id, token); !allowed)
        return allowed;
    }
    // Up to 2 MiB are parsed here; others must not wait for that.
    auto answer = parse_answer(body);
    completion done;
    {
      const sync::lock_guard guard{mutex_};
      // It may have been closed meanwhile, and then that is what counts.
      if (const auto allowed = check(task_id, token); !allowed)
        return allowed;
      if (!answer)
        return tl::unexpected(answer.error());
      done = close(task_id, tasks_.at(task_id));
    }
    done(std::move(*answer));
    return {};
  }

private:
  struct expected_task {
    std::string token;
    completion done;
    bool is_open = false;
    /// Which of its closings is the last one: a task can be opened again.
    std::uint64_t closing = 0;
  };

  struct closed_task {
    uuid id;
    std::uint64_t closing;
  };

  result<void> check(const uuid& task_id, std::string_view token) const REQUIRES(mutex_) {
    const auto at = tasks_.find(task_id);
    if (at == tasks_.end())
      return fail(errc::not_found, "no such task is waiting for an answer");
    if (!is_same_secret(at->second.token, token))
      return fail(errc::forbidden, "wrong token for this task");
    if (!at->second.is_open)
      return fail(errc::conflict, "the task has ended");
    return {};
  }

  completion close(const uuid& task_id, expected_task& task) REQUIRES(mutex_) {
    task.is_open = false;
    task.closing = ++closings_;
    closed_.push_back({task_id, task.closing});
    auto done = std::exchange(task.done, {});
    if (closed_.size() > closed_tasks_max) {
      const auto oldest = closed_.front();
      closed_.pop_front();
      const auto at = tasks_.find(oldest.id);
      if (at != tasks_.end() && !at->second.is_open && at->second.closing == oldest.closing)
        tasks_.erase(at);
    }
    return done;
  }

  sync::mutex mutex_;
  std::unordered_map<uuid, expected_task> tasks_ GUARDED_BY(mutex_);
  std::deque<closed_task> closed_ GUARDED_BY(mutex_);
  std::uint64_t closings_ GUARDED_BY(mutex_) = 0;
};

} // namespace

std::shared_ptr<task_callbacks> make_task_callbacks() {
  return std::make_shared<callback_table>();
}

} // namespace callboard
