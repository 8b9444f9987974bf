#include "core/jobs/order.hpp"

#include <algorithm>
#include <array>
#include <compare>
#include <string_view>
#include <utility>

namespace callboard::core {

namespace {

/// In the order of `job_state`: the places of WAITING and the other words in the alphabet.
constexpr std::array<std::uint8_t, job_state_count> ranks{4, 5, 3, 1, 2, 2, 0};

std::string_view job_type_of(const job& one) noexcept {
  return one.spec->agent_job ? std::string_view{one.spec->agent_job->job_type_id}
                             : std::string_view{};
}

std::string_view channel_of(const job& one) noexcept {
  return one.spec->agent_job ? std::string_view{one.spec->agent_job->channel_code}
                             : std::string_view{};
}

bool is_within(system_time time, const std::optional<system_time>& from,
               const std::optional<system_time>& to) noexcept {
  return (!from || time >= *from) && (!to || time <= *to);
}

bool has_one_of(const job& one, const std::vector<std::string>& tags) {
  return one.spec->agent_job && std::any_of(tags.begin(), tags.end(), [&](const std::string& tag) {
           const auto& own = one.spec->agent_job->tags;
           return std::find(own.begin(), own.end(), tag) != own.end();
         });
}

std::strong_ordering compare(const job& left, const job& right, job_field by) noexcept {
  switch (by) {
    case job_field::created_at:
      return left.spec->created_at.time_since_epoch().count()
             <=> right.spec->created_at.time_since_epoch().count();
    case job_field::updated_at:
      return left.updated_at.time_since_epoch().count()
             <=> right.updated_at.time_since_epoch().count();
    case job_field::due_at:
      return left.spec->due_at.time_since_epoch().count()
             <=> right.spec->due_at.time_since_epoch().count();
    case job_field::state:
      return state_rank(left.state) <=> state_rank(right.state);
    case job_field::job_type_id:
      return job_type_of(left) <=> job_type_of(right);
    case job_field::channel_code:
      return channel_of(left) <=> channel_of(right);
  }
  return std::strong_ordering::equal;
}

} // namespace

std::uint8_t state_rank(job_state state) noexcept {
  return ranks[static_cast<std::size_t>(state)];
}

std::vector<job_sort> order_of(const job_query& query) {
  return query.sort.empty() ? std::vector{job_sort{}} : query.sort;
}

bool matches_but_state(const job& one, const job_query& query) {
  return (query.organisation.empty() || one.spec->organisation == query.organisation)
         && (!query.job_type_id || (one.spec->agent_job && job_type_of(one) == *query.job_type_id))
         && (!query.channel_code || (one.spec->agent_job && channel_of(one) == *query.channel_code))
         && (query.tags.empty() || has_one_of(one, query.tags))
         && is_within(one.spec->due_at, query.due_from, query.due_to)
         && is_within(one.spec->created_at, query.created_from, query.created_to);
}

bool comes_before(const job& left, const job& right, const std::vector<job_sort>& order) {
  for (const auto& step : order) {
    const auto found = compare(left, right, step.by);
    if (found != 0)
      return step.is_descending ? found > 0 : found < 0;
  }
  auto found = compare(left, right, job_field::created_at);
  if (found == 0)
    found = left.spec->id <=> right.spec->id;
  return order.front().is_descending ? found > 0 : found < 0;
}

} // namespace callboard::core
