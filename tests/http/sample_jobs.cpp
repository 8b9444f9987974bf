#include "tests/http/sample_jobs.hpp"

namespace callboard::tests {

namespace {

constexpr system_time created_at{std::chrono::milliseconds{1703001234567}};

std::shared_ptr<job_outcome> sample_outcome(job_state state) {
  auto outcome = std::make_shared<job_outcome>();
  if (state == job_state::completed) {
    outcome->message_id = *uuid::parse("0198a1b2-d000-7000-8000-000000000001");
    outcome->content = std::make_shared<const std::string>("The answer is \"42\"\n");
    outcome->metadata = json_text::from_valid(R"({"tokens":7})");
  }
  if (state == job_state::failed) {
    outcome->error_code = "agent_error";
    outcome->error_text = "agent answered 500";
  }
  if (state == job_state::timeout) {
    outcome->error_code = "timeout";
    outcome->error_text = "deadline passed";
  }
  return outcome;
}

} // namespace

agent_info sample_agent() {
  agent_info agent;
  agent.id = *uuid::parse(sample_agent_id);
  agent.name = "echo";
  return agent;
}

std::shared_ptr<job> sample_job(job_state state) {
  auto spec = std::make_shared<job_spec>();
  spec->id = *uuid::parse(sample_job_id);
  spec->organisation = "default";
  spec->agent_id = *uuid::parse(sample_agent_id);
  spec->user_id = sample_user;
  spec->content = "What is 6 \u00d7 7?";
  spec->metadata = json_text::from_valid(R"({"source":"api"})");
  spec->created_at = created_at;
  spec->due_at = created_at;
  spec->expires_at = created_at + std::chrono::seconds{60};
  auto made = std::make_shared<job>();
  made->spec = std::move(spec);
  made->version = 1;
  made->state = state;
  made->updated_at = created_at;
  if (is_terminal(state)) {
    made->finished_at = created_at + std::chrono::milliseconds{1500};
    made->outcome = sample_outcome(state);
  }
  return made;
}

std::shared_ptr<job> sample_turns() {
  using std::chrono::seconds;
  auto made = sample_job(job_state::processing);
  auto spec = std::make_shared<job_spec>(*made->spec);
  spec->kind = job_kind::agent;
  spec->organisation = "org123";
  spec->content = "Begin.";
  spec->agent_job = std::make_shared<const agent_job_fields>(
    agent_job_fields{.job_type_id = "report",
                     .params = json_text::from_valid(R"({"n":1})"),
                     .target_channel = json_text::from_valid(R"({"code":"C1","platform":"slack"})"),
                     .channel_code = "C1",
                     .config = json_text::from_valid(R"({"max_follow_ups":1})"),
                     .profile_id = {},
                     .tags = {}});
  made->spec = spec;
  made->started_at = created_at;
  made->updated_at = created_at + seconds{9};
  const auto add = [&](const char* id, task_kind kind, task_state state) -> task_record& {
    auto& task = made->tasks.emplace_back();
    task.id = *uuid::parse(std::string{"0198a1b2-c3d4-7000-8000-00000000000"} + id);
    task.kind = kind;
    task.state = state;
    task.attempt = static_cast<std::uint32_t>(made->tasks.size());
    task.created_at = created_at + seconds{2 * task.attempt};
    if (state != task_state::running)
      task.finished_at = task.created_at + seconds{1};
    return task;
  };
  const auto text = [](const char* what) { return std::make_shared<const std::string>(what); };
  add("1", task_kind::start, task_state::failed).error = text("down");
  add("2", task_kind::retry, task_state::completed).result = text("Half.");
  add("3", task_kind::follow_up, task_state::failed).error = text("busy");
  add("4", task_kind::retry, task_state::running);
  return made;
}

job_ptr accepted(const new_job& wanted) {
  auto made = sample_job(job_state::pending);
  auto spec = std::make_shared<job_spec>(*made->spec);
  spec->organisation = wanted.organisation;
  spec->user_id = wanted.user_id;
  spec->content = wanted.content;
  spec->metadata = wanted.metadata;
  spec->expires_at = spec->created_at + wanted.time_limit;
  made->spec = std::move(spec);
  return made;
}

} // namespace callboard::tests
