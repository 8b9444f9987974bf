#pragma once

#include <functional>
#include <optional>
#include <thread>
#include <variant>

#include "sync/mutex.hpp"
#include "sync/relay.hpp"

namespace callboard::app {

/// Turns SIGTERM and SIGINT into something that the main thread can wait for. No work is done in a
/// signal handler: a thread of its own reads the signals. The second signal ends the program at once,
/// with the exit code that shells show for it (128 + its number). SIGHUP, which a terminal sends that goes
/// away and logrotate after it has moved log files, ends nothing.
class stop_signals {
public:
  /// Blocks these signals in the calling thread and in every thread that it starts later, and ignores
  /// SIGPIPE and SIGXFSZ. To be made once, before any other thread is started.
  stop_signals();

  stop_signals(const stop_signals&) = delete;
  stop_signals& operator=(const stop_signals&) = delete;

  ~stop_signals();

  /// Blocks until there is a reason to stop. Returns the number of the signal; none: `fail` was called.
  std::optional<int> wait();

  /// Ends the wait because of a fault. Any thread may call it.
  void fail();

  /// Told of each SIGHUP, on the thread that reads signals, and of those that came before. Empty: nobody
  /// is told any more; once that call has returned, nobody is being told.
  void on_hangup(std::function<void()> told);

private:
  enum class reason { none, signal, fault };

  void read_signals();

  int signal_fd_ = -1;
  int quit_fd_ = -1;
  sync::mutex mutex_;
  sync::condition_variable changed_;
  reason reason_ GUARDED_BY(mutex_) = reason::none;
  int signal_ GUARDED_BY(mutex_) = 0;
  /// Those that come before anybody listens are one.
  sync::relay<std::monostate> hangups_{1};
  std::thread thread_;
};

} // namespace callboard::app
