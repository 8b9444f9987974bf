#pragma once

#include "agents/epoll_set.hpp"
#include "agents/http/client_context.hpp"
#include "agents/http/connection_budget.hpp"
#include "agents/http/host_names.hpp"
#include "agents/http/http_lane.hpp"
#include "agents/http/http_transfer.hpp"
#include "agents/http/waiting_requests.hpp"
#include "agents/loop_timer.hpp"
#include "agents/order_queue.hpp"

#include <array>
#include <atomic>
#include <cstddef>
#include <memory>
#include <string>
#include <unordered_map>
#include <variant>
#include <vector>

namespace callboard::agents {

/// What makes the requests of a client: one thread, `run`, to which others leave orders. A request goes
/// to the first lane that has room. What it costs does not depend on how many others are under way.
class http_loop {
public:
  using request_id = outbound_http::request_id;
  using response_handler = outbound_http::response_handler;

  /// Throws `std::runtime_error` if libcurl cannot be set up, or there is no descriptor.
  /// @param ca_bundle as for `client_context`.
  /// @param connections_max as for `connection_budget`.
  http_loop(address_policy policy, std::string ca_bundle, std::size_t connections_max);

  http_loop(const http_loop&) = delete;
  http_loop& operator=(const http_loop&) = delete;

  /// As `outbound_http::post`. Any thread.
  request_id post(http_request request, response_handler done);

  /// As `outbound_http::abort`. Any thread.
  void abort(request_id id);

  /// Ends `run`. Any thread.
  void stop();

  /// Makes requests until `stop`, then ends those that are left.
  void run();

private:
  using transfer_ptr = std::unique_ptr<http_transfer>;
  /// A transfer to begin, the id of one to give up, or the result of a lookup.
  using order = std::variant<transfer_ptr, request_id, host_addresses>;
  using order_queue_ptr = std::shared_ptr<order_queue<order>>;

  struct running_transfer {
    transfer_ptr transfer;
    http_lane* lane;
  };

  static host_names::found_handler tell_by(order_queue_ptr orders);

  void follow(transfer_ptr transfer);
  void follow(request_id aborted);
  void follow(const host_addresses& found);
  void begin_waiting();
  void begin(transfer_ptr transfer);
  void connect(transfer_ptr transfer, const std::string* addresses, steady_time now);
  void run_in(http_lane& lane, transfer_ptr transfer);
  void wait_for_descriptor(transfer_ptr transfer);
  void note_shortage();
  void wait_for_events();
  void finish_ended(http_lane& lane);
  transfer_ptr remove(request_id id);
  void end_all();
  http_lane& lane_with_room();
  std::size_t idle_max_of(const http_lane& lane) const;
  void close_unused_lanes();

  client_context context_;
  const order_queue_ptr orders_;
  std::atomic<request_id> last_id_{0};
  epoll_set events_;
  loop_timers timers_;
  host_names names_;
  connection_budget budget_;
  /// Null: a number that is free.
  std::vector<std::unique_ptr<http_lane>> lanes_;
  std::unordered_map<request_id, running_transfer> running_;
  /// Those whose host is being looked up, and those for which there is no descriptor.
  waiting_requests unnamed_;
  waiting_requests queued_;
  /// Look for lanes to be closed, and for descriptors after a shortage.
  std::array<loop_timer, 2> looks_;
};

} // namespace callboard::agents
