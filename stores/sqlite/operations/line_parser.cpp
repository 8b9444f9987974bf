#include "stores/sqlite/operations/line_parser.hpp"

#include "stores/sqlite/operations/line_writer.hpp"
#include "stores/sqlite/rows/schedule_reader.hpp"
#include "stores/sqlite/rows/session_reader.hpp"

#include <algorithm>
#include <utility>

namespace callboard::sqlite {

namespace {

/// SQL for the value at a path of the line, which is ?1.
std::string at(std::string_view path) {
  return "json_extract(?1, '$." + std::string{path} + "')";
}

/// SQL for the JSON at a path, as text; NULL if there is none.
std::string json_at(std::string_view path) {
  return "?1 -> '$." + std::string{path} + "'";
}

/// SQL for the length of the list at a path; NULL if there is none.
std::string length_at(std::string_view path) {
  const auto list = "?1, '$." + std::string{path} + "'";
  return "CASE json_type(" + list + ") WHEN 'array' THEN json_array_length(" + list + ") END";
}

/// SQL for the number of a name that counts from zero to `last`; NULL for other names.
template <class Enum, class NameOf>
std::string number_of(const std::string& value, Enum last, NameOf name) {
  auto sql = "CASE " + value;
  for (int number = 0; number <= static_cast<int>(last); ++number)
    sql.append(" WHEN '")
      .append(name(static_cast<Enum>(number)))
      .append("' THEN ")
      .append(std::to_string(number));
  return sql + " END";
}

template <class Enum>
std::string number_of(const std::string& value, Enum last) {
  return number_of(value, last, [](Enum each) { return to_string(each); });
}

/// SQL for what `take_task` takes, given SQL for a member of the task.
template <class Member>
std::string task_values(Member member) {
  return member("id") + ", " + number_of(member("kind"), task_kind::run) + ", "
         + number_of(member("state"), task_state::canceled) + ", " + member("attempt") + ", "
         + member("created_at_ms") + ", " + member("finished_at_ms") + ", " + member("result")
         + ", 0, " + member("error");
}

/// SQL for the code of the channel; lines that were written before it had a place of its own have it
/// in the channel alone.
std::string channel_code() {
  return "coalesce(" + at("agent_job.channel_code") + ", CAST("
         + at("agent_job.target_channel.code") + " AS TEXT), '')";
}

/// SQL for what `take_job` takes.
std::string job_values() {
  const auto growth = number_of(at("retry_growth"), backoff::exponential, to_text);
  const auto trigger = number_of(at("run.trigger"), run_trigger::missed);
  return "SELECT 0, " + at("id") + ", " + number_of(at("kind"), job_kind::run) + ", "
         + at("organisation") + ", " + number_of(at("state"), job_state::canceled) + ", "
         + at("created_at_ms") + ", " + at("due_at_ms") + ", " + at("expires_at_ms") + ", "
         + at("agent_id") + ", " + at("user_id") + ", " + at("content") + ", " + json_at("metadata")
         + ", " + at("attempt_time_limit_ms") + ", " + at("retries_max") + ", "
         + at("retry_delay_ms") + ", " + at("retry_delay_max_ms") + ", " + growth + ", "
         + at("retry_jitter") + ", " + at("follow_ups_max") + ", " + at("agent_job.job_type_id")
         + ", " + json_at("agent_job.params") + ", " + json_at("agent_job.target_channel") + ", "
         + channel_code() + ", " + json_at("agent_job.config") + ", " + at("agent_job.profile_id")
         + ", " + length_at("agent_job.tags") + ", " + at("run.schedule_id") + ", "
         + json_at("run.payload") + ", " + trigger + ", " + at("session.session_id") + ", "
         + at("session.message_id") + ", " + at("session.message_at_ms") + ", " + at("version")
         + ", " + at("updated_at_ms") + ", " + at("started_at_ms") + ", " + at("finished_at_ms")
         + ", " + at("retry_at_ms") + ", " + at("retries") + ", " + at("follow_ups") + ", "
         + at("outcome.error_code") + ", " + at("outcome.error_text") + ", "
         + at("outcome.message_id") + ", " + at("outcome.result") + ", "
         + json_at("outcome.metadata") + ", " + length_at("tasks") + ", "
         + task_values([](std::string_view name) { return at("tasks[#-1]." + std::string{name}); });
}

/// SQL for what `take_schedule` takes.
std::string schedule_values() {
  const auto growth = number_of(at("retry.growth"), backoff::exponential, to_text);
  return "SELECT " + at("id") + ", " + at("organisation") + ", " + at("name") + ", "
         + at("description") + ", " + at("agent_id") + ", coalesce(" + at("schedule") + ", ''), "
         + at("interval_ms") + ", " + json_at("payload") + ", " + at("content") + ", "
         + at("timezone") + ", " + at("enabled") + ", " + at("retry.retries_max") + ", "
         + at("retry.delay_ms") + ", " + at("retry.delay_max_ms") + ", " + growth + ", "
         + at("retry.jitter") + ", " + at("time_limit_ms") + ", "
         + number_of(at("overlap"), overlap_policy::cancel) + ", "
         + number_of(at("missed"), missed_policy::all) + ", "
         + number_of(at("status"), schedule_status::completed) + ", " + at("version") + ", "
         + at("created_at_ms") + ", " + at("updated_at_ms") + ", " + at("grid_start_ms") + ", "
         + at("next_run_at_ms") + ", " + at("last_run_at_ms") + ", " + at("last_run_id") + ", "
         + at("run_count") + ", " + at("failure_count") + ", " + at("missed_count") + ", "
         + at("skipped_count") + ", " + at("paused_at_ms") + ", " + at("waiting_for_ms") + ", "
         + json_at("made_up_ms");
}

/// SQL for what `take_session` takes.
std::string session_values() {
  return "SELECT " + at("id") + ", " + at("channel_id") + ", " + at("organisation") + ", "
         + at("agent_id") + ", " + at("user_id") + ", " + json_at("metadata") + ", "
         + at("created_at_ms") + ", " + at("timeout_minutes") + " * 1.0, " + at("auto_renew") + ", "
         + at("max_duration_minutes") + " * 1.0, " + at("warning_threshold_minutes") + " * 1.0, "
         + at("last_activity_ms") + ", " + at("renewed_at_ms") + ", " + at("renewal_count") + ", "
         + at("expires_at_ms") + ", " + at("message_count") + ", " + at("last_message_at_ms");
}

/// SQL for what `parse_message` takes.
std::string message_values() {
  return "SELECT " + at("id") + ", " + at("session_id") + ", " + at("is_agent") + ", "
         + at("created_at_ms") + ", " + at("turn_ms") + ", " + at("content") + ", "
         + json_at("metadata");
}

/// SQL for the kind of a line; no row if it is no object.
constexpr auto kind_sql = "SELECT json_extract(?1, '$.kind') WHERE CASE WHEN json_valid(?1) "
                          "THEN json_type(?1) = 'object' END";

std::string earlier_tasks_sql() {
  const auto member
    = [](std::string_view name) { return "json_extract(value, '$." + std::string{name} + "')"; };
  return "SELECT " + task_values(member) + " FROM json_each(?1, '$.tasks') WHERE key < ?2";
}

/// Whether a definition can be used as it is, on a system that knows its time zone.
bool is_sound(const schedule_definition& what) {
  const auto faults = find_faults(what);
  return std::all_of(faults.begin(), faults.end(),
                     [](const field_fault& each) { return each.field == "/timezone"; });
}

tl::unexpected<error> no_job() {
  return fail(errc::invalid_argument, "a line must be a job as an export has it");
}

} // namespace

line_parser::line_parser(std::unique_ptr<connection> db)
  : db_{std::move(db)},
    kind_{*db_, kind_sql},
    job_{*db_, job_values()},
    schedule_{*db_, schedule_values()},
    session_{*db_, session_values()},
    message_{*db_, message_values()},
    earlier_tasks_{*db_, earlier_tasks_sql()},
    tags_{*db_, "SELECT value FROM json_each(?1, '$.agent_job.tags')"} {
  // nop
}

result<std::unique_ptr<line_parser>> line_parser::make() {
  auto db = connection::open(":memory:", access::create);
  if (!db)
    return tl::unexpected(std::move(db.error()));
  return std::unique_ptr<line_parser>{new line_parser{*std::move(db)}};
}

bool line_parser::is_header(std::string_view line) const noexcept {
  return line == export_header;
}

result<export_line> line_parser::parse(std::string_view line) {
  std::string kind;
  {
    auto found = kind_.start(line);
    const auto is_there = found.next();
    if (!is_there || !*is_there || found.is_null())
      return no_job();
    kind = found.text();
  }
  if (kind == schedule_kind)
    return parse_schedule(line);
  if (kind == session_kind)
    return parse_session(line);
  return kind == session_message_kind ? parse_message(line) : parse_job(line);
}

result<export_line> line_parser::parse_session(std::string_view line) {
  auto row = session_.start(line);
  const auto is_there = row.next();
  if (!is_there || !*is_there)
    return no_job();
  auto read = take_session(row);
  if (!row.check() || read.spec->id.is_nil() || read.spec->metadata.is_empty())
    return no_job();
  return std::make_shared<const session>(std::move(read));
}

result<export_line> line_parser::parse_message(std::string_view line) {
  auto row = message_.start(line);
  const auto is_there = row.next();
  if (!is_there || !*is_there)
    return no_job();
  session_message read;
  read.id = row.id();
  read.session_id = row.id();
  read.is_agent = row.boolean();
  read.created_at = row.time();
  read.turn = row.time();
  read.content = row.optional_text();
  read.metadata = row.json();
  if (!row.check() || read.session_id.is_nil() || !read.content)
    return no_job();
  return read;
}

result<export_line> line_parser::parse_job(std::string_view line) {
  line_ = line;
  auto row = job_.start(line);
  const auto is_there = row.next();
  if (!is_there || !*is_there)
    return no_job();
  auto taken = take_job(row, *this);
  if (!taken || (*taken)->spec->id.is_nil() || (*taken)->version == 0)
    return no_job();
  const auto& read = **taken;
  if (is_terminal(read.state) != (read.outcome != nullptr)
      || is_terminal(read.state) != read.finished_at.has_value())
    return no_job();
  return *std::move(taken);
}

result<export_line> line_parser::parse_schedule(std::string_view line) {
  auto row = schedule_.start(line);
  const auto is_there = row.next();
  if (!is_there || !*is_there)
    return no_job();
  const auto taken = take_schedule(row);
  const auto& read = *taken.record;
  if (!row.check() || read.id.is_nil() || read.version == 0 || !is_sound(*read.definition)
      || (read.next_run_at && read.status != schedule_status::active))
    return no_job();
  if (!taken.last_run.is_nil())
    taken.record->last_run = stand_in_for(taken.last_run);
  return taken.record;
}

result<std::vector<std::string>> line_parser::tags(std::int64_t) {
  std::vector<std::string> all;
  auto found = tags_.start(line_);
  auto ok = found.for_each([&](rows& tag) { all.push_back(tag.text()); });
  if (!ok)
    return tl::unexpected(std::move(ok.error()));
  return all;
}

result<std::vector<task_record>> line_parser::earlier_tasks(std::int64_t, std::uint32_t count) {
  std::vector<task_record> tasks;
  auto found = earlier_tasks_.start(line_, count);
  auto ok = found.for_each([&](rows& task) { tasks.push_back(take_task(task, nullptr)); });
  if (!ok)
    return tl::unexpected(std::move(ok.error()));
  return tasks;
}

} // namespace callboard::sqlite
