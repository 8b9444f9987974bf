#include "stores/sqlite/index_loader.hpp"

#include <memory>
#include <utility>

namespace callboard::sqlite {

index_loader::index_loader(reader_pool& readers, index_cache& indexes)
  : readers_{readers}, indexes_{indexes}, thread_{[this](const std::stop_token& stop) {
      run(stop);
    }} {
  // nop
}

index_loader::~index_loader() = default;

void index_loader::start(std::size_t jobs) {
  if (jobs > 0) {
    indexes_.want();
    load_if_wanted();
    return;
  }
  auto held = indexes_.hold_commits();
  const auto number = indexes_.begin_loading();
  held.unlock();
  if (number)
    indexes_.end_loading(*number, std::make_unique<column_index>());
}

void index_loader::load_if_wanted() {
  if (!indexes_.is_wanted())
    return;
  {
    const std::lock_guard guard{mutex_};
    is_asked_ = true;
  }
  changed_.notify_all();
}

void index_loader::wait() {
  std::unique_lock lock{mutex_};
  changed_.wait(lock, [this] { return !is_asked_ && !is_loading_; });
}

void index_loader::run(const std::stop_token& stop) {
  std::unique_lock lock{mutex_};
  while (changed_.wait(lock, stop, [this] { return is_asked_; })) {
    is_asked_ = false;
    is_loading_ = true;
    lock.unlock();
    // A fault is no loss: lists are read from the database, where they meet it, too, and the next one asks
    // again.
    [[maybe_unused]] const auto done
      = readers_.read([&](reader& from) { return load(from, stop); });
    lock.lock();
    is_loading_ = false;
    changed_.notify_all();
  }
}

result<void> index_loader::load(reader& from, const std::stop_token& stop) {
  auto held = indexes_.hold_commits();
  // With this the moment of the transaction begins.
  const auto jobs = column_index::count_jobs(*from.db);
  if (!jobs)
    return tl::unexpected(jobs.error());
  if (*jobs > index_cache::jobs_max) {
    indexes_.refuse();
    return {};
  }
  const auto number = indexes_.begin_loading();
  held.unlock();
  if (!number)
    return {}; // asked for twice
  auto loaded = column_index::load(
    *from.db, *jobs, [&] { return !stop.stop_requested() && indexes_.is_loading(*number); });
  if (!loaded) {
    indexes_.end_loading(*number, nullptr);
    return tl::unexpected(std::move(loaded.error()));
  }
  indexes_.end_loading(*number, *std::move(loaded));
  return {};
}

} // namespace callboard::sqlite
