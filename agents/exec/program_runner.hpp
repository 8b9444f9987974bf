#pragma once

#include "agents/exec/program_run.hpp"
#include "agents/service_thread.hpp"

#include <cstdint>
#include <memory>

namespace callboard::agents {

/// One thread that starts programs, feeds them, reads them and ends them. Any thread may call.
class program_runner {
public:
  /// Names a run; never 0, never used twice.
  using run_id = std::uint64_t;

  /// The process's runner. Its thread lives while somebody holds the runner.
  static std::shared_ptr<program_runner> shared();

  program_runner();

  /// Ends what runs (the handlers hear `stopped`) and waits until the processes are gone.
  ~program_runner();

  program_runner(const program_runner&) = delete;
  program_runner& operator=(const program_runner&) = delete;

  /// Starts a program and returns at once. `done` is called once, on the runner's thread, unless the
  /// run is ended; it must not block nor throw.
  run_id run(run_order order, program_run::outcome_handler done);

  /// Ends a run's processes, without calling its handler (which may be running just now). Unknown ids
  /// and those of ended runs are ignored.
  void end(run_id id);

private:
  class loop;
  std::shared_ptr<loop> loop_;
  service_thread thread_;
};

} // namespace callboard::agents
