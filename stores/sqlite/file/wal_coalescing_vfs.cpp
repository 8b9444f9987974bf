#include "stores/sqlite/file/wal_coalescing_vfs.hpp"

#include <sqlite3.h>

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <new>
#include <string>
#include <utility>
#include <vector>

namespace callboard::sqlite {

namespace {

/// From here on a large transaction is written bit by bit.
constexpr std::size_t held_max = std::size_t{1} << 20U;

/// SQLite's own layers take fewer than 2^17 bytes a call (os_unix.c: only 17 bits of the size count).
constexpr std::size_t written_max = (std::size_t{1} << 17U) - 1;

/// SQLite, "Database File Format", 4.1: the header of a frame of the log. In its bytes 4 to 7 stands
/// the size of the database if the frame is the last one of a commit, else 0.
constexpr int frame_header_size = 24;

bool ends_commit(const unsigned char* header) noexcept {
  return (header[4] | header[5] | header[6] | header[7]) != 0;
}

/// A write-ahead log: ours in front, the file of the layer below behind it in the same memory.
struct log_in_writing {
  sqlite3_file base;
  sqlite3_int64 end = 0;
  bool is_last_frame = false;
  std::vector<std::byte> held;

  sqlite3_file* below() noexcept {
    return reinterpret_cast<sqlite3_file*>(this + 1);
  }

  int write_through(const void* from, int size, sqlite3_int64 at) {
    return below()->pMethods->xWrite(below(), from, size, at);
  }

  /// Writes what is held.
  int let_go() {
    auto code = SQLITE_OK;
    const auto begin = end - static_cast<sqlite3_int64>(held.size());
    for (std::size_t done = 0; done < held.size() && code == SQLITE_OK;) {
      const auto size = std::min(held.size() - done, written_max);
      code = write_through(held.data() + done, static_cast<int>(size),
                           begin + static_cast<sqlite3_int64>(done));
      done += size;
    }
    held.clear();
    return code;
  }

  int write(const void* from, int size, sqlite3_int64 at) {
    const auto is_header = size == frame_header_size;
    // The log restarts, or SQLite corrects what it has written of this transaction.
    if (at != end || (!is_header && held.empty())) {
      if (const auto code = let_go(); code != SQLITE_OK)
        return code;
      end = at < end && at != 0 ? end : at + size;
      return write_through(from, size, at);
    }
    const auto* const bytes = static_cast<const std::byte*>(from);
    held.insert(held.end(), bytes, bytes + size);
    end += size;
    if (is_header) {
      is_last_frame = ends_commit(static_cast<const unsigned char*>(from));
      return SQLITE_OK;
    }
    return is_last_frame || held.size() >= held_max ? let_go() : SQLITE_OK;
  }
};

log_in_writing& own(sqlite3_file* file) noexcept {
  return *reinterpret_cast<log_in_writing*>(file);
}

/// Calls the method of the same name of the file below, after what is held has been written.
template <auto Method>
struct forward;

template <class... Args, int (*sqlite3_io_methods::*Method)(sqlite3_file*, Args...)>
struct forward<Method> {
  static int call(sqlite3_file* file, Args... args) {
    if (const auto code = own(file).let_go(); code != SQLITE_OK)
      return code;
    auto* const below = own(file).below();
    return (below->pMethods->*Method)(below, args...);
  }
};

int close_file(sqlite3_file* file) {
  auto& closed = own(file);
  // Nothing of a commit is held, and the rest of a transaction is nobody's.
  const auto code = closed.below()->pMethods->xClose(closed.below());
  closed.~log_in_writing();
  return code;
}

int write_file(sqlite3_file* file, const void* from, int size, sqlite3_int64 at) {
  return own(file).write(from, size, at);
}

/// A log has neither locks nor shared memory nor a mapping of its own, so the first version of the
/// methods is all that is called.
const sqlite3_io_methods& methods() {
  using io = sqlite3_io_methods;
  static const io made = [] {
    io all{};
    all.iVersion = 1;
    all.xClose = close_file;
    all.xRead = forward<&io::xRead>::call;
    all.xWrite = write_file;
    all.xTruncate = forward<&io::xTruncate>::call;
    all.xSync = forward<&io::xSync>::call;
    all.xFileSize = forward<&io::xFileSize>::call;
    all.xLock = forward<&io::xLock>::call;
    all.xUnlock = forward<&io::xUnlock>::call;
    all.xCheckReservedLock = forward<&io::xCheckReservedLock>::call;
    all.xFileControl = forward<&io::xFileControl>::call;
    all.xSectorSize = forward<&io::xSectorSize>::call;
    all.xDeviceCharacteristics = forward<&io::xDeviceCharacteristics>::call;
    return all;
  }();
  return made;
}

/// A file layer that knows the one below.
struct stacked_vfs {
  sqlite3_vfs base;
  sqlite3_vfs* below;
};

sqlite3_vfs* below(sqlite3_vfs* vfs) noexcept {
  return reinterpret_cast<stacked_vfs*>(vfs)->below;
}

int open_file(sqlite3_vfs* vfs, sqlite3_filename path, sqlite3_file* file, int flags,
              int* flags_out) {
  if ((flags & SQLITE_OPEN_WAL) == 0)
    return below(vfs)->xOpen(below(vfs), path, file, flags, flags_out);
  auto& made = *new (file) log_in_writing{};
  const auto code = below(vfs)->xOpen(below(vfs), path, made.below(), flags, flags_out);
  if (made.below()->pMethods != nullptr)
    made.base.pMethods = &methods();
  else
    made.~log_in_writing();
  return code;
}

std::string new_name() {
  static std::atomic<unsigned> number = 0;
  return "callboard-gathering-" + std::to_string(++number);
}

} // namespace

struct wal_coalescing_vfs::layer {
  std::string name;
  stacked_vfs vfs{};
};

wal_coalescing_vfs::wal_coalescing_vfs(const char* below) : layer_{std::make_unique<layer>()} {
  auto* const found = sqlite3_vfs_find(below);
  if (found == nullptr)
    return;
  // All other methods are those of the layer below, which find in its fields what they need.
  auto& vfs = layer_->vfs.base;
  vfs = *found;
  layer_->vfs.below = found;
  layer_->name = new_name();
  vfs.szOsFile = static_cast<int>(sizeof(log_in_writing)) + found->szOsFile;
  vfs.pNext = nullptr;
  vfs.zName = layer_->name.c_str();
  vfs.xOpen = open_file;
  sqlite3_vfs_register(&vfs, 0);
}

wal_coalescing_vfs::~wal_coalescing_vfs() {
  if (name() != nullptr)
    sqlite3_vfs_unregister(&layer_->vfs.base);
}

const char* wal_coalescing_vfs::name() const noexcept {
  return layer_->vfs.base.zName;
}

} // namespace callboard::sqlite
