#pragma once

#include <thread>

#include "sync/mutex.hpp"

namespace callboard::app {

/// Reaps the processes that PID 1 of a container adopts, within a second of their end, for as long as
/// it lives. In any other process it does nothing and has no thread.
class orphan_reaper {
public:
  /// Construct it after signals are blocked, because it starts a thread.
  orphan_reaper();
  ~orphan_reaper();

  orphan_reaper(const orphan_reaper&) = delete;
  orphan_reaper& operator=(const orphan_reaper&) = delete;

private:
  void run();
  /// Waits; false: it is to end.
  bool rest();

  sync::mutex mutex_;
  sync::condition_variable changed_;
  bool is_stopping_ GUARDED_BY(mutex_) = false;
  std::thread thread_;
};

} // namespace callboard::app
