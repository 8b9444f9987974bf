#include "app/log/activity_log.hpp"

#include "app/log/agent_secrets.hpp"

namespace callboard::app {

namespace {

constexpr std::string_view api_of(job_kind kind) {
  switch (kind) {
    case job_kind::message:
      return "messaging";
    case job_kind::agent:
      return "agent-jobs";
    case job_kind::run:
      return "scheduled-jobs";
  }
  return {};
}

/// Constant texts: what happened reads the same each time.
constexpr std::string_view message_for(job_state state) {
  switch (state) {
    case job_state::completed:
      return "job completed";
    case job_state::failed:
      return "job failed";
    case job_state::timeout:
      return "job timeout";
    default:
      return "job canceled";
  }
}

} // namespace

activity_log::activity_log(const event_log& log, const server_config& config)
  : log_(log),
    jobs_(config.log.jobs),
    requests_(config.log.requests),
    secrets_(secrets_of(config.agents)) {
  for (const auto& agent : config.agents)
    agent_names_.emplace(agent.info.id, agent.info.name);
}

void activity_log::job_ended(const job& ended) const {
  const bool is_failure = ended.state == job_state::failed || ended.state == job_state::timeout;
  const auto level = is_failure ? log_level::warning : log_level::info;
  const bool is_wanted = jobs_ == log_choice::all || (jobs_ == log_choice::failures && is_failure);
  if (!is_wanted || !log_.is_on(level))
    return;
  const auto& spec = *ended.spec;
  const auto name = agent_names_.find(spec.agent_id);
  const auto job_id = spec.id.to_string();
  // An agent that is configured no more has only its id.
  const auto agent = name == agent_names_.end() ? spec.agent_id.to_string() : name->second;
  const auto reason = loggable(ended.outcome ? ended.outcome->error_text : std::string{}, secrets_);
  const std::int64_t attempt = ended.tasks.empty() ? 0 : ended.tasks.back().attempt;
  log_.write(level, message_for(ended.state),
             {{"job_id", job_id},
              {"api", api_of(spec.kind)},
              {"org", spec.organisation},
              {"agent", agent},
              {"attempt", attempt},
              {"reason", reason}});
}

void activity_log::store_changed(std::string_view fault) const {
  if (fault.empty())
    log_.write(log_level::info, "the store works again");
  else
    log_.write(log_level::error, "the store fails", {{"reason", fault}});
}

void activity_log::times_corrected(const corrected_times& what) const {
  log_.write(log_level::warning, "times too far ahead were computed again",
             {{"next_runs", static_cast<std::int64_t>(what.next_runs)},
              {"deadlines", static_cast<std::int64_t>(what.deadlines)},
              {"retries", static_cast<std::int64_t>(what.retries)},
              {"reason", "the clock was ahead earlier"}});
}

void activity_log::answered(const http_log_entry& entry) const {
  const auto level = entry.status >= 500       ? log_level::warning
                     : requests() != requests_ ? log_level::debug
                                               : log_level::info;
  std::vector<log_field> fields{{"method", entry.method},
                                {"path", entry.path},
                                {"status", std::int64_t{entry.status}},
                                {"took_us", std::int64_t{entry.took.count()}},
                                {"request_id", entry.request_id}};
  if (!entry.job_id.empty())
    fields.push_back({"job_id", entry.job_id});
  if (!entry.key_name.empty())
    fields.push_back({"key", entry.key_name});
  log_.write(level, "request", fields);
}

log_choice activity_log::requests() const {
  if (requests_ == log_choice::failures && log_.is_on(log_level::debug))
    return log_choice::all;
  return requests_;
}

} // namespace callboard::app
