#include "actors/registry/waiters.hpp"

#include <algorithm>
#include <utility>

#include "actors/registry/job_table.hpp"

namespace callboard::actors {

waiter& waiters::append(job_entry& entry, callback<job_ptr> done) {
  if (!entry.calls)
    entry.calls = std::make_unique<entry_calls>();
  auto& added = *entry.calls->waiters.emplace_back(std::make_unique<waiter>());
  added.entry = &entry;
  added.done = std::move(done);
  return added;
}

void waiters::add(job_entry& entry, callback<job_ptr> done, steady_time due) {
  timers_.arm(append(entry, std::move(done)), due);
}

void waiters::add_cancel(job_entry& entry, callback<job_ptr> done) {
  append(entry, std::move(done)).is_cancel = true;
  ++cancels_;
}

void waiters::answer(job_entry& entry) {
  const auto calls = std::exchange(entry.calls, nullptr);
  if (!calls)
    return;
  const auto& job = entry.visible;
  auto is_cancel_won = job->state == job_state::canceled;
  for (auto& one : calls->waiters) {
    timers_.disarm(*one);
    if (one->is_cancel)
      --cancels_;
    // Of several who cancel at the same time one has canceled it; the others came too late.
    if (!one->is_cancel || std::exchange(is_cancel_won, false))
      one->done(job);
    else
      one->done(fail_as_over(job->state));
  }
}

void waiters::release(job_entry& entry) {
  if (!entry.calls)
    return;
  auto& waiting = entry.calls->waiters;
  const auto first = std::stable_partition(waiting.begin(), waiting.end(),
                                           [](const auto& one) { return one->is_cancel; });
  for (auto one = first; one != waiting.end(); ++one) {
    timers_.disarm(**one);
    (*one)->done(entry.visible);
  }
  waiting.erase(first, waiting.end());
}

void waiters::refuse(job_entry& entry, const error& why) {
  const auto calls = std::exchange(entry.calls, nullptr);
  if (!calls)
    return;
  for (auto& one : calls->waiters) {
    timers_.disarm(*one);
    if (one->is_cancel)
      --cancels_;
    one->done(tl::unexpected(why));
  }
}

job_entry* waiters::answer_due(steady_time now) {
  auto* const due = timers_.pop_due(now);
  if (!due)
    return nullptr;
  auto& waiting = due->entry->calls->waiters;
  const auto place = std::find_if(waiting.begin(), waiting.end(),
                                  [due](const auto& other) { return other.get() == due; });
  const auto taken = std::move(*place);
  waiting.erase(place);
  taken->done(taken->entry->visible);
  return taken->entry;
}

std::optional<steady_time> waiters::next_due() const noexcept {
  return timers_.is_empty() ? std::nullopt : std::optional{timers_.next_due()};
}

} // namespace callboard::actors
