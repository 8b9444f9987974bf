#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string_view>

#include <callboard/error.hpp>

#include "stores/private_file.hpp"
#include "sync/mutex.hpp"

namespace callboard::app {

/// A file that lines are added to: for its owner alone, rotated by size, written by one process at a
/// time. `callboard.log` that is full becomes `callboard.1.log`, and so on up to 5. Any thread may call
/// any member.
class log_file {
public:
  /// Large enough for a day of a quiet server, small enough to open in an editor.
  static constexpr std::uint64_t bytes_max = 10 * 1024 * 1024;
  /// Number of older files that are kept.
  static constexpr int old_files_max = 5;

  /// Opens or makes the file; its directory must be there. A symbolic link is refused. Errors: `io`;
  /// `conflict` if another process is writing to it.
  static result<std::unique_ptr<log_file>> open(const std::filesystem::path& file);

  /// Appends a line, including its newline, in one piece. Errors: `io`; nothing or a part of it was written.
  result<void> write(std::string_view line);

  /// Reopens the file if another one or none has its name now. Errors: as `open`; then the old
  /// one is written on.
  result<void> reopen();

private:
  log_file(std::filesystem::path path, stores::open_file file, std::uint64_t size);

  /// Renames the full file and starts a new one. If that fails the file keeps growing.
  void rotate() REQUIRES(mutex_);

  const std::filesystem::path path_;
  sync::mutex mutex_;
  stores::open_file file_ GUARDED_BY(mutex_);
  std::uint64_t size_ GUARDED_BY(mutex_);
  /// When it is full.
  std::uint64_t rotate_at_ GUARDED_BY(mutex_) = bytes_max;
};

} // namespace callboard::app
