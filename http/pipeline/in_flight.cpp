#include "http/pipeline/in_flight.hpp"

#include <thread>

#include "http/message/problem.hpp"
#include "http/pipeline/exchange.hpp"

namespace callboard::http {

std::size_t in_flight::list_of(const exchange& entry) noexcept {
  // Exchanges are several hundred bytes large, so the lower bits say nothing.
  return (reinterpret_cast<std::uintptr_t>(&entry) >> 9) % list_count;
}

void in_flight::add(exchange& entry) {
  in_flight_.fetch_add(1);
  accepted_.fetch_add(1, std::memory_order_relaxed);
  auto& into = lists_[list_of(entry)];
  const std::lock_guard guard{into.mutex};
  entry.next_ = into.first;
  if (into.first != nullptr)
    into.first->previous_ = &entry;
  into.first = &entry;
  entry.is_listed_ = true;
}

void in_flight::remove(exchange& entry) noexcept {
  auto& from = lists_[list_of(entry)];
  const std::lock_guard guard{from.mutex};
  if (!entry.is_listed_)
    return;
  if (entry.previous_ != nullptr)
    entry.previous_->next_ = entry.next_;
  else
    from.first = entry.next_;
  if (entry.next_ != nullptr)
    entry.next_->previous_ = entry.previous_;
  entry.is_listed_ = false;
}

std::vector<std::shared_ptr<exchange>> in_flight::all() {
  std::vector<std::shared_ptr<exchange>> found;
  for (auto& each : lists_) {
    const std::lock_guard guard{each.mutex};
    for (auto* entry = each.first; entry != nullptr; entry = entry->next_)
      if (auto held = entry->weak_from_this().lock())
        found.push_back(std::move(held));
  }
  return found;
}

bool in_flight::is_empty() {
  for (auto& each : lists_) {
    const std::lock_guard guard{each.mutex};
    if (each.first != nullptr)
      return false;
  }
  return true;
}

void in_flight::expire(steady_time came_before) {
  for (const auto& entry : all())
    if (entry->came_at() + entry->allowance() < came_before)
      entry->answer(problem(504, "timeout", "the server did not answer in time"));
}

void in_flight::abandon_all() {
  for (const auto& entry : all())
    entry->abandon();
  streams_.cut_all();
  // What is left is being answered or destroyed right now by threads that do not wait for anything.
  while (!is_empty())
    std::this_thread::yield();
}

void in_flight::log(const http_log_entry& entry) const noexcept {
  try {
    log_(entry);
  } catch (...) {
    // The log's own failure is nothing that the log could be told, and no reason to fail a request.
  }
}

} // namespace callboard::http
