#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <vector>

#include <callboard/http_server.hpp>
#include <callboard/time.hpp>

#include "http/pipeline/arrival_gate.hpp"
#include "http/pipeline/backpressure.hpp"
#include "http/pipeline/open_streams.hpp"

namespace callboard::http {

class exchange;

/// What the requests of one server share: who is under way, whether the server is stopping, who is
/// told of each answer. All members may be called from any thread. Outlives the server as long as
/// somebody still holds a request.
class in_flight {
public:
  explicit in_flight(std::function<void(const http_log_entry&)> log = {},
                     std::size_t unsent_bytes_max = http_options{}.unsent_bytes_max,
                     log_choice logged = log_choice::all,
                     std::size_t unread_bytes_max = http_options{}.unread_bytes_max)
    : gate_(unsent_bytes_max),
      arrivals_(unread_bytes_max),
      logged_(log ? logged : log_choice::off),
      log_(std::move(log)) {
    // nop
  }

  /// What large answers pass before they go out.
  backpressure& gate() noexcept {
    return gate_;
  }

  /// What requests pass that come in pieces.
  arrival_gate& arrivals() noexcept {
    return arrivals_;
  }

  /// The answers that are written as things happen.
  open_streams& streams() noexcept {
    return streams_;
  }

  /// Takes up a request that has just come.
  void add(exchange& entry);

  /// Forgets a request that was answered or given up. Its count goes on until `finish`.
  void remove(exchange& entry) noexcept;

  /// One request's answer is out, or will never go out.
  void finish() noexcept {
    in_flight_.fetch_sub(1);
  }

  /// Requests whose answer is not out yet.
  std::size_t count() const noexcept {
    return in_flight_.load();
  }

  /// Requests that came since the server started.
  std::uint64_t accepted() const noexcept {
    return accepted_.load();
  }

  /// Every answer from now on ends its connection.
  void begin_closing() noexcept {
    is_closing_.store(true);
  }

  bool is_closing() const noexcept {
    return is_closing_.load(std::memory_order_relaxed);
  }

  /// Answers 504 to requests that came before the given time, and have no allowance (`exchange::allow`)
  /// that lasts longer.
  void expire(steady_time came_before);

  /// Gives up all requests that have no answer, or not all of it: their connections are let go, and what is still
  /// answered to them is dropped. Returns when no thread is in the middle of an answer. No request
  /// may come meanwhile.
  void abandon_all();

  /// Which requests somebody is told of.
  log_choice logged() const noexcept {
    return logged_;
  }

  /// Tells of an answered request.
  void log(const http_log_entry& entry) const noexcept;

private:
  /// Neighbours are looked up by threads that rarely meet: with 16 lists two of them seldom do.
  static constexpr std::size_t list_count = 16;

  struct list {
    std::mutex mutex;
    exchange* first = nullptr;
  };

  static std::size_t list_of(const exchange& entry) noexcept;

  /// The requests that are not being destroyed already.
  std::vector<std::shared_ptr<exchange>> all();

  bool is_empty();

  std::array<list, list_count> lists_;
  std::atomic<std::size_t> in_flight_{0};
  std::atomic<std::uint64_t> accepted_{0};
  std::atomic<bool> is_closing_{false};
  backpressure gate_;
  arrival_gate arrivals_;
  open_streams streams_;
  const log_choice logged_;
  std::function<void(const http_log_entry&)> log_;
};

} // namespace callboard::http
