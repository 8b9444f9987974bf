#include "stores/sqlite/sqlite_store.hpp"

#include "stores/private_file.hpp"
#include "stores/sqlite/file/instance_lock.hpp"
#include "stores/sqlite/index_loader.hpp"
#include "stores/sqlite/reader.hpp"
#include "stores/sqlite/writer.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <utility>

namespace callboard::sqlite {

namespace {

class sqlite_store final : public store {
public:
  sqlite_store(instance_lock lock, writer_options options, std::unique_ptr<index_cache> lists,
               std::unique_ptr<writer> opened)
    : lock_{std::move(lock)},
      options_{std::move(options)},
      lists_{std::move(lists)},
      writer_{std::move(opened)},
      readers_{options_.path, options_.vfs},
      loader_{readers_, *lists_} {
    // An error is reported by the first read; the index is loaded then.
    loader_.start(writer_->count_agent_jobs().value_or(1));
  }

  bool is_durable() const noexcept override {
    return true;
  }

  result<void> apply(const store_changes& changes) override {
    const auto& [snapshots, erased, schedules, sessions, messages] = changes;
    if (snapshots.empty() && erased.empty() && schedules.empty() && sessions.empty()
        && messages.empty())
      return is_in_doubt_ ? write([](writer& to) { return to.probe(); }) : result<void>{};
    auto done = write([&](writer& to) { return to.commit(changes); }, messages);
    if (done && !snapshots.empty())
      confirmed_ = snapshots.back();
    if (done)
      forget_confirmed(erased);
    if (done && confirmed_ && is_forgotten(*confirmed_, schedules))
      confirmed_ = nullptr;
    return done;
  }

  result<std::vector<session_ptr>> load_sessions() override {
    return readers_.read([](reader& from) { return from.sessions.all(); });
  }

  result<session_message_page> load_messages(const session_message_query& query) override {
    return readers_.read([&](reader& from) { return from.sessions.messages(query); });
  }

  result<std::vector<history_entry>> load_history(const history_query& query) override {
    return readers_.read([&](reader& from) { return from.sessions.history(query); });
  }

  result<std::size_t> erase_leftovers(std::size_t limit) override {
    std::size_t erased = 0;
    auto done = write([&](writer& to) { return to.erase_leftovers(limit, erased); });
    if (!done)
      return tl::unexpected(std::move(done.error()));
    return erased;
  }

  result<std::vector<scheduled_job_ptr>> load_schedules() override {
    return readers_.read([](reader& from) { return from.schedules.all(from.jobs); });
  }

  result<std::vector<job_ptr>> load_runs(const run_query& query) override {
    return readers_.read([&](reader& from) { return from.schedules.runs(query, from.jobs); });
  }

  result<std::size_t> erase_runs(std::span<const uuid> schedule_ids, std::size_t keep,
                                 std::size_t limit) override {
    std::vector<uuid> erased;
    auto done = write([&](writer& to) { return to.erase_runs(schedule_ids, keep, limit, erased); });
    if (!done)
      return tl::unexpected(std::move(done.error()));
    forget_confirmed(erased);
    return erased.size();
  }

  result<std::vector<job_ptr>> load_live(system_time due_before) override {
    return readers_.read([&](reader& from) { return from.loads.live(due_before, from.jobs); });
  }

  result<std::map<std::string, std::size_t>> count_delayed(system_time due_from) override {
    return readers_.read([&](reader& from) { return from.loads.count_delayed(due_from); });
  }

  result<std::vector<job_ptr>> load_delayed(const due_place& first, system_time until,
                                            std::size_t limit) override {
    return readers_.read(
      [&](reader& from) { return from.loads.scheduled(first, until, limit, from.jobs); });
  }

  result<std::vector<job_ptr>> load_finished(job_kind kind, std::size_t limit,
                                             std::size_t text_bytes_max) override {
    return readers_.read(
      [&](reader& from) { return from.loads.finished(kind, limit, text_bytes_max, from.jobs); });
  }

  result<job_ptr> find(const uuid& id) override {
    return readers_.read([&](reader& from) { return from.jobs.find(id); });
  }

  result<job_page> query(const job_query& query) override {
    const auto find = [&](reader& from) { return from.lists.find(query, from.jobs, *lists_); };
    auto found = readers_.read(find);
    if (found && !*found) {
      // A scan would take as long, and the next list as long again.
      loader_.load_if_wanted();
      loader_.wait();
      found = readers_.read(find);
    }
    if (!found)
      return tl::unexpected(std::move(found.error()));
    if (*found)
      return **std::move(found);
    return readers_.read([&](reader& from) { return from.lists.scan(query, from.jobs); });
  }

