#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <thread>

#include "sync/mutex.hpp"

namespace callboard::http {

/// How many connections wait to be taken from a listening socket; none: it does not listen.
std::optional<std::size_t> waiting_connections(int socket) noexcept;

/// Watches whether a port still takes connections, from a thread of its own: a server whose own
/// threads are stuck would not notice. While clients come it does nothing; when none has come for a
/// while it connects itself. A connection that does not even come to wait at the port, because the
/// machine's firewall drops it, says nothing of the port.
class listener_watchdog {
public:
  struct options {
    /// The address that is listened on: an IP address or "localhost".
    std::string address;
    std::uint16_t port = 0;
    /// How long no client must have come before it connects.
    std::chrono::milliseconds interval{0};
    /// How long it may take until a connection is taken.
    std::chrono::milliseconds limit{0};
  };

  /// How many connections the port has taken or refused so far, its own included. From any thread.
  using counter = std::function<std::uint64_t()>;
  /// How many connections wait at the port, as `waiting_connections` has it. From any thread.
  using queue = std::function<std::optional<std::size_t>()>;
  /// Told the local port from which it is about to connect, so that the connection does not count as
  /// a client's; 0: not any more.
  using announcer = std::function<void(std::uint16_t)>;
  /// Told once, on its thread, that the port is deaf.
  using alarm = std::function<void(std::string_view)>;

  listener_watchdog(options what, counter taken, queue waiting, announcer announce, alarm tell);
  listener_watchdog(const listener_watchdog&) = delete;
  listener_watchdog& operator=(const listener_watchdog&) = delete;
  /// Ends the thread; blocks no longer than it takes the alarm to return.
  ~listener_watchdog();

private:
  void run();
  bool is_ending();
  /// Waits; false: it is to end.
  bool rest(std::chrono::milliseconds time);
  /// Whether the port takes a connection, or is sent none.
  bool is_heard();

  const options what_;
  const counter taken_;
  const queue waiting_;
  const announcer announce_;
  const alarm tell_;
  sync::mutex mutex_;
  sync::condition_variable ended_;
  bool is_ending_ GUARDED_BY(mutex_) = false;
  std::thread thread_;
};

} // namespace callboard::http
