#include "tests/stores/sample_jobs.hpp"

#include <sstream>
#include <utility>

namespace callboard::tests {

namespace {

using std::chrono::milliseconds;

void line(std::ostream& out, std::string_view name, std::string_view value) {
  out << name << ": [" << value.size() << "] " << value << '\n';
}

void line(std::ostream& out, std::string_view name, std::int64_t value) {
  out << name << ": " << value << '\n';
}

void line(std::ostream& out, std::string_view name, system_time value) {
  line(out, name, value.time_since_epoch().count());
}

void line(std::ostream& out, std::string_view name, const std::optional<system_time>& value) {
  if (value)
    line(out, name, *value);
}

void line(std::ostream& out, std::string_view name, const shared_text& value) {
  if (value)
    line(out, name, std::string_view{*value});
}

void describe(std::ostream& out, const job_spec& spec) {
  line(out, "id", spec.id.to_string());
  line(out, "kind", to_string(spec.kind));
  line(out, "organisation", spec.organisation);
  line(out, "agent_id", spec.agent_id.to_string());
  line(out, "user_id", spec.user_id);
  line(out, "content", spec.content);
  line(out, "metadata", spec.metadata.text());
  line(out, "created_at", spec.created_at);
  line(out, "due_at", spec.due_at);
  line(out, "expires_at", spec.expires_at);
  if (spec.attempt_time_limit)
    line(out, "attempt_time_limit", spec.attempt_time_limit->count());
  line(out, "retries_max", spec.retry.retries_max);
  line(out, "retry_delay", spec.retry.delay.count());
  line(out, "retry_delay_max", spec.retry.delay_max.count());
  line(out, "retry_growth", static_cast<std::int64_t>(spec.retry.growth));
  out << "retry_jitter: " << std::hexfloat << spec.retry.jitter << std::defaultfloat << '\n';
  line(out, "follow_ups_max", spec.follow_ups_max);
  if (spec.agent_job) {
    line(out, "job_type_id", spec.agent_job->job_type_id);
    line(out, "params", spec.agent_job->params.text());
    line(out, "target_channel", spec.agent_job->target_channel.text());
    line(out, "channel_code", spec.agent_job->channel_code);
    line(out, "config", spec.agent_job->config.text());
    line(out, "profile_id", spec.agent_job->profile_id);
    for (const auto& tag : spec.agent_job->tags)
      line(out, "tag", tag);
  }
  if (spec.run) {
    line(out, "schedule_id", spec.run->schedule_id.to_string());
    line(out, "payload", spec.run->payload.text());
  }
}

void describe(std::ostream& out, const task_record& task) {
  line(out, "task", task.id.to_string());
  line(out, "  kind", to_string(task.kind));
  line(out, "  state", to_string(task.state));
  line(out, "  attempt", task.attempt);
  line(out, "  created_at", task.created_at);
  line(out, "  finished_at", task.finished_at);
  line(out, "  result", task.result);
  line(out, "  error", task.error);
}

void describe(std::ostream& out, const job_outcome& outcome) {
  line(out, "message_id", outcome.message_id.to_string());
  line(out, "result", outcome.content);
  line(out, "result_metadata", outcome.metadata.text());
  line(out, "error_code", outcome.error_code);
  line(out, "error_text", outcome.error_text);
}

std::vector<task_record> three_tasks(std::uint32_t number, const shared_text& result) {
  task_record first{.id = numbered_id(number + 1'000'001),
                    .kind = task_kind::start,
                    .state = task_state::completed,
                    .attempt = 1,
                    .created_at = at_ms(10),
                    .finished_at = at_ms(20),
                    .result = std::make_shared<const std::string>("half of it"),
                    .error = nullptr};
  task_record second{.id = numbered_id(number + 1'000'002),
                     .kind = task_kind::follow_up,
                     .state = task_state::failed,
                     .attempt = 2,
                     .created_at = at_ms(20),
                     .finished_at = at_ms(30),
                     .result = nullptr,
                     .error = std::make_shared<const std::string>("the model is out of memory")};
  task_record third{.id = numbered_id(number + 1'000'003),
                    .kind = task_kind::retry,
                    .state = result ? task_state::completed : task_state::running,
                    .attempt = 3,
                    .created_at = at_ms(40),
                    .finished_at = std::nullopt,
                    .result = result,
                    .error = nullptr};
  if (result)
    third.finished_at = at_ms(50);
  return {first, second, third};
}

} // namespace

uuid numbered_id(std::uint32_t number) {
  uuid made;
  for (std::size_t i = 0; i < 4; ++i) {
    made.bytes[i] = static_cast<std::uint8_t>(number >> (24 - 8 * i));
    made.bytes[12 + i] = made.bytes[i];
  }
  made.bytes[6] = 0x70;
  made.bytes[8] = 0x80;
  return made;
}

system_time at_ms(std::int64_t offset_ms) {
  return system_time{milliseconds{1'767'225'600'000 + offset_ms}};
}

std::shared_ptr<job_spec> plain_spec(job_kind kind, std::uint32_t number) {
  auto made = std::make_shared<job_spec>();
  made->id = numbered_id(number);
  made->kind = kind;
  made->organisation = "default";
  made->agent_id = numbered_id(77);
  made->content = "hello";
  made->created_at = at_ms(number);
  made->due_at = made->created_at;
  made->expires_at = made->due_at + milliseconds{30'000};
  if (kind == job_kind::agent)
    made->agent_job = std::make_shared<const agent_job_fields>();
  if (kind == job_kind::run)
    made->run = std::make_shared<const run_fields>();
  return made;
}

job_ptr snapshot(std::shared_ptr<const job_spec> spec, std::uint64_t version, job_state state) {
  job made;
  made.updated_at = spec->created_at + milliseconds{static_cast<std::int64_t>(version)};
  made.spec = std::move(spec);
  made.version = version;
  made.state = state;
  if (is_terminal(state)) {
    made.finished_at = made.updated_at;
    made.outcome = std::make_shared<const job_outcome>();
  }
  return std::make_shared<const job>(std::move(made));
}

job_ptr plain_message(std::uint32_t number, job_state state) {
  return snapshot(plain_spec(job_kind::message, number), 1, state);
}

job_ptr full_job(job_kind kind, std::uint32_t number, job_state state) {
  auto spec = plain_spec(kind, number);
  spec->organisation = "org123";
  spec->user_id = "0BBB0CE5-6cb5-4ae8-9f9f-6e0a2a9f4a11";
  spec->content = "Write the weekly report.";
  spec->metadata = json_text::from_valid(R"({"source":"web","n":12345678901234567890.5,"e":"é"})");
  spec->due_at = spec->created_at + milliseconds{5};
  spec->expires_at = spec->due_at + milliseconds{60'000};
  spec->attempt_time_limit = milliseconds{1234};
  spec->retry = {.retries_max = 3,
                 .delay = milliseconds{10},
                 .delay_max = milliseconds{20},
                 .growth = backoff::fixed,
                 .jitter = 0.1};
  spec->follow_ups_max = 4;
  if (kind == job_kind::agent)
    spec->agent_job = std::make_shared<const agent_job_fields>(agent_job_fields{
      .job_type_id = "weekly-report",
      .params = json_text::from_valid(R"({"report":{"type":"weekly"}})"),
      .target_channel = json_text::from_valid(R"({"code":"C1","platform":"slack","data":{}})"),
      .channel_code = "C1",
      .config = json_text::from_valid(R"({"max_follow_ups":4,"task_retry_interval":0.01})"),
      .profile_id = "profile-9",
      .tags = {"b", "a", "b c", ""}});
  if (kind == job_kind::run)
    spec->run = std::make_shared<const run_fields>(run_fields{
      .schedule_id = numbered_id(4'000'000'000),
      .payload = json_text::from_valid(R"({"action":"clean","deep":[1,2,{"x":null}]})")});

  job made = *snapshot(spec, 7, state);
  made.started_at = at_ms(11);
  made.retry_at = at_ms(35);
  made.retries = 2;
  made.follow_ups = 1;
  shared_text result;
  if (is_terminal(state)) {
    result = std::make_shared<const std::string>("The report: all is well.");
    made.outcome = std::make_shared<const job_outcome>(
      job_outcome{.message_id = numbered_id(number + 2'000'000),
                  .content = result,
                  .metadata = json_text::from_valid(R"({"usage":{"tokens":42}})"),
                  .error_code = "agent_error",
                  .error_text = "what users read"});
  }
  made.tasks = three_tasks(number, result);
  return std::make_shared<const job>(std::move(made));
}

std::string describe(const job& shown) {
  std::ostringstream out;
  describe(out, *shown.spec);
  line(out, "version", static_cast<std::int64_t>(shown.version));
  line(out, "state", to_string(shown.state));
  line(out, "updated_at", shown.updated_at);
  line(out, "started_at", shown.started_at);
  line(out, "finished_at", shown.finished_at);
  line(out, "retry_at", shown.retry_at);
  line(out, "retries", shown.retries);
  line(out, "follow_ups", shown.follow_ups);
  for (const auto& task : shown.tasks)
    describe(out, task);
  if (shown.outcome)
    describe(out, *shown.outcome);
  return out.str();
}

std::string describe(const job_ptr& shown) {
  return shown ? describe(*shown) : "no job";
}

std::vector<uuid> ids_of(const std::vector<job_ptr>& jobs) {
  std::vector<uuid> ids;
  for (const auto& job : jobs)
    ids.push_back(job->spec->id);
  return ids;
}

const std::vector<std::string>& naughty_texts() {
  static const std::vector<std::string> texts = {
    "",
    " ",
    "'; DROP TABLE jobs; --",
    "\"double\" 'single' `back` \\ / % _ ?1 :name @x $y",
    "tabs\tand\r\nline ends\n",
    "\x01\x02\x1b[31m\x7f",
    "grüße, ελληνικά, 日本語, עברית, العربية",
    "👩‍👩‍👧‍👦 🏳️‍🌈 🇩🇪 \xF0\x9F\x92\xA9",
    "\xEF\xBB\xBF byte order mark",
    "\u202Eright to left\u202C",
    "combining: Z\u0351\u036B\u0343\u036A\u0302\u036B\u033D\u034F",
    "null",
    "1e400",
    "0x10",
    std::string{"NUL \0 inside", 12},
    "not UTF-8: \xff\xfe\xc0\xaf\xed\xa0\x80",
    R"({"looks":["like",{"json":null}]})",
  };
  return texts;
}

} // namespace callboard::tests
