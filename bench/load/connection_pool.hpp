#pragma once

#include <cstddef>
#include <deque>
#include <memory>
#include <utility>
#include <vector>

#include <callboard/time.hpp>

#include "bench/load/connection.hpp"

namespace callboard::bench {

/// The connections of a load's thread: all of them, those that have room, and those that broke.
class connection_pool {
public:
  /// @param epoll, owner, keeps_bodies see `connection`
  connection_pool(std::size_t count, int epoll, connection_owner& owner, bool keeps_bodies);

  void open_all(const socket_address& to);
  void close_all();

  /// Gives up each connection whose oldest request was sent before `time`.
  void give_up_late(steady_time time);

  /// A connection can take a request.
  void add_ready(connection& which) {
    ready_.push_back(&which);
  }

  /// Whether a connection may have room.
  bool has_ready() const noexcept {
    return !ready_.empty();
  }

  /// The connection that has had room longest. It may have lost it since. Only if `has_ready`.
  connection& take_ready();

  /// A connection is to be opened again. @param at when
  void add_broken(connection& which, steady_time at) {
    broken_.emplace_back(at, &which);
  }

  /// Takes those that are to be opened again by now.
  std::vector<connection*> take_due(steady_time now);

private:
  std::vector<std::unique_ptr<connection>> connections_;
  std::deque<connection*> ready_;
  std::vector<std::pair<steady_time, connection*>> broken_;
};

} // namespace callboard::bench
