#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <callboard/agent.hpp>
#include <callboard/error.hpp>
#include <callboard/job.hpp>
#include <callboard/schedule.hpp>
#include <callboard/session.hpp>

namespace callboard {

/// Fields that a list can be ordered by.
enum class job_field : std::uint8_t {
  created_at,
  updated_at,
  due_at,
  /// By its name in the Agent Jobs API: canceled, completed, failed and timeout (one word
  /// there), processing ("RUNNING"), scheduled, pending ("WAITING").
  state,
  /// Bytewise; empty for jobs of other kinds than `agent`.
  job_type_id,
  /// As `job_type_id`.
  channel_code,
};

/// One field of an order.
struct job_sort {
  job_field by = job_field::created_at;
  bool is_descending = true;

  friend bool operator==(const job_sort&, const job_sort&) = default;
};

/// Which jobs a list shows. All conditions must hold.
struct job_query {
  job_kind kind = job_kind::message;
  /// Only this organisation's jobs; empty: all.
  std::string organisation = {};
  /// Only jobs in one of these states; empty: all.
  std::vector<job_state> states = {};
  /// Only jobs of this job type; none: any.
  std::optional<std::string> job_type_id = {};
  /// Only jobs for the channel of this code; none: any.
  std::optional<std::string> channel_code = {};
  /// Only jobs that carry one of these tags; empty: all.
  std::vector<std::string> tags = {};
  /// Only jobs due within these times, both included; none: without that bound.
  std::optional<system_time> due_from = {};
  std::optional<system_time> due_to = {};
  /// Only jobs created within these times, both included; none: without that bound.
  std::optional<system_time> created_from = {};
  std::optional<system_time> created_to = {};
  /// The order; empty: newest first. Ties are ordered by creation, then by id, in the direction of the
  /// first field.
  std::vector<job_sort> sort = {};
  /// Whether to fill `job_page::by_state`.
  bool counts_states = false;
  /// Maximum size of the page, 1–1000.
  std::size_t limit = 50;
  /// Matching jobs to skip before the page.
  std::size_t offset = 0;
  /// If the jobs have more bytes of text the page fails with `capacity`. 0: no limit.
  std::size_t text_bytes_max = 0;
};

/// How many jobs are in each state, indexed by `job_state`.
using state_counts = std::array<std::size_t, job_state_count>;

/// A page of jobs, in the requested order.
struct job_page {
  std::vector<job_ptr> jobs = {};
  /// Jobs of that kind and organisation, whatever their state.
  std::size_t total = 0;
  /// Jobs that match the whole query, before limit and offset.
  std::size_t matching = 0;
  /// Jobs that match the query without its states; only set if `job_query::counts_states` is.
  state_counts by_state = {};
};

/// A place among the delayed jobs: by `due_at`, then by id.
struct due_place {
  system_time due_at = {};
  uuid id = {};
};

/// A change of a scheduled job in a store.
struct schedule_change {
  uuid id = {};
  /// Null: it is deleted with all its finished runs.
  scheduled_job_ptr record = {};
};

/// What becomes of a session in a store.
struct session_change {
  uuid id = {};
  /// Null: it is forgotten, and all its messages with it.
  session_ptr record = {};
  /// How many of its messages are forgotten, the oldest first, once the new ones are in.
  std::size_t messages_dropped = 0;
};

/// All that one transaction does.
struct store_changes {
  /// A snapshot replaces an older version of the same job; a version that is not newer than what is
  /// stored is left out.
  std::span<const job_ptr> snapshots = {};
  /// Jobs to forget once the snapshots are written; unknown ids are ignored.
  std::span<const uuid> erased = {};
  /// Written whatever their version.
  std::span<const schedule_change> schedules = {};
  /// Written as they come.
  std::span<const session_change> sessions = {};
  /// New messages. One whose session is not stored is left out; of two at the same time in one session
  /// the second replaces the first.
  std::span<const session_message> messages = {};
};

/// Which part of a conversation an agent is given.
struct history_query {
  uuid session_id = {};
  /// Messages of earlier turns than this, and their answers.
  system_time before = {};
  /// The most entries to return, the newest ones.
  std::size_t entries_max = 100;
  /// Entries end before they would hold more bytes of text.
  std::size_t text_bytes_max = std::size_t{1024} * 1024;
};

/// Keeps jobs. Blocking; the engine calls it from one thread that may wait.
/// What writes comes from that thread alone; `find`, `query`, `load_delayed`, `load_runs`, `load_messages`
/// and `load_history` may run beside it, on other threads.
class store {
public:
  virtual ~store() = default;

  /// Whether a job survives the process once `commit` has returned. If so, the engine answers
  /// creations and shows terminal states only after their commit. If not, the engine may collect changes
  /// until a list needs them or it ends.
  virtual bool is_durable() const noexcept = 0;

