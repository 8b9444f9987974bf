#include "stores/sqlite/operations/line_writer.hpp"

#include "stores/sqlite/file/time_ranges.hpp"

#include <array>
#include <charconv>
#include <optional>
#include <utility>

namespace callboard::sqlite {

namespace {

/// Writes a JSON object, member by member; members without a value are left out.
class object_writer {
public:
  void text(std::string_view name, std::string_view value) {
    begin(name);
    quote(value);
  }
  void text(std::string_view name, const shared_text& value) {
    if (value)
      text(name, *value);
  }
  void id(std::string_view name, const uuid& value) {
    text(name, value.to_string());
  }
  void json(std::string_view name, const json_text& value) {
    if (!value.is_empty())
      raw(name, value.text());
  }
  void number(std::string_view name, std::int64_t value) {
    raw(name, std::to_string(value));
  }
  void time(std::string_view name, const std::optional<system_time>& value) {
    if (value)
      number(name, value->time_since_epoch().count());
  }
  void real(std::string_view name, double value) {
    // The shortest text that reads back as the same number.
    std::array<char, 32> digits{};
    const auto end = std::to_chars(digits.begin(), digits.end(), value).ptr;
    raw(name, {digits.begin(), end});
  }
  void raw(std::string_view name, std::string_view value) {
    begin(name);
    text_ += value;
  }
  /// A list of what `write_one` writes.
  template <class Values, class WriteOne>
  void list(std::string_view name, const Values& values, WriteOne write_one) {
    begin(name);
    text_ += '[';
    for (const auto& value : values) {
      if (text_.back() != '[')
        text_ += ',';
      write_one(*this, value);
    }
    text_ += ']';
  }
  void quote(std::string_view value);
  void append(std::string_view json) {
    text_ += json;
  }

  std::string finish() && {
    text_ += '}';
    return std::move(text_);
  }

private:
  void begin(std::string_view name) {
    text_ += text_.size() > 1 ? ",\"" : "\"";
    text_ += name;
    text_ += "\":";
  }

  std::string text_ = "{";
};

void object_writer::quote(std::string_view value) {
  constexpr std::string_view hex = "0123456789abcdef";
  text_ += '"';
  for (const auto c : value) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\')
      (text_ += '\\') += c;
    else if (byte == 0)
      text_ += "\\ufffd"; // a NUL, which readers of JSON are at odds about
    else if (byte < 0x20)
      ((text_ += "\\u00") += hex[byte >> 4]) += hex[byte & 15];
    else
      text_ += c;
  }
  text_ += '"';
}

std::string to_object(const task_record& task) {
  object_writer out;
  out.id("id", task.id);
  out.text("kind", to_string(task.kind));
  out.text("state", to_string(task.state));
  out.number("attempt", task.attempt);
  out.time("created_at_ms", task.created_at);
  out.time("finished_at_ms", task.finished_at);
  out.text("result", task.result);
  out.text("error", task.error);
  return std::move(out).finish();
}

std::string to_object(const job_outcome& outcome) {
  object_writer out;
  out.text("error_code", outcome.error_code);
  out.text("error_text", outcome.error_text);
  if (!outcome.message_id.is_nil())
    out.id("message_id", outcome.message_id);
  out.text("result", outcome.content);
  out.json("metadata", outcome.metadata);
  return std::move(out).finish();
}

std::string to_object(const agent_job_fields& fields) {
  object_writer out;
  out.text("job_type_id", fields.job_type_id);
  out.json("params", fields.params);
  out.json("target_channel", fields.target_channel);
  out.text("channel_code", fields.channel_code);
  out.json("config", fields.config);
  out.text("profile_id", fields.profile_id);
  out.list("tags", fields.tags, [](auto& to, const auto& tag) { to.quote(tag); });
  return std::move(out).finish();
}

std::string to_object(const run_fields& fields) {
  object_writer out;
  out.id("schedule_id", fields.schedule_id);
  out.text("trigger", to_string(fields.trigger));
  out.json("payload", fields.payload);
  return std::move(out).finish();
}

std::string to_object(const session_turn& turn) {
  object_writer out;
  out.id("session_id", turn.session_id);
  out.id("message_id", turn.message_id);
  out.time("message_at_ms", turn.message_at);
  return std::move(out).finish();
}

std::string to_object(const retry_policy& retry) {
  object_writer out;
  out.number("retries_max", retry.retries_max);
  out.number("delay_ms", retry.delay.count());
  out.number("delay_max_ms", retry.delay_max.count());
  out.text("growth", to_text(retry.growth));
  out.real("jitter", retry.jitter);
  return std::move(out).finish();
}

void write_definition(object_writer& out, const schedule_definition& what) {
  out.text("name", what.name);
  if (what.description)
    out.text("description", *what.description);
  out.id("agent_id", what.agent_id);
  if (what.interval)
    out.number("interval_ms", what.interval->count());
  else
    out.text("schedule", what.schedule);
  out.text("timezone", what.timezone);
  out.raw("enabled", what.is_enabled ? "true" : "false");
  out.json("payload", what.payload);
  out.text("content", what.content);
  if (what.retry)
    out.raw("retry", to_object(*what.retry));
  out.number("time_limit_ms", what.time_limit.count());
  out.text("overlap", to_string(what.overlap));
  out.text("missed", to_string(what.missed));
}

void write_spec(object_writer& out, const job_spec& spec) {
  out.id("agent_id", spec.agent_id);
  out.text("user_id", spec.user_id);
  out.text("content", spec.content);
  out.json("metadata", spec.metadata);
  if (spec.attempt_time_limit)
    out.number("attempt_time_limit_ms", spec.attempt_time_limit->count());
  out.number("retries_max", spec.retry.retries_max);
  out.number("retry_delay_ms", spec.retry.delay.count());
  out.number("retry_delay_max_ms", spec.retry.delay_max.count());
  out.text("retry_growth", to_text(spec.retry.growth));
  out.real("retry_jitter", spec.retry.jitter);
  out.number("follow_ups_max", spec.follow_ups_max);
  if (spec.agent_job)
    out.raw("agent_job", to_object(*spec.agent_job));
  if (spec.run)
    out.raw("run", to_object(*spec.run));
  if (spec.session)
    out.raw("session", to_object(*spec.session));
}

} // namespace

