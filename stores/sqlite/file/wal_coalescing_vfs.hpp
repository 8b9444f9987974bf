#pragma once

#include <memory>

namespace callboard::sqlite {

/// A SQLite file layer that writes a commit to the write-ahead log at once. SQLite itself makes two system
/// calls for each page of it, which is a fifth of what writing a job costs. All else goes to
/// the layer below.
///
/// What SQLite writes to the end of the log is held until its transaction's last page is there, or until
/// anybody looks at the file through the same connection; other connections look at no more of the log
/// than has been committed. A write that fails is reported by the call that has led to it, at the latest
/// by that of the last page, before the commit is shown to anybody.
class wal_coalescing_vfs {
public:
  /// @param below name of the file layer below; null: the default one.
  explicit wal_coalescing_vfs(const char* below);
  wal_coalescing_vfs(const wal_coalescing_vfs&) = delete;
  wal_coalescing_vfs& operator=(const wal_coalescing_vfs&) = delete;
  /// All connections that use it must be gone.
  ~wal_coalescing_vfs();

  /// For `connection::open`; null if there is no such layer below.
  const char* name() const noexcept;

private:
  struct layer;
  const std::unique_ptr<layer> layer_;
};

} // namespace callboard::sqlite