  /// Does all of it or nothing. With nothing to do it tells whether a store whose last write failed can
  /// write again. Errors: `io`; nothing was changed.
  virtual result<void> apply(const store_changes& changes) = 0;

  /// The same for jobs and scheduled jobs.
  result<void> commit(std::span<const job_ptr> snapshots, std::span<const uuid> erased = {},
                      std::span<const schedule_change> schedules = {}) {
    return apply({snapshots, erased, schedules, {}, {}});
  }

  /// The same with nothing to write. @param ids at least one.
  result<void> erase(std::span<const uuid> ids) {
    return apply({{}, ids, {}, {}, {}});
  }

  /// All jobs that are not terminal, oldest first, except agent jobs due at
  /// `due_before` or later: there may be many, and they are not needed yet. Called once, before any other
  /// member.
  virtual result<std::vector<job_ptr>> load_live(system_time due_before) = 0;

  /// The number of agent jobs of each organisation that are due at that time or later.
  virtual result<std::map<std::string, std::size_t>> count_delayed(system_time due_from) = 0;

  /// Delayed agent jobs due before `until`, from a place on, in the order of their places; at most
  /// `limit`.
  virtual result<std::vector<job_ptr>> load_delayed(const due_place& from, system_time until,
                                                    std::size_t limit)
    = 0;

  /// Finished jobs of a kind in the order in which they ended: the last `limit`, or fewer if
  /// their text has more than `text_bytes_max`, but always the last one; and all that ended
  /// in the same millisecond as the first of these. Called once, after `load_live`.
  virtual result<std::vector<job_ptr>> load_finished(job_kind kind, std::size_t limit,
                                                     std::size_t text_bytes_max)
    = 0;

  /// All scheduled jobs, in any order. Called once, before any other member except `load_live`.
  virtual result<std::vector<scheduled_job_ptr>> load_schedules() = 0;

  /// All sessions, in any order. Called once, before any other member but `load_live`.
  virtual result<std::vector<session_ptr>> load_sessions() = 0;

  /// A page of a session's messages. May run beside the other members, on another thread. Errors: `io`.
  virtual result<session_message_page> load_messages(const session_message_query& query) = 0;

  /// The conversation before a turn, oldest first: each message, and its answer right behind it. May run
  /// beside the other members, on another thread. Errors: `io`.
  virtual result<std::vector<history_entry>> load_history(const history_query& query) = 0;

  /// Erases what is left of the messages of forgotten sessions, which no member shows any more: at most
  /// `limit`. Returns how many. Errors: `io`; nothing was erased.
  virtual result<std::size_t> erase_leftovers(std::size_t limit) = 0;

  /// Runs of a scheduled job, newest first. May be called concurrently, on another thread.
  /// Errors: `capacity` (see `run_query::text_bytes_max`), `io`.
  virtual result<std::vector<job_ptr>> load_runs(const run_query& query) = 0;

  /// Deletes finished runs of scheduled jobs except the newest `keep` of each, in one transaction: at most
  /// `limit` in all, the oldest of a job first. If it returns `limit`, there may be more. Errors: `io`;
  /// nothing was erased.
  virtual result<std::size_t> erase_runs(std::span<const uuid> schedule_ids, std::size_t keep,
                                         std::size_t limit)
    = 0;

  /// One job; null if there is none.
  virtual result<job_ptr> find(const uuid& id) = 0;

  /// A page of jobs. Errors: `capacity` (see `job_query::text_bytes_max`), `io`.
  virtual result<job_page> query(const job_query& query) = 0;

  /// Deletes jobs of a kind that ended before that time, at most `limit`, the oldest first. Returns their
  /// number. Errors: `io`; nothing was erased.
  virtual result<std::size_t> erase_finished(job_kind kind, system_time before, std::size_t limit)
    = 0;
};

/// Keeps jobs in memory, as the snapshots themselves: fast, but lost with the process.
std::unique_ptr<store> make_memory_store();

/// What a commit of the SQLite store waits for.
enum class store_sync : std::uint8_t {
  /// Data is flushed to disk (fsync): it survives power loss.
  full,
  /// Data is passed to the operating system: it survives a crash of the process, not always of the machine.
  normal,
};

/// Settings of the SQLite store.
struct sqlite_store_options {
  /// The database file. It and its directories are created if they do not exist.
  std::string path = {};
  store_sync sync = store_sync::full;
};

/// Keeps jobs in a SQLite database that belongs to this process. An older database
/// is migrated. While writes fail the store still answers reads, and each further commit
/// tries again. Confirmed data is never lost silently: if the file turns out to lack it,
/// all further commits fail. Errors: `invalid_argument` (no path), `io` (the file or its directory cannot
/// be written, is in use by another process, is not a database, is damaged, or is from a newer version).
result<std::unique_ptr<store>> open_sqlite_store(sqlite_store_options options);

} // namespace callboard
