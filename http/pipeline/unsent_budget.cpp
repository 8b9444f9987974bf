#include "http/pipeline/unsent_budget.hpp"

#include <algorithm>
#include <iterator>

namespace callboard::http {

unsent_budget::verdict unsent_budget::admit(number answer, std::size_t bytes, importance matters,
                                            steady_time now) {
  release(answer);
  verdict made;
  // Written so that no sum can wrap.
  const auto room = allowed_.bytes_max - std::min(allowed_.bytes_max, bytes_);
  if (bytes > room) {
    const auto end = end_of_dropped(bytes, matters, now);
    if (matters == importance::can_be_refused && end == going_.begin())
      return {.is_admitted = false, .dropped = {}};
    while (going_.begin() != end) {
      made.dropped.push_back(going_.front().answer);
      release(made.dropped.back());
    }
  }
  waiting_.push_back({answer, bytes, {}});
  places_[answer] = {.at = std::prev(waiting_.end()), .is_going = false};
  bytes_ += bytes;
  return made;
}

unsent_budget::entries::iterator unsent_budget::end_of_dropped(std::size_t bytes,
                                                               importance matters,
                                                               steady_time now) {
  const auto fits = [&, held = bytes_](std::size_t freed) {
    return held - freed <= allowed_.bytes_max && bytes <= allowed_.bytes_max - (held - freed);
  };
  // One that fits nowhere needs no other one's room.
  const auto is_patient = matters == importance::can_be_refused || bytes > allowed_.bytes_max;
  auto end = going_.begin();
  std::size_t freed = 0;
  for (; end != going_.end() && !fits(freed); ++end) {
    if (is_patient && now - end->since < allowed_.patience)
      break;
    freed += end->bytes;
  }
  // Dropping some would not help one that is refused all the same.
  return matters == importance::can_be_refused && !fits(freed) ? going_.begin() : end;
}

bool unsent_budget::progress(number answer, steady_time now) {
  const auto found = places_.find(answer);
  if (found == places_.end())
    return false;
  auto& [at, is_going] = found->second;
  at->since = now;
  going_.splice(going_.end(), is_going ? going_ : waiting_, at);
  is_going = true;
  return true;
}

void unsent_budget::release(number answer) noexcept {
  const auto found = places_.find(answer);
  if (found == places_.end())
    return;
  const auto& [at, is_going] = found->second;
  bytes_ -= at->bytes;
  (is_going ? going_ : waiting_).erase(at);
  places_.erase(found);
}

} // namespace callboard::http
