#include "core/jobs/conversation.hpp"

#include <algorithm>
#include <cassert>
#include <memory>
#include <string>
#include <utility>

namespace callboard::core {

namespace {

const shared_text& follow_up_prompt() {
  static const auto text = std::make_shared<const std::string>("Continue.");
  return text;
}

bool is_answered(const task_record& turn) noexcept {
  return turn.state == task_state::completed && turn.result;
}

} // namespace

} // namespace callboard::core

namespace callboard {

std::string_view prompt_of_task(const job& of, std::size_t task) noexcept {
  const auto end = of.tasks.begin() + static_cast<std::ptrdiff_t>(std::min(task, of.tasks.size()));
  const auto has_answer = std::any_of(
    of.tasks.begin(), end, [](const task_record& turn) { return core::is_answered(turn); });
  return has_answer ? *core::follow_up_prompt() : of.spec->content;
}

} // namespace callboard

namespace callboard::core {

task_ptr make_task(job_ptr job, const agent_info& agent, system_time now,
                   std::vector<history_entry> before) {
  assert(!job->tasks.empty());
  const auto& spec = *job->spec;
  const auto& current = job->tasks.back();
  auto made = std::make_shared<agent_task>();
  made->history = std::move(before);
  // Shares the job's own text instead of copying it.
  auto prompt = shared_text{job->spec, &spec.content};
  for (const auto& turn : job->tasks) {
    if (!is_answered(turn))
      continue;
    made->history.push_back({"user", prompt});
    made->history.push_back({"assistant", turn.result});
    prompt = follow_up_prompt();
  }
  made->id = current.id;
  made->kind = current.kind;
  made->attempt = current.attempt;
  made->content = std::move(prompt);
  made->agent_id = agent.id;
  made->agent_name = agent.name;
  made->deadline = spec.expires_at;
  if (spec.attempt_time_limit)
    made->deadline = std::min(made->deadline, now + *spec.attempt_time_limit);
  made->job = std::move(job);
  return made;
}

} // namespace callboard::core
