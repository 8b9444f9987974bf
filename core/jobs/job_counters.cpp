#include "core/jobs/job_counters.hpp"

#include <numeric>

namespace callboard::core {

namespace {

std::size_t index(job_kind kind) noexcept {
  return static_cast<std::size_t>(kind);
}

std::size_t index(job_state state) noexcept {
  return static_cast<std::size_t>(state);
}

std::size_t sum_finished(const state_counts& counts) noexcept {
  std::size_t sum = 0;
  for (std::size_t i = 0; i < counts.size(); ++i)
    if (is_terminal(static_cast<job_state>(i)))
      sum += counts[i];
  return sum;
}

} // namespace

job_counters::kind_counts& job_counters::counts_of(const job& one) noexcept {
  return by_kind_[index(one.spec->kind)];
}

void job_counters::add(const job& one) {
  ++counts_of(one).held[index(one.state)];
  if (is_terminal(one.state))
    count_end(one);
  else
    live_.add(one.spec->organisation);
}

void job_counters::add_ended(const job& one) noexcept {
  ++counts_of(one).held[index(one.state)];
}

void job_counters::change(const job& before, const job& after) noexcept {
  auto& counts = counts_of(after);
  --counts.held[index(before.state)];
  ++counts.held[index(after.state)];
  if (is_terminal(before.state) || !is_terminal(after.state))
    return;
  count_end(after);
  live_.remove(after.spec->organisation);
}

void job_counters::count_end(const job& one) noexcept {
  auto& counts = counts_of(one);
  ++counts.ended[index(one.state)];
  if (one.state == job_state::completed && one.finished_at)
    counts.completion_sum += *one.finished_at - one.spec->created_at;
}

void job_counters::remove(const job& one) noexcept {
  --counts_of(one).held[index(one.state)];
  if (!is_terminal(one.state))
    live_.remove(one.spec->organisation);
}

const state_counts& job_counters::of(job_kind kind) const noexcept {
  return by_kind_[index(kind)].held;
}

std::size_t job_counters::held(job_kind kind) const noexcept {
  const auto& counts = of(kind);
  return std::accumulate(counts.begin(), counts.end(), std::size_t{0});
}

std::size_t job_counters::finished(job_kind kind) const noexcept {
  return sum_finished(of(kind));
}

const state_counts& job_counters::ended(job_kind kind) const noexcept {
  return by_kind_[index(kind)].ended;
}

std::chrono::duration<double, std::milli> job_counters::mean_completion(
  job_kind kind) const noexcept {
  const auto& counts = by_kind_[index(kind)];
  const auto completed = counts.ended[index(job_state::completed)];
  if (completed == 0)
    return {};
  return std::chrono::duration<double, std::milli>{counts.completion_sum}
         / static_cast<double>(completed);
}

} // namespace callboard::core
