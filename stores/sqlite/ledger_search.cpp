#include "stores/sqlite/ledger_search.hpp"

#include "core/listing.hpp"

#include <algorithm>
#include <cstring>
#include <limits>

namespace callboard::sqlite {

namespace {

/// Jobs that are filtered at a time: their marks and what is read of their columns stay in the
/// processor's first cache.
constexpr std::size_t block_size = 2048;
/// Fewest places for what may be on a page: sorting out is dear for few.
constexpr std::size_t places_min = 1024;

/// For each job of a block whether it is (still) wanted: 1 or 0.
using marks = std::array<std::uint8_t, block_size>;

struct block {
  std::size_t begin;
  std::size_t size;
};

// Loops without branches over what cannot overlap, so that the compiler can do many jobs at a time.
void keep_equal(marks& to, const block& of, const std::vector<std::uint32_t>& column,
                std::uint32_t wanted) {
  const auto* const values = column.data() + of.begin;
  auto* const __restrict kept = to.data();
  for (std::size_t i = 0; i < of.size; ++i)
    kept[i] = static_cast<std::uint8_t>(kept[i] & (values[i] == wanted ? 1 : 0));
}

void keep_within(marks& to, const block& of, const std::vector<std::int64_t>& column,
                 const time_bounds& wanted) {
  if (wanted.are_open())
    return;
  const auto* const values = column.data() + of.begin;
  const auto [from, until] = wanted;
  auto* const __restrict kept = to.data();
  for (std::size_t i = 0; i < of.size; ++i) {
    const auto is_within
      = static_cast<unsigned>(values[i] >= from) & static_cast<unsigned>(values[i] <= until);
    kept[i] = static_cast<std::uint8_t>(kept[i] & is_within);
  }
}

template <class T>
void keep_marked(marks& to, const block& of, const std::vector<T>& column,
                 const std::uint8_t* wanted) {
  const auto* const values = column.data() + of.begin;
  auto* const __restrict kept = to.data();
  for (std::size_t i = 0; i < of.size; ++i)
    kept[i] = static_cast<std::uint8_t>(kept[i] & wanted[values[i]]);
}

std::size_t count(const marks& kept, const block& of) {
  std::uint32_t sum = 0;
  for (std::size_t i = 0; i < of.size; ++i)
    sum += kept[i];
  return sum;
}

std::size_t count_in(const marks& kept, const block& of, const std::vector<std::uint8_t>& states,
                     std::uint8_t state) {
  const auto* const values = states.data() + of.begin;
  std::uint32_t sum = 0;
  for (std::size_t i = 0; i < of.size; ++i)
    sum += static_cast<std::uint8_t>(kept[i] & (values[i] == state ? 1 : 0));
  return sum;
}

/// A step of an order, with what it looks at.
class step_key {
public:
  step_key(const ledger_columns& jobs, const ledger_step& step)
    : is_descending{step.is_descending}, ranks_{step.ranks} {
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

  std::int64_t operator()(std::uint32_t slot) const noexcept {
    if (times_)
      return (*times_)[slot];
    if (states_)
      return core::state_rank(static_cast<job_state>((*states_)[slot]));
    return (*ranks_)[(*names_)[slot]];
  }

  const bool is_descending;

private:
  const std::vector<std::int64_t>* times_ = nullptr;
  const std::vector<std::uint8_t>* states_ = nullptr;
  const std::vector<std::uint32_t>* names_ = nullptr;
  const std::vector<std::uint32_t>* ranks_ = nullptr;
};

/// The first jobs of an order, among those that are offered one after another.
class first_places {
  auto order() const {
    return [this](std::uint32_t left, std::uint32_t right) { return is_before(left, right); };
  }

public:
  first_places(const ledger_columns& jobs, const std::vector<ledger_step>& order, std::size_t count)
    : jobs_{jobs}, count_{count}, places_{std::max(2 * count, places_min)} {
    for (const auto& step : order)
      keys_.emplace_back(jobs, step);
  }

  void offer(std::uint32_t slot) {
    if (is_bounded_) {
      const auto key = keys_.front()(slot);
      if (keys_.front().is_descending ? key < bound_key_ : key > bound_key_)
        return;
      if (key == bound_key_ && !is_before(slot, bound_))
        return;
    }
    chosen_.push_back(slot);
    if (chosen_.size() == places_)
      sort_out();
  }

