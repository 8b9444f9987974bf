#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "bench/load/arrivals.hpp"
#include "bench/load/connection_pool.hpp"
#include "bench/load/event_poll.hpp"
#include "bench/load/load.hpp"
#include "bench/load/requests.hpp"
#include "bench/load/tally.hpp"
#include "bench/load/worker_progress.hpp"

namespace callboard::bench {

/// The times of a load, the same for all its threads.
struct load_phases {
  steady_time start;
  /// End of the warm-up.
  steady_time measure_from;
  /// From here on no request is sent.
  steady_time measure_until;
  /// What is not answered by then is lost.
  steady_time give_up_at;
};

/// One thread's part of a load.
struct worker_part {
  std::size_t connections = 1;
  /// Requests per second; 0: closed loop.
  double rate = 0;
  /// Most requests to send; 0: no limit.
  std::uint64_t requests_max = 0;
  std::uint64_t seed = 0;
};

/// One thread of a load: an epoll loop over its connections.
class load_worker : connection_owner {
public:
  /// All arguments must outlive the worker.
  load_worker(const load_options& options, const socket_address& address,
              const request_set& requests, const load_phases& phases, const worker_part& part);
  ~load_worker() override;

  /// Makes the load; blocks until it has ended.
  void run();

  /// What came of it. After `run`.
  const tally& counts() const noexcept {
    return counts_;
  }

  /// Some of the jobs whose creation was answered before they were over: the last ones. After `run`.
  const std::vector<std::string>& unfinished_jobs() const noexcept {
    return unfinished_.ids();
  }

  /// When the last request was answered or lost. After `run`.
  steady_time last_outcome() const noexcept {
    return progress_.last_outcome;
  }

  /// Whether `requests_max` ended the load. After `run`.
  bool has_sent_all() const noexcept {
    return part_.requests_max > 0 && progress_.sent >= part_.requests_max;
  }

  /// Answers so far; from any thread.
  std::uint64_t answers_so_far() const noexcept {
    return progress_.answers.load(std::memory_order_relaxed);
  }

  /// Answers other than 2xx and requests lost so far; from any thread.
  std::uint64_t failures_so_far() const noexcept {
    return progress_.failures.load(std::memory_order_relaxed);
  }

private:
  void on_room(connection& from) override;
  void on_answer(int status, std::string_view body, steady_time intended) override;
  void on_closed(connection& from, loss why, std::size_t requests) override;
  void look_at(std::string_view body, bool is_measured);

  bool may_send() const noexcept;
  bool is_over() const noexcept;
  void send_next(connection& to, steady_time intended);
  void send_waiting();
  void reconnect_due();
  void drop_late();
  void wait_for_events();
  void note_phase();
  void finish();

  const load_options& options_;
  const socket_address& address_;
  const load_phases& phases_;
  worker_part part_;
  request_sequence sequence_;
  std::optional<arrivals> arrivals_;
  event_poll poll_;
  connection_pool pool_;
  load_clock clock_;
  worker_progress progress_;
  tally counts_;
  recent_jobs unfinished_;
};

} // namespace callboard::bench
