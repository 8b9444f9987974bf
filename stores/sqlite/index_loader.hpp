#pragma once

#include "stores/sqlite/lists/index_cache.hpp"
#include "stores/sqlite/reader.hpp"

#include <condition_variable>
#include <cstddef>
#include <mutex>
#include <stop_token>
#include <thread>

namespace callboard::sqlite {

/// Loads column indexes on a thread of its own: 1.5 s for a million agent jobs. It begins
/// with the store, so that only a list that comes meanwhile has to wait.
class index_loader {
public:
  /// @param readers where it reads; outlives this, like `indexes`.
  index_loader(reader_pool& readers, index_cache& indexes);
  index_loader(const index_loader&) = delete;
  index_loader& operator=(const index_loader&) = delete;
  /// Gives up what is being loaded.
  ~index_loader();

  /// Called once, before anything is written: an empty database has its index at once, that of any other
  /// is loaded. @param jobs how many agent jobs the database has.
  void start(std::size_t jobs);

  /// Loads an index if one is wanted (see `index_cache::is_wanted`); does not wait for it. From any thread.
  void load_if_wanted();

  /// Waits while an index is being loaded.
  void wait();

private:
  void run(const std::stop_token& stop);
  result<void> load(reader& from, const std::stop_token& stop);

  reader_pool& readers_;
  index_cache& indexes_;
  std::mutex mutex_;
  std::condition_variable_any changed_;
  // Guarded by `mutex_`.
  bool is_asked_ = false;
  bool is_loading_ = false;
  // Last: it uses all others.
  std::jthread thread_;
};

} // namespace callboard::sqlite
