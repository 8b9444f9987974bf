#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "tests/core/jobs/difference.hpp"
#include "tests/core/jobs/job_fixtures.hpp"

namespace callboard::test {

namespace event = core::event;
using namespace std::chrono_literals;
using enum situation;

/// What happens to a job.
enum class happening {
  time_passed,
  taken,
  completed_answer,
  wants_more,
  failure,
  final_failure,
  later_failure,
  cancel_asked,
  stopped,
  broken,
  agent_gone,
};

using enum happening;

inline constexpr std::array all_happenings{
  time_passed,          taken,         completed_answer, wants_more,         failure,
  final_failure,        later_failure, cancel_asked,     happening::stopped, happening::broken,
  happening::agent_gone};

inline constexpr auto happening_names = std::to_array<std::string_view>(
  {"time_passed", "taken", "completed", "wants_more", "failed", "failed for good",
   "failed, retry after 30 s", "cancel_asked", "stopped", "broken", "agent_gone"});

static_assert(happening_names.size() == all_happenings.size());

inline bool is_about_a_task(happening what) {
  return what >= taken && what <= later_failure;
}

inline const agent_answer& answer_for(happening what) {
  static const auto answers = [] {
    std::array made{agent_answer::complete("done", json_text::from_valid(R"({"n":1})")),
                    agent_answer::complete("more?"), agent_answer::failure("no luck"),
                    agent_answer::final_failure("no use"), agent_answer::failure("busy")};
    made[1].status = answer_status::wants_more;
    made[4].retry_after = 30s;
    return made;
  }();
  return answers.at(static_cast<std::size_t>(what) - static_cast<std::size_t>(completed_answer));
}

inline core::job_event event_for(happening what, const uuid& task_id) {
  switch (what) {
    case time_passed:
      return event::time_passed{};
    case taken:
      return event::taken{task_id};
    case cancel_asked:
      return event::cancel_asked{"no need"};
    case happening::stopped:
      return event::stopped{};
    case happening::broken:
      return event::broken{};
    case happening::agent_gone:
      return event::agent_gone{};
    default:
      return event::answered{task_id, answer_for(what)};
  }
}

/// What the event does to the job at that time, in words.
inline std::string outcome_of(const core::live_job& job, happening what, const uuid& task_id,
                              std::int64_t ms) {
  const auto now = at(ms);
  const auto made = core::apply(job, event_for(what, task_id), now, repeatable_random(99));
  if (!made)
    return std::string{to_string(made.error().code)} + ": " + made.error().message;
  return difference(job, *made, now);
}

} // namespace callboard::test
