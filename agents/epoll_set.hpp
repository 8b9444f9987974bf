#pragma once

#include <callboard/time.hpp>

#include "agents/unique_fd.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include <sys/epoll.h>

namespace callboard::agents {

/// The descriptors that a thread waits for (epoll). What a turn costs depends on those that are ready,
/// not on those that are waited for. Used by one thread.
class epoll_set {
public:
  /// Throws `std::runtime_error` if there is no descriptor for it.
  epoll_set();

  /// Waits for a descriptor from now on.
  /// @param events as epoll names them (EPOLLIN …); ends and faults are told always.
  /// @param data comes back with each event.
  void add(int descriptor, std::uint32_t events, epoll_data_t data);

  /// Changes what is waited for.
  void change(int descriptor, std::uint32_t events, epoll_data_t data);

  /// To be called before the descriptor is closed. Unknown ones are ignored.
  void remove(int descriptor);

  /// Waits until a descriptor is ready, or until then; none: for ever. Returns the events, at most 256;
  /// they are valid until the next call.
  std::span<const epoll_event> wait(std::optional<steady_time> until);

private:
  static constexpr std::size_t events_max = 256;

  unique_fd set_;
  std::array<epoll_event, events_max> events_;
};

/// How long to sleep, as `poll` and `epoll_wait` take it: -1 is for ever. Rounded up, an hour at most.
int milliseconds_until(std::optional<steady_time> due, steady_time now);

} // namespace callboard::agents