  /// Those from a place on, in order.
  std::vector<std::uint32_t> take_from(std::size_t place) {
    if (place >= chosen_.size())
      return {};
    const auto first = chosen_.begin() + static_cast<std::ptrdiff_t>(place);
    const auto last
      = chosen_.begin() + static_cast<std::ptrdiff_t>(std::min(count_, chosen_.size()));
    std::nth_element(chosen_.begin(), first, chosen_.end(), order());
    std::partial_sort(first, last, chosen_.end(), order());
    return {first, last};
  }

private:
  bool is_before(std::uint32_t left, std::uint32_t right) const noexcept {
    for (const auto& key : keys_) {
      const auto of_left = key(left);
      const auto of_right = key(right);
      if (of_left != of_right)
        return key.is_descending ? of_left > of_right : of_left < of_right;
    }
    const auto is_descending = keys_.front().is_descending;
    if (jobs_.created_at[left] != jobs_.created_at[right])
      return is_descending ? jobs_.created_at[left] > jobs_.created_at[right]
                           : jobs_.created_at[left] < jobs_.created_at[right];
    return is_descending ? jobs_.id[left] > jobs_.id[right] : jobs_.id[left] < jobs_.id[right];
  }

  /// Leaves the first `count_`; what comes after the last of them need not be looked at again.
  void sort_out() {
    const auto last = chosen_.begin() + static_cast<std::ptrdiff_t>(count_ - 1);
    std::nth_element(chosen_.begin(), last, chosen_.end(), order());
    chosen_.resize(count_);
    is_bounded_ = true;
    bound_ = chosen_.back();
    bound_key_ = keys_.front()(bound_);
  }

  const ledger_columns& jobs_;
  const std::size_t count_;
  const std::size_t places_;
  std::vector<step_key> keys_;
  std::vector<std::uint32_t> chosen_;
  bool is_bounded_ = false;
  std::uint32_t bound_ = 0;
  std::int64_t bound_key_ = 0;
};

void keep(marks& kept, const block& of, const ledger_columns& jobs, const ledger_filter& wanted) {
  std::fill_n(kept.begin(), of.size, std::uint8_t{1});
  if (wanted.organisation)
    keep_equal(kept, of, jobs.organisation, *wanted.organisation);
  if (wanted.job_type)
    keep_equal(kept, of, jobs.job_type, *wanted.job_type);
  if (wanted.channel)
    keep_equal(kept, of, jobs.channel, *wanted.channel);
  if (!wanted.tag_sets.empty())
    keep_marked(kept, of, jobs.tag_set, wanted.tag_sets.data());
  keep_within(kept, of, jobs.due_at, wanted.due);
  keep_within(kept, of, jobs.created_at, wanted.created);
}

/// Calls `visit` with the place of each mark that is set, in either direction.
template <class Visit>
void for_each_kept(const marks& kept, std::size_t size, bool is_backward, Visit visit) {
  constexpr std::size_t step = sizeof(std::uint64_t);
  const auto words = (size + step - 1) / step;
  for (std::size_t i = 0; i < words; ++i) {
    const auto word = is_backward ? words - 1 - i : i;
    std::uint64_t marked = 0;
    std::memcpy(&marked, kept.data() + word * step, step);
    if (marked == 0)
      continue;
    for (std::size_t j = 0; j < step; ++j) {
      const auto at = word * step + (is_backward ? step - 1 - j : j);
      if (at < size && kept[at] != 0)
        visit(at);
    }
  }
}

} // namespace

ledger_page search(const ledger_columns& jobs, const ledger_filter& wanted,
                   const std::vector<ledger_step>& order, std::size_t offset, std::size_t limit) {
  ledger_page page;
  const auto size = jobs.id.size();
  const auto is_backward = order.front().is_descending;
  const auto end = offset >= size ? 0 : offset + std::min(limit, size - offset);
  // More than that are not wanted, and none beyond the last.
  first_places first{jobs, order, std::max<std::size_t>(end, 1)};
  marks kept{};
  const auto blocks = (size + block_size - 1) / block_size;
  for (std::size_t i = 0; i < blocks; ++i) {
    // Jobs stand roughly by age: begin where the first places of most orders are.
    const auto begin = (is_backward ? blocks - 1 - i : i) * block_size;
    const block of{begin, std::min(block_size, size - begin)};
    keep(kept, of, jobs, wanted);
    if (count(kept, of) == 0)
      continue;
    if (wanted.counts_states)
      for (std::uint8_t state = 0; state < job_state_count; ++state)
        page.by_state[state] += count_in(kept, of, jobs.state, state);
    keep_marked(kept, of, jobs.state, wanted.states.data());
    const auto matching = count(kept, of);
    page.matching += matching;
    if (matching > 0 && end > 0)
      for_each_kept(kept, of.size, is_backward,
                    [&](std::size_t at) { first.offer(static_cast<std::uint32_t>(begin + at)); });
  }
  if (end > 0)
    for (const auto slot : first.take_from(offset))
      page.ids.push_back(jobs.id[slot]);
  return page;
}

} // namespace callboard::sqlite
