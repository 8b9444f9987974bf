#include "bench/command_line.hpp"

int main(int argc, char** argv) {
  return callboard::bench::run_command_line(argc, argv);
}
