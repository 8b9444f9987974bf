#pragma once

#include <callboard/error.hpp>

#include <filesystem>
#include <utility>

namespace callboard::stores {

/// A file descriptor, closed at the end of its scope.
class open_file {
public:
  explicit open_file(int descriptor) noexcept : descriptor_{descriptor} {
    // nop
  }

  open_file(open_file&& other) noexcept : descriptor_{std::exchange(other.descriptor_, -1)} {
    // nop
  }

  open_file& operator=(open_file&& other) noexcept {
    std::swap(descriptor_, other.descriptor_);
    return *this;
  }

  ~open_file();

  /// Valid as long as this object is not moved from.
  int get() const noexcept {
    return descriptor_;
  }

  /// Hands the descriptor over: the caller closes it.
  int release() noexcept {
    return std::exchange(descriptor_, -1);
  }

private:
  int descriptor_;
};

/// Opens a private file: a new one is made for its owner alone (0600).
/// Symbolic links are not followed, and only regular files are taken: what a link names may belong to
/// somebody else. The descriptor is not inherited by programs.
/// @param flags as for open(2).
/// Errors: `io` (with the path and the reason).
result<open_file> open_private(const std::filesystem::path& file, int flags);

/// Makes a file for its owner alone in the place of whatever has its name; a link is replaced, not
/// followed. Errors: `io`.
result<open_file> make_private(const std::filesystem::path& file);

/// Makes a directory, and those above it that are missing, for their owner alone (0700). What is there
/// stays as it is. Errors: `io` (with the path and the reason).
result<void> make_private_directories(const std::filesystem::path& directory);

} // namespace callboard::stores
