#include "stores/sqlite/reader.hpp"

#include "stores/sqlite/file/schema.hpp"

#include <utility>

namespace callboard::sqlite {

namespace {

/// Readers at once. Each costs a file descriptor or two and up to 2 MB of cache; more than a few only
/// fight over the processors.
constexpr std::size_t readers_max = 4;

} // namespace

result<std::unique_ptr<reader>> reader_pool::take() {
  {
    sync::unique_lock lock{mutex_};
    changed_.wait(lock, [this]() REQUIRES(mutex_) { return !is_closed_ && in_use_ < readers_max; });
    ++in_use_;
    if (!idle_.empty()) {
      auto taken = std::move(idle_.back());
      idle_.pop_back();
      return taken;
    }
  }
  auto opened = open();
  if (!opened)
    give_back(nullptr);
  return opened;
}

result<std::unique_ptr<reader>> reader_pool::open() const {
  auto db = connection::open(path_, access::read, vfs_);
  if (!db)
    return tl::unexpected(std::move(db.error()));
  return std::make_unique<reader>(*std::move(db));
}

void reader_pool::give_back(std::unique_ptr<reader> used) noexcept {
  const auto is_usable = used && !used->db->is_broken();
  {
    const sync::lock_guard lock{mutex_};
    --in_use_;
    if (is_usable)
      idle_.push_back(std::move(used));
  }
  changed_.notify_all();
}

void reader_pool::close() {
  sync::unique_lock lock{mutex_};
  is_closed_ = true;
  changed_.wait(lock, [this]() REQUIRES(mutex_) { return in_use_ == 0; });
  idle_.clear();
}

void reader_pool::reopen() {
  {
    const sync::lock_guard lock{mutex_};
    is_closed_ = false;
  }
  changed_.notify_all();
}

} // namespace callboard::sqlite
