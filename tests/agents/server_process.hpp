#pragma once

#include "agents/exec/spawn.hpp"

#include <map>
#include <string>
#include <vector>

namespace callboard::test {

/// A server program that prints its port in its first line. Killed at the end of the scope.
class server_process {
public:
  /// Starts it and waits for the line.
  server_process(std::vector<std::string> command, const std::map<std::string, std::string>& env);

  server_process(const server_process&) = delete;
  server_process& operator=(const server_process&) = delete;

  ~server_process();

  /// Why it does not run; empty if it does.
  const std::string& fault() const {
    return fault_;
  }

  /// "http://127.0.0.1:<port>".
  std::string url() const {
    return "http://127.0.0.1:" + port_;
  }

private:
  std::string read_line() const;

  agents::program_guard guard_ = agents::program_guard::start().value();
  agents::spawned_program process_;
  std::string port_;
  std::string fault_;
};

} // namespace callboard::test
