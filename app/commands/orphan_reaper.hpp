#pragma once

#include <condition_variable>
#include <mutex>
#include <thread>

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

  std::mutex mutex_;
  std::condition_variable changed_;
  bool is_stopping_ = false;
  std::thread thread_;
};

} // namespace callboard::app
