#include "tests/support/faulty_vfs.hpp"

#include <sqlite3.h>

#include <atomic>
#include <fstream>
#include <new>

#include "tests/support/patience.hpp"

namespace callboard::tests {

namespace {

/// An open file: ours in front, the real one behind it in the same memory.
struct faulty_file {
  sqlite3_file base;
  faulty_vfs* vfs;
  std::string* path;
  bool is_log;

  sqlite3_file* real() noexcept {
    return reinterpret_cast<sqlite3_file*>(this + 1);
  }
};

faulty_file& own(sqlite3_file* file) noexcept {
  return *reinterpret_cast<faulty_file*>(file);
}

faulty_vfs& own(sqlite3_vfs* vfs) noexcept {
  return *static_cast<faulty_vfs*>(vfs->pAppData);
}

sqlite3_vfs* real(sqlite3_vfs* vfs) noexcept {
  return &own(vfs).real();
}

/// Calls the real file's method of the same name.
template <auto Method>
struct forward;

template <class... Args, int (*sqlite3_io_methods::*Method)(sqlite3_file*, Args...)>
struct forward<Method> {
  static int call(sqlite3_file* file, Args... args) {
    auto* real = own(file).real();
    return (real->pMethods->*Method)(real, args...);
  }
};

int close_file(sqlite3_file* file) {
  auto& closed = own(file);
  const auto code = closed.real()->pMethods->xClose(closed.real());
  delete closed.path;
  return code;
}

int read_file(sqlite3_file* file, void* into, int size, sqlite3_int64 at) {
  auto& from = own(file);
  if (const auto code = from.vfs->result_of(faulty_vfs::operation::read, from.is_log); code != 0)
    return code;
  return from.real()->pMethods->xRead(from.real(), into, size, at);
}

int write_file(sqlite3_file* file, const void* from, int size, sqlite3_int64 at) {
  auto& to = own(file);
  if (const auto code = to.vfs->result_of(faulty_vfs::operation::write, to.is_log); code != 0)
    return code;
  return to.real()->pMethods->xWrite(to.real(), from, size, at);
}

int sync_file(sqlite3_file* file, int) {
  auto& synced = own(file);
  if (synced.is_log)
    synced.vfs->pass(faulty_vfs::place::sync);
  if (const auto code = synced.vfs->result_of(faulty_vfs::operation::sync, synced.is_log);
      code != 0)
    return code;
  // The real file is not synced: what a loss of power leaves is ours to say, and this is faster.
  auto* real = synced.real();
  sqlite3_int64 size = 0;
  real->pMethods->xFileSize(real, &size);
  std::string content(static_cast<std::size_t>(size), '\0');
  if (const auto code = real->pMethods->xRead(real, content.data(), static_cast<int>(size), 0);
      code != 0)
    return code;
  synced.vfs->was_synced(*synced.path, std::move(content));
  return SQLITE_OK;
}

int lock_shared_memory(sqlite3_file* file, int offset, int count, int flags) {
  // The first lock is that of the writer (SQLite, "WAL-mode File Format", 2.3.1).
  if (offset == 0 && flags == (SQLITE_SHM_UNLOCK | SQLITE_SHM_EXCLUSIVE))
    own(file).vfs->pass(faulty_vfs::place::end_of_write);
  auto* real = own(file).real();
  return real->pMethods->xShmLock(real, offset, count, flags);
}

void shared_memory_barrier(sqlite3_file* file) {
  auto* real = own(file).real();
  real->pMethods->xShmBarrier(real);
}

const sqlite3_io_methods& methods() {
  using io = sqlite3_io_methods;
  static const io made = [] {
    io all{};
    all.iVersion = 2; // without memory mapping, which would go around us
    all.xClose = close_file;
    all.xRead = read_file;
    all.xWrite = write_file;
    all.xTruncate = forward<&io::xTruncate>::call;
    all.xSync = sync_file;
    all.xFileSize = forward<&io::xFileSize>::call;
    all.xLock = forward<&io::xLock>::call;
    all.xUnlock = forward<&io::xUnlock>::call;
    all.xCheckReservedLock = forward<&io::xCheckReservedLock>::call;
    all.xFileControl = forward<&io::xFileControl>::call;
    all.xSectorSize = forward<&io::xSectorSize>::call;
    all.xDeviceCharacteristics = forward<&io::xDeviceCharacteristics>::call;
    all.xShmMap = forward<&io::xShmMap>::call;
    all.xShmLock = lock_shared_memory;
    all.xShmBarrier = shared_memory_barrier;
    all.xShmUnmap = forward<&io::xShmUnmap>::call;
    return all;
  }();
  return made;
}

int open_file(sqlite3_vfs* vfs, sqlite3_filename path, sqlite3_file* file, int flags,
              int* flags_out) {
  auto& made = *new (file) faulty_file{};
  const auto code = real(vfs)->xOpen(real(vfs), path, made.real(), flags, flags_out);
  if (made.real()->pMethods == nullptr)
    return code;
  made.vfs = &own(vfs);
  made.path = new std::string{path == nullptr ? "" : path};
  made.is_log = (flags & SQLITE_OPEN_WAL) != 0;
  made.base.pMethods = &methods();
  return code;
}

int delete_file(sqlite3_vfs* vfs, const char* path, int sync_directory) {
  const auto code = real(vfs)->xDelete(real(vfs), path, sync_directory);
  if (code == SQLITE_OK)
    own(vfs).was_deleted(path);
  return code;
}

int check_access(sqlite3_vfs* vfs, const char* path, int flags, int* out) {
  return real(vfs)->xAccess(real(vfs), path, flags, out);
}

int full_path(sqlite3_vfs* vfs, const char* path, int size, char* out) {
  return real(vfs)->xFullPathname(real(vfs), path, size, out);
}

std::string new_name() {
  static std::atomic<int> number = 0;
  return "faulty-" + std::to_string(++number);
}

} // namespace

faulty_vfs::faulty_vfs()
  : name_{new_name()}, real_{sqlite3_vfs_find(nullptr)}, own_{new sqlite3_vfs{*real_}} {
  own_->szOsFile = static_cast<int>(sizeof(faulty_file)) + real_->szOsFile;
  own_->pNext = nullptr;
  own_->zName = name_.c_str();
  own_->pAppData = this;
  own_->xOpen = open_file;
  own_->xDelete = delete_file;
  own_->xAccess = check_access;
  own_->xFullPathname = full_path;
  sqlite3_vfs_register(own_, 0);
}

faulty_vfs::~faulty_vfs() {
  sqlite3_vfs_unregister(own_);
  delete own_;
}

void faulty_vfs::fail(fault planned) {
  const std::lock_guard lock{mutex_};
  planned_ = planned;
}

void faulty_vfs::heal() {
  fail({.times = 0});
}

int faulty_vfs::faults() const {
  const std::lock_guard lock{mutex_};
  return faults_;
}

int faulty_vfs::writes() const {
  const std::lock_guard lock{mutex_};
  return writes_;
}

int faulty_vfs::syncs() const {
  const std::lock_guard lock{mutex_};
  return syncs_;
}

int faulty_vfs::result_of(operation on, bool is_log) {
  const std::lock_guard lock{mutex_};
  writes_ += on == operation::write ? 1 : 0;
  const auto is_meant = planned_.of == file::any || (planned_.of == file::log) == is_log;
  if (planned_.on != on || !is_meant || planned_.times == 0)
    return SQLITE_OK;
  if (planned_.after > 0) {
    --planned_.after;
    return SQLITE_OK;
  }
  --planned_.times;
  ++faults_;
  return planned_.code;
}

void faulty_vfs::hold(place where) {
  const std::lock_guard lock{mutex_};
  wanted_ = where;
}

bool faulty_vfs::wait_for_held() {
  std::unique_lock lock{mutex_};
  return changed_.wait_for(lock, test::patience, [this] { return is_held_; });
}

void faulty_vfs::let_go() {
  {
    const std::lock_guard lock{mutex_};
    is_held_ = false;
  }
  changed_.notify_all();
}

void faulty_vfs::pass(place where) {
  std::unique_lock lock{mutex_};
  if (wanted_ != where)
    return;
  wanted_.reset();
  is_held_ = true;
  changed_.notify_all();
  changed_.wait(lock, [this] { return !is_held_; });
}

void faulty_vfs::was_synced(const std::string& path, std::string content) {
  const std::lock_guard lock{mutex_};
  ++syncs_;
  synced_[path] = std::move(content);
}

void faulty_vfs::was_deleted(const std::string& path) {
  const std::lock_guard lock{mutex_};
  synced_.erase(path);
}

void faulty_vfs::save_synced(const std::filesystem::path& directory) const {
  const std::lock_guard lock{mutex_};
  for (const auto& [path, content] : synced_) {
    const auto name = std::filesystem::path{path}.filename();
    std::ofstream{directory / name, std::ios::binary} << content;
  }
}

} // namespace callboard::tests
