#include "actors/registry/timers.hpp"

#include <algorithm>

#include "actors/registry/job_table.hpp"
#include "actors/registry/outbox.hpp"

namespace callboard::actors {

void timers::arm(job_entry& entry, steady_time due) {
  heap_.arm(entry, due);
}

void timers::disarm(job_entry& entry) {
  heap_.disarm(entry);
}

void timers::on_wake(steady_time now) {
  if (armed_for_ && *armed_for_ <= now)
    armed_for_.reset();
}

job_entry* timers::pop_due(steady_time now) {
  return heap_.pop_due(now);
}

void timers::wake_for(std::initializer_list<std::optional<steady_time>> others) {
  auto due = heap_.is_empty() ? std::nullopt : std::optional{heap_.next_due()};
  for (const auto& other : others)
    if (other)
      due = std::min(due.value_or(*other), *other);
  if (!due || (armed_for_ && *armed_for_ <= *due))
    return;
  armed_for_ = due;
  out_.wake_at(*due);
}

} // namespace callboard::actors
