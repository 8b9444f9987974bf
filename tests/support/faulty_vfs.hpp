#pragma once

#include <condition_variable>
#include <cstdint>
#include <filesystem>
#include <map>
#include <mutex>
#include <optional>
#include <string>

struct sqlite3_file;
struct sqlite3_vfs;

namespace callboard::tests {

/// A file layer for SQLite, over the usual one, that fails when told to, and that knows what a loss of
/// power would leave. Databases opened through it must be closed before it goes.
class faulty_vfs {
public:
  enum class operation : std::uint8_t { read, write, sync };
  enum class file : std::uint8_t { any, database, log };

  /// What fails, and how.
  struct fault {
    operation on = operation::write;
    file of = file::any;
    /// SQLite's result code, e.g. SQLITE_FULL.
    int code = 0;
    /// So many operations still work.
    int after = 0;
    /// Then so many fail.
    int times = 1;
  };

  /// `times` of a fault that lasts until `heal`.
  static constexpr int always = 1 << 30;

  faulty_vfs();
  faulty_vfs(const faulty_vfs&) = delete;
  faulty_vfs& operator=(const faulty_vfs&) = delete;
  ~faulty_vfs();

  /// What `sqlite3_open_v2` takes.
  const char* name() const noexcept {
    return name_.c_str();
  }

  /// Takes the place of an earlier fault.
  void fail(fault planned);
  /// Nothing fails any more.
  void heal();
  /// How many operations have failed so far. A test that counts none has tested nothing.
  int faults() const;
  /// How many times files were synced, with success.
  int syncs() const;

  /// How many times something was written, with success or without.
  int writes() const;

  /// Where whoever gets there can be held.
  enum class place : std::uint8_t {
    /// Before a sync of the log: nobody can see the commit yet.
    sync,
    /// When a commit gives back the right to write: all can see it.
    end_of_write,
  };

  /// Holds the next one who gets there, until `let_go`.
  void hold(place where);
  /// Waits until someone is held; false: nobody comes.
  bool wait_for_held();
  void let_go();

  /// Writes what a loss of power now would leave of the files into a directory: each as it was when
  /// it was synced last, and nothing of those that never were.
  void save_synced(const std::filesystem::path& directory) const;

  // For the functions that SQLite calls.
  int result_of(operation on, bool is_log);
  void pass(place where);
  void was_synced(const std::string& path, std::string content);
  void was_deleted(const std::string& path);
  sqlite3_vfs& real() const noexcept {
    return *real_;
  }

private:
  std::string name_;
  sqlite3_vfs* real_;
  sqlite3_vfs* own_;
  mutable std::mutex mutex_;
  fault planned_{.times = 0};
  int faults_ = 0;
  int syncs_ = 0;
  int writes_ = 0;
  std::map<std::string, std::string> synced_;
  std::condition_variable changed_;
  std::optional<place> wanted_;
  bool is_held_ = false;
};

} // namespace callboard::tests
