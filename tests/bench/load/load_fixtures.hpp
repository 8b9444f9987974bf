#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include "bench/load/load.hpp"
#include "tests/bench/load/scripted_server.hpp"

namespace callboard::bench {

/// Whether this is the first request of a load, which checks that the server answers.
inline bool is_probe(const std::string& request) {
  return request.starts_with("GET /livez");
}

/// A load of a fixed number of requests, so that tests do not depend on the machine's speed. The
/// durations are limits that no passing test reaches.
inline load_options some_requests(const scripted_server& server, std::uint64_t requests) {
  load_options options;
  options.target = server.where();
  options.connections = 4;
  options.duration = std::chrono::seconds{40};
  options.requests_max = requests;
  return options;
}

/// Requests lost for that reason.
inline std::uint64_t losses(const load_report& report, loss why) {
  return report.counts.losses[static_cast<std::size_t>(why)];
}

/// Prepares the requests of a load and sends them.
inline result<load_report> prepare_and_run(const load_options& options) {
  auto requests = prepare_requests(options);
  if (!requests)
    return tl::unexpected(requests.error());
  return run_load(options, *requests);
}

} // namespace callboard::bench
