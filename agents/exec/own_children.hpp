#pragma once

#include <mutex>
#include <unordered_set>
#include <vector>

#include <sys/types.h>

namespace callboard::agents {

/// The processes that exec agents have started and not reaped, their guard included: all that whoever
/// reaps adopted processes must leave alone. One for the process; any thread may use it.
class own_children {
public:
  static own_children& instance() {
    // Never destroyed: a runner that was let go on its own thread may outlive the end of `main`.
    static auto* const children = new own_children;
    return *children;
  }

  /// Held from before a process is started until it is added, and by who reaps others: so nobody
  /// finds a process that is neither adopted nor added yet.
  std::unique_lock<std::mutex> lock() {
    return std::unique_lock{mutex_};
  }

  /// To be called with the lock held.
  void add(pid_t pid) {
    pids_.insert(pid);
  }

  /// To be called with the lock held.
  bool has(pid_t pid) const {
    return pids_.contains(pid);
  }

  /// Their process ids, in no order.
  std::vector<pid_t> all() {
    const std::lock_guard guard{mutex_};
    return {pids_.begin(), pids_.end()};
  }

  /// To be called without the lock, once the process was reaped.
  void remove(pid_t pid) {
    const std::lock_guard guard{mutex_};
    pids_.erase(pid);
  }

private:
  std::mutex mutex_;
  std::unordered_set<pid_t> pids_;
};

} // namespace callboard::agents
