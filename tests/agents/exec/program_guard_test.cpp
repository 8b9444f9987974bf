#include "agents/exec/program_guard.hpp"

#include "agents/exec/own_children.hpp"
#include "agents/exec/spawn.hpp"

#include <callboard/agents.hpp>

#include "tests/agents/tasks.hpp"
#include "tests/support/fake_peer.hpp"

#include <gtest/gtest.h>

#include <csignal>
#include <cstdint>
#include <fstream>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <sys/wait.h>
#include <unistd.h>

namespace callboard::test {

namespace {

using namespace agents;

program shell_program(std::string script) {
  program made;
  made.command = {"/bin/sh", "-c", std::move(script)};
  made.places = {"/bin/sh"};
  return made;
}

/// Takes the exit of a program that the test started, as its runner would.
int signal_of(const spawned_program& started) {
  int status = 0;
  waitpid(started.pid, &status, 0);
  own_children::instance().remove(started.pid);
  return WIFSIGNALED(status) ? WTERMSIG(status) : 0;
}

/// A program that holds a connection to the peer from two processes of its group, deaf to SIGTERM.
std::string two_holders(const fake_peer& peer) {
  const auto hold = AGENT_PROBE " hold " + std::to_string(peer.port()) + " deaf";
  return hold + " & " + hold;
}

TEST(ProgramGuard, ItsEndIsTheEndOfEveryGroupThatItWatches) {
  fake_peer peer{[](fake_peer::connection& talk) { talk.hold(); }};
  auto guard = std::optional{program_guard::start().value()};
  const auto first = spawn(shell_program(two_holders(peer)), *guard).value();
  const auto second = spawn(shell_program(two_holders(peer)), *guard).value();
  peer.await_held(4);

  guard.reset();

  peer.await_ended(4);
  EXPECT_EQ(signal_of(first), SIGKILL);
  EXPECT_EQ(signal_of(second), SIGKILL);
}

TEST(ProgramGuard, ForgottenGroupsAreLeftAlone) {
  fake_peer peer{[](fake_peer::connection& talk) { talk.hold(); }};
  auto guard = std::optional{program_guard::start().value()};
  const auto started = spawn(shell_program(two_holders(peer)), *guard).value();
  peer.await_held(2);

  guard->forget(started.pid);
  guard.reset();

  siginfo_t info{};
  waitid(P_PID, static_cast<id_t>(started.pid), &info, WEXITED | WNOHANG | WNOWAIT);
  EXPECT_EQ(info.si_pid, 0) << "it has ended";
  kill(-started.pid, SIGKILL);
  signal_of(started);
}

/// The signals that a process blocks, as the system shows them: bit 0 is signal 1.
std::uint64_t blocked_signals(pid_t pid) {
  std::ifstream status{"/proc/" + std::to_string(pid) + "/status"};
  std::uint64_t mask = 0;
  for (std::string word; status >> word;)
    if (word == "SigBlk:")
      status >> std::hex >> mask;
  return mask;
}

TEST(ProgramGuard, SignalsOfATerminalDoNotReachIt) {
  const auto guard = program_guard::start().value();

  for (const int number : {SIGTERM, SIGINT, SIGHUP, SIGQUIT}) {
    kill(guard.pid(), number);
    EXPECT_NE(blocked_signals(guard.pid()) & (std::uint64_t{1} << (number - 1)), 0u) << number;
  }

  EXPECT_TRUE(guard.enroll(1'000'000'000)); // EPIPE if it were gone
}

/// Symptom that this prevents: a guard that was killed (out of memory) made every task fail from then on.
TEST(ProgramGuard, OneThatWasKilledIsReplaced) {
  exec_options options;
  options.command = {"/bin/sh", "-c", "echo fine"};
  const auto tested = make_exec_agent(options).value();
  // The only child of this process that leads a session of its own.
  pid_t guard = 0;
  for (const auto pid : own_children::instance().all())
    guard = pid;
  ASSERT_GT(guard, 0);
  kill(guard, SIGKILL);
  siginfo_t info{};
  waitid(P_PID, static_cast<id_t>(guard), &info, WEXITED | WNOWAIT);

  const answer_slot slot;
  tested->start(make_task("x"), slot.taker());

  EXPECT_EQ(slot.wait().content, "fine") << slot.wait().error;
  EXPECT_NE(own_children::instance().all(), std::vector{guard});
}

TEST(AdoptedProcesses, ProgramsOfAgentsAreLeftToTheirRunner) {
  const auto guard = program_guard::start().value();
  const auto started = spawn(shell_program("exit 7"), guard).value();
  siginfo_t ended{};
  waitid(P_PID, static_cast<id_t>(started.pid), &ended, WEXITED | WNOWAIT);
  // Stands for one that was adopted: a child that no agent has started.
  const auto stranger = fork();
  if (stranger == 0)
    _exit(0);
  waitid(P_PID, static_cast<id_t>(stranger), &ended, WEXITED | WNOWAIT);

  EXPECT_EQ(reap_adopted_processes(), 1u);

  EXPECT_EQ(waitpid(stranger, nullptr, WNOHANG), -1) << "it was not reaped";
  int status = 0;
  EXPECT_EQ(waitpid(started.pid, &status, WNOHANG), started.pid);
  EXPECT_EQ(WEXITSTATUS(status), 7);
  own_children::instance().remove(started.pid);
}

TEST(Spawn, PlacesOfANameAreThoseOfThePath) {
  struct place_case {
    std::string name;
    std::string path;
    std::vector<std::string> places;
  };
  const std::vector<place_case> cases{
    {"sh", "/bin", {"/bin/sh"}},
    {"sh", "/usr/bin:/bin", {"/usr/bin/sh", "/bin/sh"}},
    {"sh", "", {"./sh"}},
    {"sh", "/bin:", {"/bin/sh", "./sh"}},
    {"sh", ":/bin", {"./sh", "/bin/sh"}},
    {"./sh", "/bin", {"./sh"}},
    {"/bin/sh", "/usr/bin", {"/bin/sh"}},
    {"a/b", "/usr/bin", {"a/b"}},
  };
  for (const auto& expected : cases)
    EXPECT_EQ(places_of(expected.name, expected.path), expected.places)
      << expected.name << " in " << expected.path;
}

} // namespace

} // namespace callboard::test