std::string to_line(const job& shown) {
  const auto& spec = *shown.spec;
  object_writer out;
  out.id("id", spec.id);
  out.text("kind", to_string(spec.kind));
  out.text("organisation", spec.organisation);
  out.text("state", to_string(shown.state));
  out.number("version", static_cast<std::int64_t>(shown.version));
  out.time("created_at_ms", spec.created_at);
  out.time("due_at_ms", spec.due_at);
  out.time("expires_at_ms", spec.expires_at);
  out.time("updated_at_ms", shown.updated_at);
  out.time("started_at_ms", shown.started_at);
  out.time("finished_at_ms", shown.finished_at);
  out.time("retry_at_ms", shown.retry_at);
  out.number("retries", shown.retries);
  out.number("follow_ups", shown.follow_ups);
  write_spec(out, spec);
  out.list("tasks", shown.tasks, [](auto& to, const auto& task) { to.append(to_object(task)); });
  if (shown.outcome)
    out.raw("outcome", to_object(*shown.outcome));
  return std::move(out).finish();
}

std::string to_line(const scheduled_job& shown) {
  const auto count = [](std::uint64_t value) { return static_cast<std::int64_t>(value); };
  object_writer out;
  out.id("id", shown.id);
  out.text("kind", schedule_kind);
  out.text("organisation", shown.organisation);
  out.text("status", to_string(shown.status));
  out.number("version", count(shown.version));
  out.time("created_at_ms", shown.created_at);
  out.time("updated_at_ms", shown.updated_at);
  out.time("grid_start_ms", shown.grid_start);
  out.time("next_run_at_ms", shown.next_run_at);
  out.time("last_run_at_ms", shown.last_run_at);
  if (shown.last_run)
    out.id("last_run_id", shown.last_run->spec->id);
  out.number("run_count", count(shown.run_count));
  out.number("failure_count", count(shown.failure_count));
  out.number("missed_count", count(shown.missed_count));
  out.number("skipped_count", count(shown.skipped_count));
  out.time("paused_at_ms", shown.paused_at);
  out.time("waiting_for_ms", shown.waiting_for);
  if (const auto ranges = to_text(shown.catch_up))
    out.raw("made_up_ms", *ranges);
  write_definition(out, *shown.definition);
  return std::move(out).finish();
}

std::string to_line(const session& shown) {
  const auto& spec = *shown.spec;
  object_writer out;
  out.id("id", spec.id);
  out.text("kind", session_kind);
  out.text("organisation", spec.organisation);
  out.id("channel_id", spec.channel_id);
  out.id("agent_id", spec.agent_id);
  out.text("user_id", spec.user_id);
  out.json("metadata", spec.metadata);
  out.time("created_at_ms", spec.created_at);
  out.real("timeout_minutes", shown.timeouts.timeout.count());
  out.raw("auto_renew", shown.timeouts.auto_renew ? "true" : "false");
  out.real("max_duration_minutes", shown.timeouts.max_duration.count());
  out.real("warning_threshold_minutes", shown.timeouts.warning_threshold.count());
  out.time("last_activity_ms", shown.last_activity);
  out.time("renewed_at_ms", shown.renewed_at);
  out.number("renewal_count", static_cast<std::int64_t>(shown.renewal_count));
  out.time("expires_at_ms", shown.expires_at);
  out.number("message_count", static_cast<std::int64_t>(shown.message_count));
  out.time("last_message_at_ms", shown.last_message_at);
  return std::move(out).finish();
}

std::string to_line(const session_message& shown) {
  object_writer out;
  out.id("id", shown.id);
  out.text("kind", session_message_kind);
  out.id("session_id", shown.session_id);
  out.raw("is_agent", shown.is_agent ? "true" : "false");
  out.time("created_at_ms", shown.created_at);
  out.time("turn_ms", shown.turn);
  out.text("content", shown.content);
  out.json("metadata", shown.metadata);
  return std::move(out).finish();
}

} // namespace callboard::sqlite
