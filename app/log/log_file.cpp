#include "app/log/log_file.hpp"

#include <cerrno>
#include <string>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

namespace callboard::app {

namespace {

struct opened_log {
  stores::open_file file;
  std::uint64_t size = 0;
};

result<opened_log> open_locked(const std::filesystem::path& path) {
  auto file = stores::open_private(path, O_WRONLY | O_CREAT | O_APPEND);
  if (!file)
    return tl::unexpected(std::move(file.error()));
  // Not every file system has locks; where there are none, nothing is lost but the protection.
  if (::flock(file->get(), LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK)
    return fail(errc::conflict, "another process is writing to " + path.string());
  struct stat found {};
  ::fstat(file->get(), &found);
  return opened_log{*std::move(file), static_cast<std::uint64_t>(found.st_size)};
}

/// "logs/callboard.log" → "logs/callboard.2.log".
std::filesystem::path older(const std::filesystem::path& path, int number) {
  return path.parent_path()
         / (path.stem().string() + '.' + std::to_string(number) + path.extension().string());
}

} // namespace

log_file::log_file(std::filesystem::path path, stores::open_file file, std::uint64_t size)
  : path_(std::move(path)), file_(std::move(file)), size_(size) {
  // nop
}

result<std::unique_ptr<log_file>> log_file::open(const std::filesystem::path& file) {
  auto opened = open_locked(file);
  if (!opened)
    return tl::unexpected(std::move(opened.error()));
  return std::unique_ptr<log_file>{new log_file{file, std::move(opened->file), opened->size}};
}

result<void> log_file::write(std::string_view line) {
  const sync::lock_guard lock{mutex_};
  if (size_ > 0 && size_ + line.size() > rotate_at_)
    rotate();
  while (!line.empty()) {
    const auto written = ::write(file_.get(), line.data(), line.size());
    if (written < 0 && errno == EINTR)
      continue;
    if (written < 0)
      return fail(errc::io,
                  "cannot write " + path_.string() + ": " + std::generic_category().message(errno));
    size_ += static_cast<std::uint64_t>(written);
    line.remove_prefix(static_cast<std::size_t>(written));
  }
  return {};
}

result<void> log_file::reopen() {
  const sync::lock_guard lock{mutex_};
  struct stat now {};
  struct stat held {};
  if (::fstat(file_.get(), &held) == 0 && ::lstat(path_.c_str(), &now) == 0
      && now.st_dev == held.st_dev && now.st_ino == held.st_ino) {
    // It may have been cut to nothing meanwhile.
    size_ = static_cast<std::uint64_t>(held.st_size);
    return {};
  }
  auto opened = open_locked(path_);
  if (!opened)
    return tl::unexpected(std::move(opened.error()));
  file_ = std::move(opened->file);
  size_ = opened->size;
  rotate_at_ = bytes_max;
  return {};
}

void log_file::rotate() {
  struct stat held {};
  // Somebody may have cut it to nothing.
  if (::fstat(file_.get(), &held) == 0 && static_cast<std::uint64_t>(held.st_size) < size_) {
    size_ = static_cast<std::uint64_t>(held.st_size);
    return;
  }
  rotate_at_ = size_ + bytes_max;
  for (int number = old_files_max - 1; number > 0; --number)
    ::rename(older(path_, number).c_str(), older(path_, number + 1).c_str());
  if (::rename(path_.c_str(), older(path_, 1).c_str()) != 0)
    return;
  if (auto opened = open_locked(path_)) {
    file_ = std::move(opened->file);
    size_ = opened->size;
    rotate_at_ = bytes_max;
  }
}

} // namespace callboard::app
