#pragma once

#include "agents/epoll_set.hpp"
#include "agents/http/http_transfer.hpp"
#include "agents/http/open_sockets.hpp"
#include "agents/loop_timer.hpp"

#include <curl/curl.h>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>

namespace callboard::agents {

/// Some transfers of a client, with connections of their own: one libcurl multi handle. For each
/// request libcurl walks over all connections to its host, and over all transfers when one ends; so a
/// lane has few of them, and a client several lanes. Used by one thread.
class http_lane {
public:
  /// Transfers at once.
  static constexpr std::size_t running_max = 256;

  /// A transfer that has ended, and libcurl's code for how.
  struct ended_transfer {
    http_transfer& transfer;
    CURLcode code;
  };

  /// Throws `std::runtime_error` if there is no memory for it.
  /// @param events,timers of the loop; they must outlive the lane.
  /// @param number comes with each event of a socket of the lane, as the upper half of its data.
  /// @param on_due called by the timer when `act_on_time` is to be called.
  http_lane(epoll_set& events, loop_timers& timers, std::uint32_t number,
            std::function<void()> on_due);

  /// Closes the kept connections. No transfer may be under way.
  ~http_lane();

  http_lane(const http_lane&) = delete;
  http_lane& operator=(const http_lane&) = delete;

  bool has_room() const noexcept {
    return running_ < running_max;
  }

  /// Transfers under way.
  std::size_t running() const noexcept {
    return running_;
  }

  /// Connections that are open while no transfer uses them, as far as that is known.
  std::size_t idle() const noexcept;

  /// When the last transfer ended, or else when the lane was made.
  steady_time used_at() const noexcept {
    return used_at_;
  }

  open_sockets& sockets() noexcept {
    return sockets_;
  }

  /// Begins a transfer that was prepared with the lane's sockets. False: libcurl does not take it.
  bool add(http_transfer& transfer);

  /// Ends a transfer: it has ended by itself, or its connection is closed.
  void remove(http_transfer& transfer, steady_time now);

  /// Sets how many connections are kept open while idle. To be called after each `add` and `remove`.
  void keep_idle(std::size_t connections);

  /// Does what can be done now that something happened on a socket.
  /// @param events as epoll names them.
  void act_on(int socket, std::uint32_t events);

  /// Does what is due.
  void act_on_time();

  /// The next transfer that has ended and was not removed.
  std::optional<ended_transfer> next_ended();

private:
  static int on_socket(CURL* handle, curl_socket_t socket, int what, void* self, void* known);
  static int on_timer(CURLM* multi, long after_ms, void* self);

  epoll_set& events_;
  loop_timers& timers_;
  const std::uint32_t number_;
  loop_timer timer_;
  open_sockets sockets_;
  CURLM* multi_;
  std::size_t running_ = 0;
  steady_time used_at_;
};

} // namespace callboard::agents
