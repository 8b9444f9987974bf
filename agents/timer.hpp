#pragma once

#include "agents/service_thread.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>

namespace callboard::agents {

/// One thread that calls functions later. All members may be called from any thread.
class timer {
public:
  /// Names a call that lies ahead; never 0, never used twice.
  using call_id = std::uint64_t;

  /// The process's timer. Its thread lives while somebody holds the timer.
  static std::shared_ptr<timer> shared();

  timer();

  /// Drops the calls that lie ahead.
  ~timer();

  timer(const timer&) = delete;
  timer& operator=(const timer&) = delete;

  /// Calls `run` on the timer's thread once `delay` has passed. It must not block nor throw.
  call_id after(std::chrono::milliseconds delay, std::function<void()> run);

  /// Drops a call that lies ahead; ids of calls that are made or dropped are ignored. The call may be
  /// under way on the timer's thread when this returns.
  void cancel(call_id id);

private:
  struct state;
  std::shared_ptr<state> state_;
  service_thread thread_;
};

} // namespace callboard::agents
