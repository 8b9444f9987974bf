#include "tests/core/jobs/job_fixtures.hpp"

#include <memory>

namespace callboard::test {

using namespace std::chrono_literals;
using core::live_job;
namespace event = core::event;

namespace {

constexpr auto steady_start = steady_time{100h};
constexpr auto wall_start = system_time{std::chrono::sys_days{std::chrono::year{2026} / 3 / 1}};

live_job advanced(const live_job& job, const core::job_event& what, std::int64_t ms) {
  return apply(job, what, ms).next;
}

live_job taken(const live_job& job, std::int64_t ms) {
  return advanced(job, event::taken{last_task(job)}, ms);
}

live_job answered(const live_job& job, const agent_answer& answer, std::int64_t ms) {
  return advanced(job, event::answered{last_task(job), answer}, ms);
}

agent_answer wants_more() {
  auto answer = agent_answer::complete("tell me more");
  answer.status = answer_status::wants_more;
  return answer;
}

live_job scheduled() {
  auto spec = example_spec();
  spec.due_at += 10s;
  spec.expires_at += 10s;
  return begin(spec);
}

} // namespace

clock_reading at(std::int64_t ms) {
  const auto passed = std::chrono::milliseconds{ms};
  return {steady_start + passed, wall_start + passed};
}

std::int64_t since_start(steady_time time) {
  return std::chrono::floor<std::chrono::milliseconds>(time - steady_start).count();
}

core::random_source repeatable_random(std::uint64_t seed) {
  // SplitMix64, whose outputs do not repeat before all 2^64 have been.
  return [state = seed]() mutable {
    state += 0x9E3779B97F4A7C15;
    auto mixed = state;
    mixed = (mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9;
    mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EB;
    return mixed ^ (mixed >> 31);
  };
}

job_spec example_spec() {
  job_spec spec;
  spec.id = *uuid::parse("0195d3c0-0000-7000-8000-000000000001");
  spec.kind = job_kind::agent;
  spec.organisation = "default";
  spec.agent_id = *uuid::parse("550e8400-e29b-41d4-a716-446655440000");
  spec.content = "hello";
  spec.created_at = at(0).wall;
  spec.due_at = at(0).wall;
  spec.expires_at = at(0).wall + 60s;
  spec.attempt_time_limit = 20s;
  spec.retry.retries_max = 1;
  spec.retry.delay = 5s;
  spec.retry.growth = backoff::fixed;
  spec.follow_ups_max = 1;
  return spec;
}

live_job begin(const job_spec& spec) {
  return core::begin(std::make_shared<const job_spec>(spec), at(0), repeatable_random(1)).next;
}

core::transition apply(const live_job& job, const core::job_event& what, std::int64_t ms) {
  // Another seed for each version, so that no two tasks of a job get the same id.
  return *core::apply(job, what, at(ms), repeatable_random(job.record->version * 1000));
}

uuid last_task(const live_job& job) {
  return job.record->tasks.empty() ? uuid{} : job.record->tasks.back().id;
}

std::string_view to_string(situation where) {
  constexpr auto names = std::to_array<std::string_view>(
    {"scheduled", "queued", "running", "follow_up_queued", "waiting_for_retry", "retry_queued",
     "retry_running", "completed", "failed", "timeout", "canceled"});
  static_assert(names.size() == live_situations.size() + terminal_situations.size());
  return names[static_cast<std::size_t>(where)];
}

std::ostream& operator<<(std::ostream& out, situation where) {
  return out << to_string(where);
}

live_job job_in(situation where) {
  switch (where) {
    case situation::scheduled:
      return scheduled();
    case situation::queued:
      return begin(example_spec());
    case situation::running:
      return taken(job_in(situation::queued), 1000);
    case situation::follow_up_queued:
      return answered(job_in(situation::running), wants_more(), 2000);
    case situation::waiting_for_retry:
      return answered(job_in(situation::running), agent_answer::failure("no luck"), 2000);
    case situation::retry_queued:
      return advanced(job_in(situation::waiting_for_retry), event::time_passed{}, 7000);
    case situation::retry_running:
      return taken(job_in(situation::retry_queued), 8000);
    case situation::completed:
      return answered(job_in(situation::running), agent_answer::complete("done"), 2000);
    case situation::failed:
      return answered(job_in(situation::running), agent_answer::final_failure("no use"), 2000);
    case situation::timeout:
      return advanced(job_in(situation::queued), event::time_passed{}, 60'000);
    case situation::canceled:
      return advanced(job_in(situation::running), event::cancel_asked{"not needed"}, 2000);
  }
  return {};
}

std::int64_t quiet_time(situation where) {
  switch (where) {
    case situation::retry_queued:
    case situation::retry_running:
      return 9000;
    case situation::timeout:
      return 61'000;
    default:
      return 3000;
  }
}

std::optional<std::int64_t> due_time(situation where) {
  switch (where) {
    case situation::scheduled:
      return 10'000;
    case situation::running:
      return 21'000;
    case situation::waiting_for_retry:
      return 7000;
    case situation::retry_running:
      return 28'000;
    default:
      return std::nullopt;
  }
}

std::int64_t deadline_time(situation where) {
  return where == situation::scheduled ? 70'000 : 60'000;
}

} // namespace callboard::test
