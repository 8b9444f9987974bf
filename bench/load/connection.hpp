#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <span>
#include <string>
#include <string_view>

#include "bench/load/arrivals.hpp"
#include "bench/load/endpoint.hpp"
#include "bench/load/response_scanner.hpp"
#include "bench/load/tally.hpp"

namespace callboard::bench {

class connection;

/// Who hears what happens on a connection. None of the calls may destroy the connection.
class connection_owner {
public:
  virtual ~connection_owner() = default;

  /// The connection can take a request: it has come up, or an answer is complete and it stays open.
  virtual void on_room(connection& from) = 0;
  /// An answer is complete. @param body empty unless the connection keeps bodies.
  virtual void on_answer(int status, std::string_view body, steady_time intended) = 0;
  /// The connection is closed and `requests` of those sent on it will get no answer.
  /// With `requests` = 0 and `loss::closed` the server closed it in good order between two answers.
  virtual void on_closed(connection& from, loss why, std::size_t requests) = 0;
};

/// One client connection: sends ready-made requests and finds the answers' ends. Non-blocking, driven by
/// an epoll instance whose events carry a pointer to the connection. One thread.
class connection {
public:
  /// @param epoll the instance; must outlive the connection, as must `owner`.
  /// @param keeps_bodies whether the owner wants to see bodies, at the price of copying them.
  connection(int epoll, connection_owner& owner, bool keeps_bodies);
  connection(const connection&) = delete;
  connection& operator=(const connection&) = delete;

  /// Begins to connect. The outcome comes as `on_room` or `on_closed`, maybe at once.
  void open(const socket_address& to);

  /// Closes without a word to the owner.
  void close();

  /// Sends a request; only while connected. What the socket does not take at once is copied.
  /// @param intended when it was meant to be sent; comes back with the answer.
  void send(std::string_view request, steady_time intended, steady_time now);

  /// Deals with epoll events. @param buffer scratch space for what is read.
  void on_events(std::uint32_t events, std::span<char> buffer);

  /// Requests sent and not answered.
  std::size_t in_flight() const noexcept {
    return in_flight_.size();
  }

  bool is_connected() const noexcept {
    return state_ == state::connected;
  }

  /// Whether the oldest request was sent before `time` and is not answered.
  bool has_waited_since_before(steady_time time) const noexcept {
    return !in_flight_.empty() && in_flight_.front().sent < time;
  }

  /// Gives the connection up for a reason of the owner's: closes and calls `on_closed`.
  void give_up(loss why);

private:
  enum class state : std::uint8_t { closed, connecting, connected };
  struct request_mark {
    steady_time intended;
    steady_time sent;
  };

  void on_connect_outcome();
  void on_readable(std::span<char> buffer);
  void on_bytes(std::string_view bytes);
  void on_end_of_stream();
  void answered();
  void flush();
  void watch(bool for_writing);

  int epoll_;
  connection_owner& owner_;
  descriptor socket_;
  state state_ = state::closed;
  bool is_watched_for_writing_ = false;
  std::string body_;
  response_scanner scanner_;
  std::deque<request_mark> in_flight_;
  /// What the socket would not take yet.
  std::string unsent_;
};

} // namespace callboard::bench
