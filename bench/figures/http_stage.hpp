#pragma once

#include <chrono>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <callboard/error.hpp>

#include "bench/figures/figures.hpp"
#include "bench/load/load.hpp"
#include "bench/load/process.hpp"
#include "bench/load/requests.hpp"

namespace callboard::bench {

/// Id of the agent that bench servers have, an echo agent.
inline constexpr std::string_view echo_agent_id = "00000000-0000-4000-8000-000000000001";

/// A job type that they have; the echo agent runs it.
inline constexpr auto bench_job_type = "bench";

/// A server that takes part in a comparison.
struct contender {
  /// "callboard", "baseline inline", "baseline posted".
  std::string name;
  child_process process;
  endpoint where;
  /// Whether it is a server, whose jobs go on after the answer.
  bool runs_jobs = false;
};

/// Starts a server beside the others: everything by default but where it listens and that it does not
/// log each request. @param store where it keeps jobs, as configured. Errors: `io`, `unavailable`.
result<contender> start_server(const figures_options& options, std::string name,
                               const std::string& store, const std::string& sync,
                               const std::filesystem::path& directory);

/// Starts the server's code over a store that flushes bytes and does nothing else (`callboard-store-baseline`,
/// beside this program). Errors: `io`, `unavailable`.
result<contender> start_store_baseline(std::string name, const std::filesystem::path& directory);

/// The server and, for each kind of answer, the baselines that give the same bytes: started once,
/// loaded in turns. While one is loaded the others sleep.
class http_stage {
public:
  /// Starts the server with a memory store and an echo agent, records its answers and starts the
  /// baselines with them. Errors: `io`, `unavailable`.
  static result<http_stage> start(const figures_options& options);

  /// The server.
  contender& server() {
    return server_;
  }
  /// Baselines that answer GET like the server's GET of a finished job, and POST like its creation.
  std::vector<contender>& baselines() {
    return baselines_;
  }
  /// Baselines that answer POST like the server's creation with `Prefer: wait`.
  std::vector<contender>& waiting_baselines() {
    return waiting_baselines_;
  }

  /// Bytes of the answers, head and body: what both sides send.
  std::size_t get_answer_bytes() const noexcept {
    return get_bytes_;
  }
  std::size_t create_answer_bytes() const noexcept {
    return create_bytes_;
  }
  std::size_t wait_answer_bytes() const noexcept {
    return wait_bytes_;
  }

private:
  http_stage(std::unique_ptr<temp_directory> directory, contender server);
  result<void> start_baselines(const figures_options& options);
  result<std::vector<contender>> start_pair(const std::string& program, const std::string& get_file,
                                            const std::string& post_file, std::string_view purpose);
  result<std::size_t> record(std::string_view request, const std::string& file);

  std::unique_ptr<temp_directory> directory_;
  contender server_;
  std::vector<contender> baselines_;
  std::vector<contender> waiting_baselines_;
  std::size_t get_bytes_ = 0;
  std::size_t create_bytes_ = 0;
  std::size_t wait_bytes_ = 0;
};

/// One turn of a contender.
struct turn {
  load_report report;
  /// Processor time of the contender for each answer.
  std::chrono::nanoseconds cpu_per_answer{0};
};

/// Loads a contender once. Errors: those of `run_load`, and `unavailable` when it gave an answer other
/// than 2xx, or none, to even one request: such a turn measures something else.
result<turn> take_turn(const contender& who, load_options options);

/// A program beside this one, unless another is given.
std::string program_path(const std::string& given, const std::string& name);

} // namespace callboard::bench
