#include "http/pipeline/arrival_gate.hpp"

#include <chrono>
#include <utility>
#include <vector>

namespace callboard::http {

namespace {

/// Whoever is in the middle of sending sends many times in this time. Short, so that those who have
/// stopped are in nobody's way.
constexpr std::chrono::milliseconds patience{500};

} // namespace

arrival_gate::arrival_gate(std::size_t bytes_max)
  : requests_({.bytes_max = bytes_max, .patience = patience}) {
  // nop
}

bool arrival_gate::place::hold(std::size_t bytes, const std::shared_ptr<connection_output>& by) {
  if (bytes <= small_bytes_max) {
    release();
    return true;
  }
  if (bytes <= counted_)
    return true;
  const auto rounded = (bytes + step_bytes - 1) / step_bytes * step_bytes;
  if (counted_ == 0)
    request_ = 0;
  const auto is_admitted = of_.admit(request_, rounded, by);
  counted_ = is_admitted ? rounded : 0;
  return is_admitted;
}

void arrival_gate::place::release() noexcept {
  if (std::exchange(counted_, 0) > 0)
    of_.release(request_);
}

bool arrival_gate::admit(unsent_budget::number& request, std::size_t bytes,
                         const std::shared_ptr<connection_output>& by) {
  std::vector<std::pair<unsent_budget::number, std::shared_ptr<connection_output>>> crowded_out;
  bool is_admitted = false;
  {
    const sync::lock_guard guard{mutex_};
    if (request == 0)
      request = ++last_;
    const auto now = std::chrono::steady_clock::now();
    const auto found
      = requests_.admit(request, bytes, unsent_budget::importance::can_be_refused, now);
    is_admitted = found.is_admitted;
    if (is_admitted) {
      requests_.progress(request, now);
      outputs_[request] = by;
    } else {
      outputs_.erase(request);
    }
    for (const auto each : found.dropped) {
      const auto at = outputs_.find(each);
      crowded_out.emplace_back(each, at->second.lock());
      outputs_.erase(at);
    }
  }
  for (const auto& [each, to] : crowded_out)
    if (to)
      to->crowd_out(each);
  return is_admitted;
}

std::size_t arrival_gate::bytes() const {
  const sync::lock_guard guard{mutex_};
  return requests_.bytes();
}

void arrival_gate::release(unsent_budget::number request) noexcept {
  const sync::lock_guard guard{mutex_};
  requests_.release(request);
  outputs_.erase(request);
}

} // namespace callboard::http
