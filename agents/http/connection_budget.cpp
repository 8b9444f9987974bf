#include "agents/http/connection_budget.hpp"

#include <algorithm>

namespace callboard::agents {

namespace {

/// Connections that are kept open while idle. Enough for several agents at their default
/// concurrency of 64, few beside the file descriptors that a server may have.
constexpr std::size_t idle_connections_max = 256;

/// Requests that are tried again at a time when descriptors were short.
constexpr std::size_t probed_requests = 16;

} // namespace

connection_budget::connection_budget(std::size_t connections_max)
  : idle_max_(std::min(idle_connections_max, connections_max / 4)),
    running_max_(std::max<std::size_t>(connections_max - idle_max_, 1)),
    limit_(running_max_) {
  // nop
}

void connection_budget::note_shortage() noexcept {
  limit_ = std::min(limit_, running_);
}

bool connection_budget::probe() noexcept {
  limit_ = std::min(limit_ + probed_requests, running_max_);
  return limit_ < running_max_;
}

} // namespace callboard::agents
