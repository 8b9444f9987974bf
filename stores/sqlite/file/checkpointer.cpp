#include "stores/sqlite/file/checkpointer.hpp"

#include "stores/sqlite/file/connection.hpp"

#include <sqlite3.h>

#include <utility>

namespace callboard::sqlite {

checkpointer::checkpointer(std::string path, const char* vfs)
  : path_{std::move(path)}, vfs_{vfs}, thread_{[this](const std::stop_token& stop) { run(stop); }} {
  // nop
}

checkpointer::~checkpointer() = default;

void checkpointer::begin() {
  {
    const std::lock_guard guard{mutex_};
    is_wanted_ = true;
  }
  changed_.notify_one();
}

checkpointer::outcome checkpointer::take_outcome() {
  const std::lock_guard guard{mutex_};
  return std::exchange(outcome_, {});
}

void checkpointer::run(const std::stop_token& stop) {
  std::unique_lock lock{mutex_};
  while (changed_.wait(lock, stop, [this] { return is_wanted_; })) {
    lock.unlock();
    const auto code = checkpoint();
    lock.lock();
    is_wanted_ = false;
    outcome_ = {true, code};
  }
}

int checkpointer::checkpoint() const {
  // Reopened each time, which costs little beside the work: so there is none to close when the
  // writer wants to start from the file again.
  const auto db = connection::open(path_, access::write, vfs_);
  if (!db)
    return SQLITE_CANTOPEN;
  // A connection knows of the log only once it has read.
  if (const auto tables = (*db)->number("SELECT count(*) FROM sqlite_schema"); !tables)
    return SQLITE_CANTOPEN;
  return sqlite3_wal_checkpoint_v2((*db)->handle(), "main", SQLITE_CHECKPOINT_PASSIVE, nullptr,
                                   nullptr);
}

} // namespace callboard::sqlite
