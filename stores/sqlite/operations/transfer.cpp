#include <callboard/store.hpp>

#include "stores/sqlite/file/connection.hpp"
#include "stores/sqlite/file/schema.hpp"
#include "stores/sqlite/file/statement.hpp"
#include "stores/sqlite/operations/line_parser.hpp"
#include "stores/sqlite/operations/line_writer.hpp"
#include "stores/sqlite/operations/operations.hpp"
#include "stores/sqlite/rows/job_reader.hpp"
#include "stores/sqlite/rows/schedule_reader.hpp"
#include "stores/sqlite/rows/session_reader.hpp"

#include <array>
#include <istream>
#include <map>
#include <ostream>
#include <tuple>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

namespace callboard::sqlite {

namespace {

/// How often progress is told: several times a second.
constexpr std::size_t jobs_per_progress = 5000;
/// Lines put in by one commit.
constexpr std::size_t import_batch = 500;

result<std::size_t> export_jobs_from(connection& db, std::ostream& to, const progress& told) {
  const auto total
    = db.number("SELECT (SELECT count(*) FROM jobs) + (SELECT count(*) FROM messages)");
  if (!total)
    return tl::unexpected(total.error());
  job_reader jobs{db};
  statement all{db, "SELECT job FROM jobs UNION ALL SELECT job FROM messages ORDER BY job"};
  auto found = all.start();
  std::size_t count = 0;
  for (;;) {
    const auto is_there = found.next();
    if (!is_there)
      return tl::unexpected(is_there.error());
    if (!*is_there)
      return count;
    const auto read = jobs.at(found.integer());
    if (!read)
      return tl::unexpected(read.error());
    if (!*read)
      return damaged();
    to << to_line(**read) << '\n';
    if (++count % jobs_per_progress == 0 && told)
      told("jobs", count, static_cast<std::size_t>(*total));
  }
}

result<std::size_t> export_schedules_from(connection& db, std::ostream& to) {
  std::size_t count = 0;
  const auto ok = schedule_reader{db}.each([&](const stored_schedule& stored) -> result<void> {
    if (!stored.last_run.is_nil())
      stored.record->last_run = stand_in_for(stored.last_run);
    to << to_line(*stored.record) << '\n';
    ++count;
    return {};
  });
  if (!ok)
    return tl::unexpected(ok.error());
  return count;
}

/// Each session, and its messages behind it.
result<void> export_sessions_from(connection& db, std::ostream& to, transfer_counts& count) {
  session_reader sessions{db};
  return sessions.each([&](const session& one) -> result<void> {
    to << to_line(one) << '\n';
    ++count.sessions;
    return sessions.each_message(one.spec->id, [&](const session_message& said) -> result<void> {
      to << to_line(said) << '\n';
      ++count.messages;
      return {};
    });
  });
}

/// Grows with whatever happens in a session.
auto age_of(const session& one) {
  return std::tuple{one.last_message_at, one.renewal_count, one.last_activity};
}

/// Grows with whatever happens to a scheduled job. Runs and missed times do not change its version.
auto age_of(const scheduled_job& one) {
  return std::tuple{one.version,      one.run_count,     one.failure_count,
                    one.missed_count, one.skipped_count, one.next_run_at};
}

/// Puts the lines of an export into a store.
class importer {
public:
  explicit importer(store& to) : store_(to) {
    // nop
  }

  /// Looks up which scheduled jobs and sessions are there already.
  result<void> begin() {
    const auto sessions = store_.load_sessions();
    if (!sessions)
      return tl::unexpected(sessions.error());
    for (const auto& one : *sessions)
      sessions_[one->spec->id] = one;
    auto loaded = store_.load_schedules();
    if (!loaded)
      return tl::unexpected(std::move(loaded.error()));
    for (auto& each : *loaded)
      remember(std::move(each));
    return {};
  }

  result<void> add(export_line line) {
    if (auto* const one = std::get_if<job_ptr>(&line)) {
      jobs_.push_back(std::move(*one));
    } else if (auto* const talk = std::get_if<session_ptr>(&line)) {
      return add(*talk);
    } else if (auto* const said = std::get_if<session_message>(&line)) {
      // Those of a session that stays as it is are there already.
      if (taken_.contains(said->session_id))
        messages_.push_back(std::move(*said));
    } else {
      auto& record = std::get<scheduled_job_ptr>(line);
      const auto owner = names_.find({record->organisation, record->definition->name});
      if (owner != names_.end() && owner->second != record->id)
        return fail(errc::invalid_argument, "another scheduled job has the name \""
                                              + record->definition->name + "\" already");
      const auto there = schedules_.find(record->id);
      if (there != schedules_.end() && age_of(*record) <= age_of(*there->second))
        return {};
      changes_.push_back({record->id, record});
      remember(std::move(record));
    }
    const auto gathered = jobs_.size() + changes_.size() + talks_.size() + messages_.size();
    return gathered >= import_batch ? commit() : result<void>{};
  }

