#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

namespace callboard::sqlite {

/// Copies the write-ahead log into the database on a thread and a connection of its own, while commits
/// go on. What they add meanwhile is left for the writer, which thus has little to copy.
class checkpointer {
public:
  /// @param vfs as for `connection::open`.
  checkpointer(std::string path, const char* vfs);
  checkpointer(const checkpointer&) = delete;
  checkpointer& operator=(const checkpointer&) = delete;
  /// Waits for a checkpoint that is under way.
  ~checkpointer();

  /// Has it begin; does nothing while it is at work.
  void begin();

  /// How the last checkpoint went.
  struct outcome {
    /// One has ended that was not asked for before.
    bool is_news = false;
    /// SQLite's result code.
    int code = 0;
  };
  outcome take_outcome();

private:
  void run(const std::stop_token& stop);
  int checkpoint() const;

  const std::string path_;
  const char* const vfs_;
  std::mutex mutex_;
  std::condition_variable_any changed_;
  bool is_wanted_ = false;
  outcome outcome_;
  // Last: it uses all others.
  std::jthread thread_;
};

} // namespace callboard::sqlite
