#pragma once

#include <chrono>
#include <filesystem>
#include <string>

#include <callboard/error.hpp>

#include "bench/figures/figures.hpp"

namespace callboard::bench {

/// How a server is watched under steady load for a long time.
struct soak_options {
  /// The server's program; empty: `callboard` beside this one.
  std::string server;
  /// Where the server's database lies; empty: a directory under the system's temporary one. A directory
  /// that is given is kept.
  std::filesystem::path directory;
  /// How long the load lasts.
  std::chrono::seconds duration{1800};
  /// Its share of the highest rate.
  double share = 0.7;
  /// When the server's disk is flushed: "full", "normal".
  std::string sync = "full";
  std::size_t connections = 64;
  /// A look at the server this often.
  std::chrono::seconds interval{30};
  /// Writes what was seen as JSON into this file; empty: no.
  std::string json_file;
};

/// Loads a server with a SQLite store at a fixed rate and prints, interval by interval, its memory, the
/// size of its database, and the latency; at the end, as a Markdown table of a dozen rows, with the
/// ratios of the last third of the time to the second. Errors: as `take_figures`, `unavailable` also
/// when a request was refused or lost.
result<void> run_soak(const soak_options& options, const progress_sink& say);

} // namespace callboard::bench
