#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

#include <callboard/error.hpp>

namespace callboard::bench {

/// How the documented figures are taken.
struct figures_options {
  /// The server's program; empty: `callboard` beside this one.
  std::string server;
  /// The baseline's program; empty: `callboard-baseline` beside this one.
  std::string baseline;
  /// Rounds of each ratio. Server and baseline take turns in each; odd, so that there is a middle one.
  std::size_t rounds = 7;
  /// Seconds of load per turn.
  double seconds = 3;
  /// Connections for the throughput ratios: more than keep two cores busy, few enough to stay in cache.
  std::size_t connections = 32;
  /// Only these figures, by key; empty: all.
  std::vector<std::string> only;
  /// A tenth of all sizes and times: to see that everything works. Not to be published.
  bool is_quick = false;
  /// Writes the figures as Markdown into this file, in place of its generated block; empty: no.
  std::string markdown_file;
  /// Writes the figures as JSON into this file; empty: no.
  std::string json_file;
  /// Puts plots of latencies (SVG) into this directory; empty: no.
  std::string plot_directory;

  /// Whether a figure is asked for.
  bool wants(const std::string& key) const;
};

/// Told what goes on, a line at a time.
using progress_sink = std::function<void(const std::string&)>;

/// Takes the figures and prints them. Takes some minutes. Errors: `io` (a program does not start or
/// fails, a file cannot be written), `unavailable` (a server does not answer as it should).
result<void> take_figures(const figures_options& options);

} // namespace callboard::bench
