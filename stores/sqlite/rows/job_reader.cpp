#include "stores/sqlite/rows/job_reader.hpp"

#include "stores/sqlite/rows/message_rows.hpp"

#include <utility>

namespace callboard::sqlite {

namespace {

// In the order of `take_job`.
constexpr auto columns
  = "SELECT job, id, kind, organisation, state, created_at, due_at, expires_at, "
    "agent_id, user_id, content, metadata, attempt_time_limit, retries_max, retry_delay, "
    "retry_delay_max, retry_growth, retry_jitter, follow_ups_max, "
    "job_type_id, params, target_channel, channel_code, config, profile_id, tag_count, "
    "schedule_id, payload, run_trigger, NULL, NULL, NULL, "
    "version, updated_at, started_at, finished_at, retry_at, retries, follow_ups, "
    "error_code, error_text, message_id, result, result_metadata, "
    "task_count, task_id, task_kind, task_state, task_attempt, task_created_at, task_finished_at, "
    "task_result, task_result_is_job_result, task_error "
    "FROM jobs JOIN specs USING (job) ";

// The same of messages.
constexpr auto message_columns
  = "SELECT job, id, 0, organisation, state, created_at, due_at, expires_at, "
    "agent_id, user_id, content, metadata, attempt_time_limit, retries_max, retry_delay, "
    "retry_delay_max, retry_growth, retry_jitter, follow_ups_max, "
    "NULL, NULL, NULL, NULL, NULL, NULL, NULL, "
    "NULL, NULL, NULL, session_id, said_id, said_at, "
    "version, updated_at, started_at, finished_at, retry_at, retries, follow_ups, "
    "error_code, error_text, message_id, result, result_metadata, "
    "task_count, task_id, task_kind, task_state, task_attempt, task_created_at, task_finished_at, "
    "task_result, task_result_is_job_result, task_error "
    "FROM messages ";

std::optional<std::chrono::milliseconds> optional_span(rows& row) {
  if (const auto count = row.optional_integer())
    return std::chrono::milliseconds{*count};
  return std::nullopt;
}

std::chrono::milliseconds span(rows& row) {
  return std::chrono::milliseconds{row.integer()};
}

retry_policy take_retry(rows& row) {
  retry_policy retry;
  retry.retries_max = row.count();
  retry.delay = span(row);
  retry.delay_max = span(row);
  retry.growth = row.one_of(backoff::exponential);
  retry.jitter = row.real();
  return retry;
}

/// Takes the values from `id` to `follow_ups_max`.
std::shared_ptr<job_spec> take_spec(rows& row, job_state& state) {
  auto spec = std::make_shared<job_spec>();
  spec->id = row.id();
  spec->kind = row.one_of(job_kind::run);
  spec->organisation = row.text();
  state = row.one_of(job_state::canceled);
  spec->created_at = row.time();
  spec->due_at = row.time();
  spec->expires_at = row.time();
  spec->agent_id = row.id();
  spec->user_id = row.text();
  spec->content = row.text();
  spec->metadata = row.json();
  spec->attempt_time_limit = optional_span(row);
  spec->retry = take_retry(row);
  spec->follow_ups_max = row.count();
  return spec;
}

/// Takes the values from `version` to `follow_ups`.
void take_progress(rows& row, job& made) {
  made.version = static_cast<std::uint64_t>(row.integer());
  made.updated_at = row.time();
  made.started_at = row.optional_time();
  made.finished_at = row.optional_time();
  made.retry_at = row.optional_time();
  made.retries = row.count();
  made.follow_ups = row.count();
}

/// Takes the values from `error_code` to `result_metadata`.
std::shared_ptr<const job_outcome> take_outcome(rows& row) {
  constexpr int values = 5;
  if (row.is_null()) {
    row.skip(values);
    return nullptr;
  }
  auto outcome = std::make_shared<job_outcome>();
  outcome->error_code = row.text();
  outcome->error_text = row.text();
  outcome->message_id = row.id();
  outcome->content = row.optional_text();
  outcome->metadata = row.json();
  return outcome;
}

/// Takes the values from `job_type_id` to `tag_count`.
result<std::shared_ptr<const agent_job_fields>> take_agent_job(rows& row, std::int64_t number,
                                                               job_parts& parts) {
  constexpr int values = 7;
  if (row.is_null()) {
    row.skip(values);
    return nullptr;
  }
  auto fields = std::make_shared<agent_job_fields>();
  fields->job_type_id = row.text();
  fields->params = row.json();
  fields->target_channel = row.json();
  fields->channel_code = row.text();
  fields->config = row.json();
  fields->profile_id = row.text();
  if (row.count() == 0)
    return fields;
  auto tags = parts.tags(number);
  if (!tags)
    return tl::unexpected(std::move(tags.error()));
  fields->tags = *std::move(tags);
  return fields;
}

/// Takes the values from `schedule_id` to `run_trigger`.
std::shared_ptr<const run_fields> take_run(rows& row) {
  constexpr int values = 3;
  if (row.is_null()) {
    row.skip(values);
    return nullptr;
  }
  auto fields = std::make_shared<run_fields>();
  fields->schedule_id = row.id();
  fields->payload = row.json();
  if (row.is_null())
    row.skip(1);
  else
    fields->trigger = row.one_of(run_trigger::missed);
  return fields;
}

/// Takes the values of `session_columns`.
std::shared_ptr<const session_turn> take_turn(rows& row) {
  if (row.is_null()) {
    row.skip(3);
    return nullptr;
  }
  auto turn = std::make_shared<session_turn>();
  turn->session_id = row.id();
  turn->message_id = row.id();
  turn->message_at = row.time();
  return turn;
}

} // namespace

result<job_ptr> take_job(rows& row, job_parts& parts) {
  auto made = std::make_shared<job>();
  const auto number = row.integer();
  const auto spec = take_spec(row, made->state);
  auto agent_job = take_agent_job(row, number, parts);
  if (!agent_job)
    return tl::unexpected(std::move(agent_job.error()));
  spec->agent_job = *std::move(agent_job);
  spec->run = take_run(row);
  spec->session = take_turn(row);
  made->spec = spec;
  take_progress(row, *made);
  made->outcome = take_outcome(row);
  if (const auto count = row.count(); count > 0) {
    auto tasks = parts.earlier_tasks(number, count - 1);
    if (!tasks)
      return tl::unexpected(std::move(tasks.error()));
    made->tasks = *std::move(tasks);
    made->tasks.push_back(take_task(row, made->outcome ? made->outcome->content : nullptr));
  }
  if (auto ok = row.check(); !ok)
    return tl::unexpected(std::move(ok.error()));
  return made;
}

task_record take_task(rows& row, const shared_text& job_result) {
  task_record task;
  task.id = row.id();
  task.kind = row.one_of(task_kind::run);
  task.state = row.one_of(task_state::canceled);
  task.attempt = row.count();
  task.created_at = row.time();
  task.finished_at = row.optional_time();
  task.result = row.optional_text();
  if (row.boolean())
    task.result = job_result;
  task.error = row.optional_text();
  return task;
}

job_reader::job_reader(connection& db)
  : by_id_{db, std::string{columns} + "WHERE id = ?1"},
    by_row_{db, std::string{columns} + "WHERE job = ?1"},
    message_by_id_{db, std::string{message_columns} + "WHERE id = ?1"},
    message_by_row_{db, std::string{message_columns} + "WHERE job = ?1"},
    earlier_tasks_{db, "SELECT id, kind, state, attempt, created_at, finished_at, result, 0, error "
                       "FROM tasks WHERE job = ?1 AND position < ?2 ORDER BY position"},
    tags_{db, "SELECT tag FROM tags WHERE job = ?1 ORDER BY position"} {
  // nop
}

result<job_ptr> job_reader::find(const uuid& id) {
  auto found = read(by_id_.start(id));
  if (!found || *found)
    return found;
  return read(message_by_id_.start(id));
}

result<job_ptr> job_reader::at(std::int64_t row) {
  return read((row < first_message_row ? by_row_ : message_by_row_).start(row));
}

result<job_ptr> job_reader::listed(std::int64_t row) {
  auto found = at(row);
  if (found && !*found)
    return damaged();
  return found;
}

result<job_ptr> job_reader::read(rows found) {
  const auto is_there = found.next();
  if (!is_there)
    return tl::unexpected(is_there.error());
  if (!*is_there)
    return nullptr;
  return take_job(found, *this);
}

result<std::vector<task_record>> job_reader::earlier_tasks(std::int64_t row, std::uint32_t count) {
  std::vector<task_record> tasks;
  if (count == 0)
    return tasks;
  auto found = earlier_tasks_.start(row, count);
  auto ok = found.for_each([&](rows& task) { tasks.push_back(take_task(task, nullptr)); });
  if (!ok)
    return tl::unexpected(std::move(ok.error()));
  if (tasks.size() != count)
    return damaged();
  return tasks;
}

result<std::vector<std::string>> job_reader::tags(std::int64_t row) {
  std::vector<std::string> all;
  auto found = tags_.start(row);
  auto ok = found.for_each([&](rows& tag) { all.push_back(tag.text()); });
  if (!ok)
    return tl::unexpected(std::move(ok.error()));
  return all;
}

} // namespace callboard::sqlite
