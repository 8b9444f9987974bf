#include "agents/timer.hpp"

#include <callboard/time.hpp>

#include <map>
#include <unordered_map>
#include <utility>

#include "sync/mutex.hpp"

namespace callboard::agents {

namespace {

/// No call is made later than this; keeps the sum of now and a delay within the clock's range.
constexpr auto delay_max = std::chrono::hours{24 * 366 * 100};

} // namespace

struct timer::state {
  using key = std::pair<steady_time, call_id>;

  void run() {
    sync::unique_lock lock{mutex};
    while (!is_stopping) {
      if (calls.empty()) {
        changed.wait(lock);
      } else if (const auto due = calls.begin()->first.first;
                 due > std::chrono::steady_clock::now()) {
        changed.wait_until(lock, due);
      } else {
        auto call = calls.extract(calls.begin());
        due_times.erase(call.key().second);
        lock.unlock();
        call.mapped()();
        // What the function holds may call us from its destructor.
        call = {};
        lock.lock();
      }
    }
  }

  sync::mutex mutex;
  sync::condition_variable changed;
  bool is_stopping GUARDED_BY(mutex) = false;
  call_id last_id GUARDED_BY(mutex) = 0;
  std::map<key, std::function<void()>> calls GUARDED_BY(mutex);
  std::unordered_map<call_id, steady_time> due_times GUARDED_BY(mutex);
};

std::shared_ptr<timer> timer::shared() {
  static sync::mutex mutex;
  static std::weak_ptr<timer> current;
  const sync::lock_guard guard{mutex};
  auto found = current.lock();
  if (!found) {
    found = std::make_shared<timer>();
    current = found;
  }
  return found;
}

timer::timer() : state_(std::make_shared<state>()), thread_([held = state_] { held->run(); }) {
  // nop
}

timer::~timer() {
  std::map<state::key, std::function<void()>> dropped;
  const sync::lock_guard guard{state_->mutex};
  state_->is_stopping = true;
  dropped.swap(state_->calls);
  state_->changed.notify_one();
}

timer::call_id timer::after(std::chrono::milliseconds delay, std::function<void()> run) {
  const auto due
    = std::chrono::steady_clock::now() + std::min<std::chrono::milliseconds>(delay, delay_max);
  const sync::lock_guard guard{state_->mutex};
  const auto id = ++state_->last_id;
  const auto at = state_->calls.emplace(state::key{due, id}, std::move(run)).first;
  state_->due_times.emplace(id, due);
  if (at == state_->calls.begin())
    state_->changed.notify_one();
  return id;
}

void timer::cancel(call_id id) {
  std::function<void()> dropped;
  const sync::lock_guard guard{state_->mutex};
  const auto due = state_->due_times.extract(id);
  if (!due)
    return;
  auto call = state_->calls.extract(state::key{due.mapped(), id});
  dropped = std::move(call.mapped());
}

} // namespace callboard::agents
