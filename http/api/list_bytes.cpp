#include "http/api/list_bytes.hpp"

namespace callboard::http {

namespace {

/// Names, numbers, times and ids of a job, and of a task.
constexpr std::size_t around_job = 768;
constexpr std::size_t around_task = 256;

std::size_t bytes_of(const shared_text& text) noexcept {
  return text ? text->size() : 0;
}

std::size_t bytes_of(const job_spec& made) noexcept {
  auto sum = made.content.size() + made.metadata.text().size();
  if (made.agent_job)
    sum += made.agent_job->params.text().size() + made.agent_job->target_channel.text().size()
           + made.agent_job->config.text().size();
  return sum;
}

std::size_t bytes_of(const job& shown) noexcept {
  auto sum = around_job + bytes_of(*shown.spec);
  for (const auto& task : shown.tasks)
    sum += around_task + bytes_of(task.result) + bytes_of(task.error);
  if (shown.outcome)
    sum += bytes_of(shown.outcome->content) + shown.outcome->metadata.text().size()
           + shown.outcome->error_text.size();
  return sum;
}

std::size_t bytes_of(const scheduled_job& shown) noexcept {
  const auto& definition = *shown.definition;
  return around_job + definition.name.size() + definition.content.size()
         + definition.payload.text().size()
         + (definition.description ? definition.description->size() : 0)
         + (shown.last_run ? bytes_of(*shown.last_run) : 0);
}

template <class Jobs>
std::size_t sum_of(const Jobs& jobs) noexcept {
  std::size_t sum = 0;
  for (const auto& each : jobs)
    sum += bytes_of(*each);
  return sum;
}

} // namespace

std::size_t list_bytes(const std::vector<job_ptr>& jobs) noexcept {
  return sum_of(jobs);
}

std::size_t list_bytes(const std::vector<scheduled_job_ptr>& jobs) noexcept {
  return sum_of(jobs);
}

} // namespace callboard::http
