#include "stores/sqlite/lists/column_order.hpp"

#include "core/jobs/order.hpp"

#include <algorithm>

namespace callboard::sqlite {

namespace {

/// Fewest places for what may be on a page: sorting out is dear for few.
constexpr std::size_t places_min = 1024;

/// So few jobs of a block are sooner compared one by one.
constexpr std::size_t few = 256;

std::int64_t rank_of(std::uint8_t state) noexcept {
  return core::state_rank(static_cast<job_state>(state));
}

} // namespace

order_key::order_key(const index_columns& jobs, const column_step& step)
  : is_descending_{step.is_descending}, ranks_{step.ranks} {
  switch (step.by) {
    case job_field::created_at:
      times_ = &jobs.created_at;
      break;
    case job_field::updated_at:
      times_ = &jobs.updated_at;
      break;
    case job_field::due_at:
      times_ = &jobs.due_at;
      break;
    case job_field::state:
      states_ = &jobs.state;
      break;
    case job_field::job_type_id:
      names_ = &jobs.job_type;
      break;
    case job_field::channel_code:
      names_ = &jobs.channel;
      break;
  }
}

std::int64_t order_key::operator()(std::uint32_t slot) const noexcept {
  if (times_)
    return (*times_)[slot];
  if (states_)
    return rank_of((*states_)[slot]);
  return (*ranks_)[(*names_)[slot]];
}

void order_key::split(std::int64_t key, selection& equal, selection& before) const {
  if (times_)
    split_times(key, equal, before);
  else if (states_)
    split_states(key, equal, before);
  else
    split_names(key, equal, before);
}

void order_key::split_times(std::int64_t key, selection& equal, selection& before) const {
  const auto& [least, greatest] = times_->range_of(equal.block().begin);
  const auto first = is_descending_ ? greatest : least;
  const auto last = is_descending_ ? least : greatest;
  if (is_before(key, first)) {
    before.clear();
    equal.clear();
    return;
  }
  before = equal;
  if (is_before(last, key)) {
    equal.clear();
    return;
  }
  const auto* const times = times_->data() + equal.block().begin;
  if (is_descending_)
    before.keep_if([times, key](std::size_t i) { return times[i] > key; });
  else
    before.keep_if([times, key](std::size_t i) { return times[i] < key; });
  equal.keep_if([times, key](std::size_t i) { return times[i] == key; });
}

void order_key::split_states(std::int64_t key, selection& equal, selection& before) const {
  before = equal;
  for (std::uint8_t state = 0; state < job_state_count; ++state) {
    if (rank_of(state) != key)
      equal.keep_unequal(*states_, state);
    if (!is_before(rank_of(state), key))
      before.keep_unequal(*states_, state);
  }
}

void order_key::split_names(std::int64_t key, selection& equal, selection& before) const {
  const auto begin = equal.block().begin;
  const auto* const names = names_->data() + begin;
  const auto* const ranks = ranks_->data();
  before = equal;
  before.keep_each_if([&](std::size_t i) { return is_before(ranks[names[i]], key); });
  equal.keep_each_if([&](std::size_t i) { return ranks[names[i]] == key; });
}

first_places::first_places(const index_columns& jobs, const std::vector<column_step>& order,
                           std::size_t count)
  : jobs_{jobs},
    count_{count},
    places_{std::max(2 * count, places_min)},
    is_newest_first_{order.front().is_descending} {
  for (const auto& step : order)
    keys_.emplace_back(jobs, step);
}

bool first_places::is_backward() const noexcept {
  const auto first
    = std::find_if(keys_.begin(), keys_.end(), [](const auto& key) { return key.is_time(); });
  return first == keys_.end() ? is_newest_first_ : first->is_descending();
}

void first_places::offer(selection& marked) {
  if (is_bounded_)
    leave_out(marked);
  marked.for_each(is_backward(), [&](std::size_t at) {
    offer(static_cast<std::uint32_t>(marked.block().begin + at));
  });
}

void first_places::leave_out(selection& marked) const {
  auto left = marked.count();
  auto equal = marked;
  marked.clear();
  for (const auto& key : keys_) {
    if (left <= few)
      break;
    selection before{equal.block()};
    key.split(key(bound_), equal, before);
    marked.add(before);
    left = equal.count();
  }
  marked.add(equal);
}

void first_places::offer(std::uint32_t slot) {
  if (is_bounded_ && !is_before(slot, bound_))
    return;
  chosen_.push_back(slot);
  if (chosen_.size() == places_)
    sort_out();
}

std::vector<std::uint32_t> first_places::take_from(std::size_t place) {
  if (place >= chosen_.size())
    return {};
  const auto first = chosen_.begin() + static_cast<std::ptrdiff_t>(place);
  const auto last = chosen_.begin() + static_cast<std::ptrdiff_t>(std::min(count_, chosen_.size()));
  std::nth_element(chosen_.begin(), first, chosen_.end(), order());
  std::partial_sort(first, last, chosen_.end(), order());
  return {first, last};
}

bool first_places::is_before(std::uint32_t left, std::uint32_t right) const noexcept {
  for (const auto& key : keys_) {
    const auto of_left = key(left);
    const auto of_right = key(right);
    if (of_left != of_right)
      return key.is_descending() ? of_left > of_right : of_left < of_right;
  }
  if (jobs_.created_at[left] != jobs_.created_at[right])
    return is_newest_first_ ? jobs_.created_at[left] > jobs_.created_at[right]
                            : jobs_.created_at[left] < jobs_.created_at[right];
  return is_newest_first_ ? jobs_.id[left] > jobs_.id[right] : jobs_.id[left] < jobs_.id[right];
}

void first_places::sort_out() {
  const auto last = chosen_.begin() + static_cast<std::ptrdiff_t>(count_ - 1);
  std::nth_element(chosen_.begin(), last, chosen_.end(), order());
  chosen_.resize(count_);
  is_bounded_ = true;
  bound_ = chosen_.back();
}

} // namespace callboard::sqlite
