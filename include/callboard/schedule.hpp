#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <callboard/error.hpp>
#include <callboard/job.hpp>
#include <callboard/json_text.hpp>
#include <callboard/time.hpp>
#include <callboard/uuid.hpp>

namespace callboard {

class agent;

/// What happens when a run is due while an earlier one is still going. Manual runs do not count.
enum class overlap_policy : std::uint8_t {
  /// The new run is skipped.
  skip,
  /// It waits until the old one has ended; at most one waits.
  queue,
  /// Both run.
  allow,
  /// The old one is canceled.
  cancel,
};

/// What happens to times that passed while the engine was down or the job was paused.
enum class missed_policy : std::uint8_t {
  /// Nothing.
  skip,
  /// One run for all of them.
  once,
  /// One run for each of the last `catch_up_runs_max` times, one after another.
  all,
};

/// The status of a scheduled job.
enum class schedule_status : std::uint8_t {
  /// It has a next run.
  active,
  /// It is disabled.
  paused,
  /// Its date has passed, or no further time matches.
  completed,
};

/// "skip", "queue", "allow", "cancel".
std::string_view to_string(overlap_policy policy) noexcept;
/// "skip", "once", "all".
std::string_view to_string(missed_policy policy) noexcept;
/// "active", "paused", "completed".
std::string_view to_string(schedule_status status) noexcept;
/// The policy of that name; no value for anything else.
std::optional<overlap_policy> parse_overlap_policy(std::string_view name) noexcept;
/// The policy of that name; no value for anything else.
std::optional<missed_policy> parse_missed_policy(std::string_view name) noexcept;
/// The status of that name; no value for anything else.
std::optional<schedule_status> parse_schedule_status(std::string_view name) noexcept;

/// Maximum number of catch-up runs for one period of being down or paused.
inline constexpr std::size_t catch_up_runs_max = 1000;

/// The part of a scheduled job that callers set and may change.
struct schedule_definition {
  /// Unique in the organisation, 1–255 characters, no leading or trailing blanks, UTF-8 without NUL.
  std::string name = {};
  /// For people.
  std::optional<std::string> description = {};
  /// Who runs it; nil: `runner`.
  uuid agent_id = {};
  /// A cron expression or a date-time (docs/schedules.md); empty: `interval` applies.
  std::string schedule = {};
  /// From start to start, at least 100 ms; none: `schedule` applies.
  std::optional<std::chrono::milliseconds> interval = {};
  /// Sent to the agent with every run, an object.
  json_text payload = {};
  /// The prompt of every run; empty: the payload.
  std::string content = {};
  /// The time zone of `schedule`: a name from the tz database.
  std::string timezone = "UTC";
  /// Whether it fires.
  bool is_enabled = true;
  /// When a failed attempt is retried; none: `engine_options::run_retry` applies.
  std::optional<retry_policy> retry = {};
  /// Time limit of one attempt, 1 ms to a day.
  std::chrono::milliseconds time_limit{300'000};
  overlap_policy overlap = overlap_policy::skip;
  missed_policy missed = missed_policy::skip;
  /// Runs it instead of a configured agent; `agent_id` is nil then. It cannot be stored: the next engine
  /// deletes such a job with its runs at startup. `job_manager` makes one from a callback.
  std::shared_ptr<agent> runner = {};

  friend bool operator==(const schedule_definition&, const schedule_definition&) = default;
};

/// All that is wrong with a definition, whatever the time; empty: nothing. Members are named as the HTTP
/// API spells them: "/schedule", "/timezone", "/timeoutMs" …
std::vector<field_fault> find_faults(const schedule_definition& definition);

/// Times after `after`, up to and including `until`, which is later.
struct time_range {
  system_time after = {};
  system_time until = {};

  friend bool operator==(const time_range&, const time_range&) = default;
};

/// An immutable snapshot of a scheduled job. Made by the engine.
struct scheduled_job {
  /// UUID version 7.
  uuid id = {};
  std::string organisation = {};
  /// Never null.
  std::shared_ptr<const schedule_definition> definition = {};
  schedule_status status = schedule_status::active;
  /// 1 at creation, +1 at each change of the definition or the status. Runs do not count.
  std::uint64_t version = 1;
  system_time created_at = {};
  /// When this version came to be.
  system_time updated_at = {};
  /// The start of the interval's grid: when the job got its interval.
  system_time grid_start = {};
  /// When it is due next; none while paused or completed, and while its time zone cannot be read.
  std::optional<system_time> next_run_at = {};
  /// When its newest run was started.
  std::optional<system_time> last_run_at = {};
  /// The run that ended last; null before the first, and if it is no longer kept.
  job_ptr last_run = {};
  /// Runs started, including manual ones.
  std::uint64_t run_count = 0;
  /// Runs that ended `failed` or `timeout`.
  std::uint64_t failure_count = 0;
  /// Times that passed while the engine was down or the job was paused.
  std::uint64_t missed_count = 0;
  /// Times not run because of `overlap`.
  std::uint64_t skipped_count = 0;
  /// Everything that blocks it: "timezone US/Eastern is not available" (not due until the zone is
  /// back), "agent … is not configured" (each of its runs fails). Empty: not blocked. Not stored.
  std::vector<std::string> blocked_by = {};

  // Pending work; for the engine.

  /// Since when it is paused.
  std::optional<system_time> paused_at = {};
  /// While its time zone cannot be read: times from here on have not been handled. Stored as `next_run_at`.
  std::optional<system_time> blocked_since = {};
  /// The time whose run waits until the previous one has ended.
  std::optional<system_time> waiting_for = {};
  /// Catch-up runs are still to be started for the times in these ranges, oldest first, without overlap.
  std::vector<time_range> catch_up = {};
};

/// How scheduled jobs are passed: shared and immutable.
using scheduled_job_ptr = std::shared_ptr<const scheduled_job>;

/// Identifies a scheduled job, and what the caller may see.
struct schedule_ref {
  uuid id = {};
  /// The job must be this organisation's, else it is `not_found`; empty: any.
  std::string organisation = {};
  /// The job must have one of these versions, else `version_mismatch`; empty: any.
  std::vector<std::uint64_t> versions = {};
};

/// A place in the list of scheduled jobs: by name (bytewise), then by organisation.
struct schedule_place {
  std::string name = {};
  std::string organisation = {};

  friend auto operator<=>(const schedule_place&, const schedule_place&) = default;
};

/// Which scheduled jobs a list shows. All conditions must hold.
struct schedule_query {
  /// Only this organisation's; empty: all.
  std::string organisation = {};
  std::optional<uuid> agent_id = {};
  std::optional<schedule_status> status = {};
  std::optional<std::string> name = {};
  /// Only jobs after this place, whether or not there is a job at it; none: from the beginning.
  std::optional<schedule_place> after = {};
  /// Maximum length of the list; 0: no limit.
  std::size_t limit = 0;
};

/// Which runs of a scheduled job a list shows.
struct run_query {
  uuid schedule_id = {};
  /// Only runs in one of these states; empty: all.
  std::vector<job_state> states = {};
  /// Maximum length of the list, 1–1000.
  std::size_t limit = 50;
  /// Only this many finished runs, the newest, count as kept.
  std::size_t keep = 100;
  /// If the runs have more bytes of text the list fails with `capacity`. 0: no limit.
  std::size_t text_bytes_max = 0;
};

} // namespace callboard