  result<void> commit() {
    auto done = store_.apply({jobs_, {}, changes_, talks_, messages_});
    jobs_.clear();
    changes_.clear();
    talks_.clear();
    messages_.clear();
    return done;
  }

private:
  using name_key = std::pair<std::string, std::string>;

  result<void> add(const session_ptr& one) {
    const auto id = one->spec->id;
    if (const auto there = sessions_.find(id); there != sessions_.end()) {
      if (age_of(*one) <= age_of(*there->second))
        return {};
      // With its messages: some of them may have been dropped since.
      talks_.push_back({id, nullptr, 0});
      if (auto ok = commit(); !ok)
        return ok;
    }
    sessions_[id] = one;
    taken_.insert(id);
    talks_.push_back({id, one, 0});
    return {};
  }

  void remember(scheduled_job_ptr record) {
    auto& held = schedules_[record->id];
    if (held)
      names_.erase({held->organisation, held->definition->name});
    names_[{record->organisation, record->definition->name}] = record->id;
    held = std::move(record);
  }

  store& store_;
  std::vector<job_ptr> jobs_;
  std::vector<schedule_change> changes_;
  std::vector<session_change> talks_;
  std::vector<session_message> messages_;
  std::unordered_map<uuid, session_ptr> sessions_;
  /// Sessions whose messages are to be put in.
  std::unordered_set<uuid> taken_;
  std::unordered_map<uuid, scheduled_job_ptr> schedules_;
  std::map<name_key, uuid> names_;
};

} // namespace

result<transfer_counts> export_jobs(const std::string& path, std::ostream& to,
                                    const progress& told) {
  auto db = connection::open(path, access::read);
  if (!db)
    return tl::unexpected(std::move(db.error()));
  const auto moment = transaction::begin_read(**db);
  if (!moment)
    return tl::unexpected(moment.error());
  if (auto ok = check_version(**db); !ok)
    return tl::unexpected(std::move(ok.error()));
  to << export_header << '\n';
  const auto jobs = export_jobs_from(**db, to, told);
  if (!jobs)
    return tl::unexpected(jobs.error());
  const auto schedules = export_schedules_from(**db, to);
  if (!schedules)
    return tl::unexpected(schedules.error());
  transfer_counts count{*jobs, *schedules, 0, 0};
  if (auto ok = export_sessions_from(**db, to, count); !ok)
    return tl::unexpected(std::move(ok.error()));
  if (!to.flush())
    return fail(errc::io, "the export cannot be written");
  return count;
}

result<transfer_counts> import_jobs(const std::string& path, std::istream& from,
                                    const progress& told) {
  const auto parser = line_parser::make();
  if (!parser)
    return tl::unexpected(parser.error());
  const auto jobs = open_sqlite_store({.path = path});
  if (!jobs)
    return tl::unexpected(jobs.error());
  importer into{**jobs};
  if (auto ok = into.begin(); !ok)
    return tl::unexpected(std::move(ok.error()));
  transfer_counts count;
  std::string line;
  for (std::size_t number = 1; std::getline(from, line); ++number) {
    if (line.empty() || (*parser)->is_header(line))
      continue;
    const auto refuse = [&](const error& why) {
      return fail(why.code, "line " + std::to_string(number) + ": " + why.message);
    };
    auto parsed = (*parser)->parse(line);
    if (!parsed)
      return refuse(parsed.error());
    ++*std::array{&count.jobs, &count.schedules, &count.sessions, &count.messages}[parsed->index()];
    if (auto ok = into.add(*std::move(parsed)); !ok)
      return ok.error().code == errc::invalid_argument ? refuse(ok.error())
                                                       : tl::unexpected(ok.error());
    if (number % jobs_per_progress == 0 && told)
      told("jobs", count.jobs, 0);
  }
  if (from.bad())
    return fail(errc::io, "the lines cannot be read");
  if (auto ok = into.commit(); !ok)
    return tl::unexpected(std::move(ok.error()));
  return count;
}

} // namespace callboard::sqlite
