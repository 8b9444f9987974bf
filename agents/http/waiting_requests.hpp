#pragma once

#include "agents/http/http_transfer.hpp"
#include "agents/loop_timer.hpp"

#include <functional>
#include <map>
#include <memory>
#include <optional>

namespace callboard::agents {

/// Requests that cannot begin yet, in the order in which they were posted. Used by one thread.
class waiting_requests {
public:
  using request_id = outbound_http::request_id;
  using transfer_ptr = std::unique_ptr<http_transfer>;

  /// @param timers of the loop; they must outlive this.
  /// @param on_over takes requests that have waited too long.
  waiting_requests(loop_timers& timers, std::function<void(transfer_ptr)> on_over);

  bool is_empty() const noexcept {
    return requests_.empty();
  }

  /// Lets a request wait until then; none: for as long as it takes. It goes to its place in the order.
  void put(transfer_ptr transfer, std::optional<steady_time> until);

  /// Takes a request out; null: it is not here.
  transfer_ptr take(request_id id);

  /// Takes out the request that was posted first; null: there is none.
  transfer_ptr take_first();

private:
  struct entry : loop_timer {
    transfer_ptr transfer;
  };

  loop_timers& timers_;
  const std::function<void(transfer_ptr)> on_over_;
  std::map<request_id, entry> requests_;
};

} // namespace callboard::agents
