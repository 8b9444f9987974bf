#include "agents/http/waiting_requests.hpp"

#include <utility>

namespace callboard::agents {

waiting_requests::waiting_requests(loop_timers& timers, std::function<void(transfer_ptr)> on_over)
  : timers_(timers), on_over_(std::move(on_over)) {
  // nop
}

void waiting_requests::put(transfer_ptr transfer, std::optional<steady_time> until) {
  const auto id = transfer->id();
  auto& waiting = requests_[id];
  waiting.transfer = std::move(transfer);
  if (!until)
    return;
  waiting.run = [this, id] { on_over_(take(id)); };
  timers_.arm(waiting, *until);
}

waiting_requests::transfer_ptr waiting_requests::take(request_id id) {
  const auto at = requests_.find(id);
  if (at == requests_.end())
    return nullptr;
  timers_.disarm(at->second);
  auto transfer = std::move(at->second.transfer);
  requests_.erase(at);
  return transfer;
}

waiting_requests::transfer_ptr waiting_requests::take_first() {
  return requests_.empty() ? nullptr : take(requests_.begin()->first);
}

} // namespace callboard::agents