  result<std::size_t> erase_finished(job_kind kind, system_time before,
                                     std::size_t limit) override {
    std::vector<uuid> erased;
    auto done = write([&](writer& to) { return to.erase_finished(kind, before, limit, erased); });
    if (!done)
      return tl::unexpected(std::move(done.error()));
    forget_confirmed(erased);
    return erased.size();
  }

private:
  /// Whether a job was a run of a scheduled job that is forgotten with its runs.
  static bool is_forgotten(const job& one, std::span<const schedule_change> schedules) {
    return one.spec->run && std::any_of(schedules.begin(), schedules.end(), [&](const auto& each) {
             return !each.record && each.id == one.spec->run->schedule_id;
           });
  }

  void forget_confirmed(std::span<const uuid> erased) {
    if (confirmed_ && std::find(erased.begin(), erased.end(), confirmed_->spec->id) != erased.end())
      confirmed_ = nullptr;
  }

  /// @param messages what the work adds of conversations
  template <class Work>
  result<void> write(Work work, std::span<const session_message> messages = {}) {
    is_in_doubt_ = true;
    if (!writer_)
      if (auto ok = open_anew(); !ok)
        return ok;
    auto done = work(*writer_);
    is_in_doubt_ = !done;
    if (done)
      loader_.load_if_wanted();
    if (!writer_->is_broken())
      return done;
    // After a failed sync the system may report success for what it has thrown away. So what the
    // connection and the page cache believe counts for nothing: the next write starts from the file.
    if (!done) {
      unwanted_.insert(unwanted_.end(), writer_->added().begin(), writer_->added().end());
      unwanted_messages_.insert(unwanted_messages_.end(), messages.begin(), messages.end());
    }
    writer_.reset();
    return done;
  }

  /// Closes all connections, opens the file again, and makes sure that it holds what was confirmed
  /// and not what was refused.
  result<void> open_anew() {
    readers_.close();
    auto opened = writer::open(options_, access::write, *lists_);
    readers_.reopen();
    if (!opened)
      return tl::unexpected(std::move(opened.error()));
    if (confirmed_) {
      const auto found = find(confirmed_->spec->id);
      if (!found)
        return tl::unexpected(found.error());
      if (!*found || (*found)->version < confirmed_->version)
        return fail(errc::io, "the database has lost jobs that were stored");
    }
    if (!unwanted_.empty() || !unwanted_messages_.empty())
      if (auto ok = (*opened)->erase_refused(unwanted_, unwanted_messages_); !ok)
        return ok;
    unwanted_.clear();
    unwanted_messages_.clear();
    writer_ = *std::move(opened);
    return {};
  }

  // In this order: the lock goes last.
  instance_lock lock_;
  const writer_options options_;
  const std::unique_ptr<index_cache> lists_;
  std::unique_ptr<writer> writer_;
  reader_pool readers_;
  index_loader loader_;
  /// The last snapshot of the last successful commit. The log is played back in order, so if this is
  /// there, all before it is.
  job_ptr confirmed_;
  /// Jobs whose commit failed: refused, so they must not turn up.
  std::vector<uuid> unwanted_;
  /// The same of messages of sessions.
  std::vector<session_message> unwanted_messages_;
  /// Whether the last write failed.
  bool is_in_doubt_ = false;
};

/// SQLite would make the file for everybody to read. Its log and index get the rights of the file.
void make_if_absent(const std::string& path) {
  constexpr mode_t owner_only = 0600;
  // Whatever stands against it, SQLite finds it too, and says it better.
  if (const auto made = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, owner_only);
      made >= 0)
    ::close(made);
}

} // namespace

result<std::unique_ptr<store>> open_store(writer_options options) {
  if (options.path.empty())
    return fail(errc::invalid_argument, "the path of the database must not be empty");
  // The working directory may change, and some relative names mean something else to SQLite.
  const auto path = std::filesystem::absolute(options.path);
  options.path = path.string();
  if (auto ok = stores::make_private_directories(path.parent_path()); !ok)
    return tl::unexpected(std::move(ok.error()));
  auto lock = instance_lock::take(options.path);
  if (!lock)
    return tl::unexpected(std::move(lock.error()));
  make_if_absent(options.path);
  auto lists = std::make_unique<index_cache>(options.scanned_max);
  auto opened = writer::open(options, access::create, *lists);
  if (!opened)
    return fail(opened.error().code,
                "cannot open the database " + options.path + ": " + opened.error().message);
  return std::make_unique<sqlite_store>(*std::move(lock), std::move(options), std::move(lists),
                                        *std::move(opened));
}

} // namespace callboard::sqlite

namespace callboard {

result<std::unique_ptr<store>> open_sqlite_store(sqlite_store_options options) {
  return sqlite::open_store({.path = std::move(options.path), .sync = options.sync});
}

} // namespace callboard
