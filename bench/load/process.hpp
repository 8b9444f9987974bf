#pragma once

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include <sys/types.h>

#include <callboard/error.hpp>

#include "bench/load/endpoint.hpp"

namespace callboard::bench {

/// A directory under the system's temporary one; gone, with all in it, when its owner is.
class temp_directory {
public:
  /// Throws `std::filesystem::filesystem_error` when there is no place for it.
  temp_directory();
  temp_directory(const temp_directory&) = delete;
  temp_directory& operator=(const temp_directory&) = delete;
  ~temp_directory();

  const std::filesystem::path& path() const noexcept {
    return path_;
  }

private:
  std::filesystem::path path_;
};

/// What a process has used so far.
struct process_usage {
  /// Processor time of all its threads that still run, in nanoseconds as the kernel's scheduler counts.
  std::chrono::nanoseconds cpu{0};
  /// Memory that it occupies and that is no file's: heap and stacks.
  std::size_t resident_bytes = 0;
};

/// What a process has used so far. Errors: `io` (no such process).
result<process_usage> usage_of(pid_t process);

/// Which allocator this program runs with.
std::string_view allocator_name() noexcept;

/// What memory a process holds.
struct memory_usage {
  /// `process_usage::resident_bytes`.
  std::size_t resident_bytes = 0;
  /// Bytes of all blocks that are in use, by the allocator's own count: with what it rounds up, without what
  /// lies between them.
  std::size_t allocated_bytes = 0;
};

/// Memory of this process after what is free was given back to the system.
memory_usage own_memory();

/// A program that runs beside this one and ends with it.
class child_process {
public:
  /// Starts a program; its output goes to `output` in `directory`, which is its working directory too.
  /// Errors: `io` (cannot be started).
  static result<child_process> start(const std::vector<std::string>& command,
                                     const std::filesystem::path& directory,
                                     const std::string& output);

  child_process(child_process&& other) noexcept;
  child_process& operator=(child_process&& other) noexcept;
  /// Asks it to end (SIGTERM), and kills it when it does not.
  ~child_process();

  pid_t id() const noexcept {
    return id_;
  }

  /// Waits for its end. Errors: `io` (it failed; the message ends with the last of its output),
  /// `unavailable` (it still runs after `limit`).
  result<void> wait(std::chrono::milliseconds limit);

  /// Waits until the program has written the port it listens on to a file. Errors: as `wait`.
  result<endpoint> wait_for_port(const std::filesystem::path& port_file,
                                 std::chrono::milliseconds limit);

  /// What it has printed so far.
  std::string output() const;

private:
  child_process() = default;
  void stop() noexcept;
  /// Whether it has ended; notes how.
  bool has_ended() noexcept;
  tl::unexpected<error> failure(const std::string& what) const;

  pid_t id_ = -1;
  int status_ = 0;
  bool is_over_ = true;
  std::string name_;
  std::filesystem::path output_;
};

} // namespace callboard::bench
