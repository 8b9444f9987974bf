#include <callboard/agents.hpp>

#include "agents/exec/own_children.hpp"

#include <filesystem>
#include <fstream>
#include <vector>

#include <sys/wait.h>

namespace callboard {

namespace {

using agents::own_children;

/// The first process that has ended and was not reaped; 0: there is none.
pid_t first_ended() {
  siginfo_t info{};
  return waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) == 0 ? info.si_pid : 0;
}

bool reap(pid_t pid) {
  siginfo_t info{};
  return waitid(P_PID, static_cast<id_t>(pid), &info, WEXITED | WNOHANG) == 0 && info.si_pid != 0;
}

/// All children of this process, by the kernel's own list of each thread's.
std::vector<pid_t> all_children() {
  std::vector<pid_t> found;
  std::error_code ignored;
  for (const auto& thread : std::filesystem::directory_iterator{"/proc/self/task", ignored}) {
    std::ifstream list{thread.path() / "children"};
    for (pid_t pid = 0; list >> pid;)
      found.push_back(pid);
  }
  return found;
}

} // namespace

std::size_t reap_adopted_processes() {
  auto& own = own_children::instance();
  const auto held = own.lock();
  std::size_t count = 0;
  for (auto pid = first_ended(); pid != 0; pid = first_ended()) {
    if (!own.has(pid)) {
      count += reap(pid) ? 1 : 0;
      continue;
    }
    // Its runner reaps it in time; until then the system shows no other, so the rest is looked up.
    for (const auto child : all_children())
      if (!own.has(child) && reap(child))
        ++count;
    break;
  }
  return count;
}

} // namespace callboard
