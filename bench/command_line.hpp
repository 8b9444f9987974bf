#pragma once

namespace callboard::bench {

/// Runs the program `callboard-bench`; returns its exit code: 0 done, 1 a load or a figure failed,
/// others for wrong arguments.
int run_command_line(int argc, char** argv);

} // namespace callboard::bench
