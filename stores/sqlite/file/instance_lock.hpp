#pragma once

#include <callboard/error.hpp>

#include <string>

namespace callboard::sqlite {

/// Keeps a database to one process: an exclusive lock on the file `<database>.lock`, which holds the
/// owner's process id as text. The kernel frees it when the process ends, however that is; the file
/// stays, because removing it would let two others lock different files.
class instance_lock {
public:
  /// @param database_path a file that need not be there; all its names mean the same lock.
  /// Errors: `io` if another holds it (with the other's process id) or the file cannot be made.
  static result<instance_lock> take(const std::string& database_path);

  instance_lock(instance_lock&& other) noexcept;
  instance_lock& operator=(instance_lock&&) = delete;
  ~instance_lock();

private:
  explicit instance_lock(int descriptor) : descriptor_{descriptor} {
    // nop
  }

  int descriptor_;
};

} // namespace callboard::sqlite
