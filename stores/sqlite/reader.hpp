#pragma once

#include "stores/sqlite/file/connection.hpp"
#include "stores/sqlite/lists/job_lister.hpp"
#include "stores/sqlite/rows/job_loader.hpp"
#include "stores/sqlite/rows/job_reader.hpp"
#include "stores/sqlite/rows/schedule_reader.hpp"
#include "stores/sqlite/rows/session_reader.hpp"
#include "sync/mutex.hpp"

#include <memory>
#include <string>
#include <vector>

namespace callboard::sqlite {

/// A connection that reads.
struct reader {
  explicit reader(std::unique_ptr<connection> opened)
    : db{std::move(opened)}, jobs{*db}, lists{*db}, loads{*db}, schedules{*db}, sessions{*db} {
    // nop
  }

  std::unique_ptr<connection> db;
  job_reader jobs;
  job_lister lists;
  job_loader loads;
  schedule_reader schedules;
  session_reader sessions;
};

/// A few readers for all threads that read: opened when needed, kept for the next, never waiting for
/// a commit.
class reader_pool {
public:
  /// @param vfs as for `connection::open`.
  reader_pool(std::string path, const char* vfs) : path_{std::move(path)}, vfs_{vfs} {
    // nop
  }

  /// Calls `work` with a reader, within a transaction, and returns its result. Waits while all are
  /// in use. Errors: `io`, and what `work` returns.
  template <class Work>
  auto read(Work work) -> decltype(work(std::declval<reader&>())) {
    auto taken = take();
    if (!taken)
      return tl::unexpected(std::move(taken.error()));
    const lease held{*this, *std::move(taken)};
    const auto moment = transaction::begin_read(*held.reading->db);
    if (!moment)
      return tl::unexpected(moment.error());
    return work(*held.reading);
  }

  /// Closes all readers, waiting for those in use, and opens none before `reopen`.
  void close();
  /// Allows readers again.
  void reopen();

private:
  /// A reader in use.
  struct lease {
    lease(reader_pool& from, std::unique_ptr<reader> taken)
      : pool{from}, reading{std::move(taken)} {
      // nop
    }
    lease(const lease&) = delete;
    lease& operator=(const lease&) = delete;
    ~lease() {
      pool.give_back(std::move(reading));
    }

    reader_pool& pool;
    std::unique_ptr<reader> reading;
  };

  result<std::unique_ptr<reader>> take();
  result<std::unique_ptr<reader>> open() const;
  void give_back(std::unique_ptr<reader> used) noexcept;

  const std::string path_;
  const char* const vfs_;
  sync::mutex mutex_;
  sync::condition_variable changed_;
  std::vector<std::unique_ptr<reader>> idle_ GUARDED_BY(mutex_);
  std::size_t in_use_ GUARDED_BY(mutex_) = 0;
  bool is_closed_ GUARDED_BY(mutex_) = false;
};

} // namespace callboard::sqlite
