#pragma once

#include <callboard/time.hpp>

#include "agents/exec/spawn.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <poll.h>

namespace callboard::agents {

/// A run of a program, as it is asked for.
struct run_order {
  /// Shared by all runs of an agent.
  std::shared_ptr<const program> what;
  /// Goes to its standard input.
  std::string input;
  /// More output than this ends the run.
  std::size_t output_bytes_max = 0;
  /// Limit on the run; none: no limit.
  std::optional<std::chrono::milliseconds> timeout;
};

/// How a run ended.
struct run_outcome {
  enum class ending : std::uint8_t {
    /// By itself: `code` is its exit code.
    exited,
    /// By a signal that was not ours: `code` is its number.
    killed,
    /// It could not be started: `errors` says why.
    not_started,
    too_much_output,
    timeout,
    /// The runner was destroyed.
    stopped,
    /// By itself, but another part of this process has taken its exit code.
    lost,
  };

  ending how = ending::exited;
  int code = 0;
  /// Its standard output, all of it.
  std::string output;
  /// The end of its standard error.
  std::string errors;
};

/// A program under way. Used by one thread, which polls it. A run whose outcome is told early (too
/// late, too much) goes on until the processes are gone.
class program_run {
public:
  using outcome_handler = std::function<void(run_outcome)>;

  /// @param done called once, unless `abandon` comes first.
  program_run(spawned_program started, run_order order, outcome_handler done, steady_time now);

  /// The number of its process group.
  pid_t group() const noexcept {
    return process_.pid;
  }

  program_run(const program_run&) = delete;
  program_run& operator=(const program_run&) = delete;

  /// Adds what is waited for.
  void watch(std::vector<pollfd>& watched) const;

  /// When `advance` must be called though nothing happened; none: not needed.
  std::optional<steady_time> due() const;

  /// Reads and writes what can be, and does what is due.
  /// @param guard forgets the group when the run has ended.
  void advance(steady_time now, const program_guard& guard);

  /// Forgets the handler and ends the processes: SIGTERM, later SIGKILL.
  void abandon(steady_time now);

  /// Ends the run with that outcome, and its processes.
  void end(run_outcome::ending how, steady_time now);

  /// Whether the process has exited and nothing is left to be read. `advance` has reaped it then, and
  /// the run may be destroyed; not before.
  bool is_over() const;

private:
  void write_input();
  void read_output(steady_time now);
  void read_errors();
  void note_exit(steady_time now);
  void tell(run_outcome outcome);
  void kill_group();
  void finish(const program_guard& guard);

  spawned_program process_;
  run_order order_;
  outcome_handler done_;
  std::string_view unwritten_;
  std::string output_;
  std::string errors_;
  std::optional<steady_time> deadline_;
  /// When the group gets SIGKILL.
  std::optional<steady_time> kill_at_;
  bool has_exited_ = false;
  bool is_killed_ = false;
  bool is_ending_ = false;
};

} // namespace callboard::agents
