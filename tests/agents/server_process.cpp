#include "tests/agents/server_process.hpp"

#include "tests/support/patience.hpp"

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <utility>

#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

namespace callboard::test {

server_process::server_process(std::vector<std::string> command,
                               const std::map<std::string, std::string>& env) {
  agents::program what;
  what.command = std::move(command);
  what.environment = {std::string{"PATH="} + std::getenv("PATH")};
  for (const auto& [name, value] : env)
    what.environment.push_back(name + '=' + value);
  what.places = agents::places_of(what.command.front(), std::getenv("PATH"));
  auto started = agents::spawn(what, guard_);
  if (!started) {
    fault_ = what.command.front() + " cannot be started: " + started.error().message;
    return;
  }
  process_ = std::move(*started);
  port_ = read_line();
  if (port_.empty())
    fault_ = what.command.front() + " did not say its port";
}

server_process::~server_process() {
  if (process_.pid < 0)
    return;
  kill(-process_.pid, SIGKILL);
  guard_.forget(process_.pid);
  waitpid(process_.pid, nullptr, 0);
}

std::string server_process::read_line() const {
  std::string line;
  const auto patience_ms = std::chrono::milliseconds{patience}.count();
  pollfd watched{process_.output.get(), POLLIN, 0};
  while (poll(&watched, 1, static_cast<int>(patience_ms)) == 1) {
    char c = 0;
    if (read(process_.output.get(), &c, 1) != 1 || c == '\n')
      break;
    line += c;
  }
  return line;
}

} // namespace callboard::test
