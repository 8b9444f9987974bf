#include <callboard/agents.hpp>

#include "tests/agents/tasks.hpp"
#include "tests/support/fake_peer.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <optional>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

namespace callboard::test {

namespace {

using namespace std::chrono_literals;

exec_options shell(std::string script) {
  exec_options made;
  made.command = {"/bin/sh", "-c", std::move(script)};
  return made;
}

agent_answer answer_of(const exec_options& options, const std::string& content = "x") {
  const auto tested = make_exec_agent(options).value();
  const answer_slot slot;
  tested->start(make_task(content), slot.taker());
  return slot.wait();
}

/// Whether this process has a child, dead or alive.
bool has_children() {
  return waitpid(-1, nullptr, WNOHANG) != -1 || errno != ECHILD;
}

std::size_t open_descriptors() {
  std::size_t count = 0;
  for (const auto& entry : std::filesystem::directory_iterator{"/proc/self/fd"})
    count += entry.exists() || entry.is_symlink() ? 1 : 0;
  return count;
}

struct output_case {
  std::string name;
  std::string script;
  std::string content;
};

TEST(ExecAgent, OutputBecomesTheContent) {
  const std::vector<output_case> cases{
    {"plain text", "echo hello", "hello"},
    {"line ends at the end go", "printf 'a\\nb\\r\\n\\n'", "a\nb"},
    {"blanks stay", "printf '  a  '", "  a  "},
    {"nothing", "true", ""},
    {"standard error is no output", "echo noise >&2; echo text", "text"},
    {"an answer as JSON", R"(printf ' {"content":"from JSON"}\n')", "from JSON"},
    {"JSON with a status", R"(printf '{"status":"completed"}')", ""},
    {"JSON that is no answer", R"(printf '{"rows":3}')", R"({"rows":3})"},
    {"JSON that is no object", "printf '[1,2]'", "[1,2]"},
    {"nearly JSON", "printf '{\"content\":'", "{\"content\":"},
    {"bytes that are no text", "printf 'a\\377b\\000c'",
     "a\xEF\xBF\xBD"
     "b\xEF\xBF\xBD"
     "c"},
    {"bytes that are no text in JSON", "printf '{\"content\":\"a\\377\"}'", "a\xEF\xBF\xBD"},
  };
  for (const auto& expected : cases) {
    SCOPED_TRACE(expected.name);

    const auto answer = answer_of(shell(expected.script));

    EXPECT_EQ(answer.status, answer_status::completed) << answer.error;
    EXPECT_EQ(answer.content, expected.content);
  }
}

struct failure_case {
  std::string name;
  exec_options options;
  std::string error;
};

TEST(ExecAgent, FailuresAreNamedAndMayBeRetried) {
  exec_options missing;
  missing.command = {"no-such-program-anywhere"};
  exec_options no_program;
  no_program.command = {"/etc/passwd"};
  auto talkative = shell("while :; do echo 0123456789; done");
  talkative.output_bytes_max = 1000;
  auto late = shell("exec sleep 600");
  late.timeout = 100ms;
  const std::vector<failure_case> cases{
    {"exit status", shell("exit 3"), "program exited with status 3"},
    {"exit status and text", shell("echo out; echo 'no such table' >&2; exit 1"),
     "program exited with status 1"},
    {"signal", shell("kill -9 $$"), "program was terminated by signal 9 (SIGKILL)"},
    {"signal and text", shell("echo 'key is 123' >&2; kill -TERM $$"),
     "program was terminated by signal 15 (SIGTERM)"},
    {"no such program", missing, "program could not be started: No such file or directory"},
    {"no program", no_program, "program could not be started: Permission denied"},
    {"too much output", talkative, "agent's output is longer than 1000 bytes"},
    {"too late", late, "agent did not answer within 100 ms"},
    {"wrong type", shell(R"(printf '{"content":7}')"),
     "agent's answer is invalid: content must be a string"},
  };
  for (const auto& expected : cases) {
    SCOPED_TRACE(expected.name);

    const auto answer = answer_of(expected.options);

    EXPECT_EQ(answer.status, answer_status::failed);
    EXPECT_EQ(answer.error, expected.error);
    EXPECT_FALSE(answer.is_final);
  }
}

TEST(ExecAgent, OutputOfTheLargestSizeIsTaken) {
  auto options = shell("printf '%01000d' 0");
  options.output_bytes_max = 1000;

  EXPECT_EQ(answer_of(options).content, std::string(1000, '0'));
}

TEST(ExecAgent, TaskComesAsJsonOnStandardInput) {
  const auto tested = make_exec_agent(shell("cat")).value();
  const answer_slot slot;
  const auto task = make_task("quote \" and € and\nline");

  tested->start(task, slot.taker());

  // `cat` gives the task back; it has content, so it is read as an answer.
  EXPECT_EQ(slot.wait().content, "quote \" and € and\nline");
}

TEST(ExecAgent, LargeInputAndOutputFlowTogether) {
  const std::string content(1'500'000, 'x');

  EXPECT_EQ(answer_of(shell("cat"), content).content, content);
}

TEST(ExecAgent, InputThatIsNotReadIsNoFault) {
  const auto answer = answer_of(shell("exec 0<&-; echo done"), std::string(1'000'000, 'x'));

  EXPECT_EQ(answer.content, "done") << answer.error;
}

TEST(ExecAgent, ArgumentsArePassedWithoutAShell) {
  exec_options options;
  options.command = {"printf", "%s|%s", "$HOME; *", "a b"};

  EXPECT_EQ(answer_of(options).content, "$HOME; *|a b");
}

TEST(ExecAgent, ProgramInheritsNothingButItsStreams) {
  // As libraries open them: without the close-on-exec flag.
  const int leaky = open("/dev/null", O_RDONLY);
  ASSERT_GE(leaky, 0);
  exec_options options;
  options.command = {"ls", "/proc/self/fd"};

  const auto answer = answer_of(options);

  // 3 is the directory that `ls` reads.
  EXPECT_EQ(answer.content, "0\n1\n2\n3") << answer.error;
  close(leaky);
}

TEST(ExecAgent, ProgramStartsWithDefaultSignals) {
  std::signal(SIGPIPE, SIG_IGN);
  std::signal(SIGINT, SIG_IGN);

  const auto answer
    = answer_of(shell("sed -n 's/^SigBlk:\\t//p; s/^SigIgn:\\t//p' /proc/self/status"));

  std::signal(SIGPIPE, SIG_DFL);
  std::signal(SIGINT, SIG_DFL);
  // The C library keeps signals 32 and 33 for itself.
  constexpr std::uint64_t standard_signals = 0x7FFF'FFFF;
  std::istringstream masks{answer.content};
  std::uint64_t blocked = 1;
  std::uint64_t ignored = 1;
  masks >> std::hex >> blocked >> ignored;
  EXPECT_EQ(blocked & standard_signals, 0u) << answer.content;
  EXPECT_EQ(ignored & standard_signals, 0u) << answer.content;
}

TEST(ExecAgent, NothingIsLeftOfFinishedRuns) {
  const auto before = open_descriptors();

  answer_of(shell("echo fine"));
  answer_of(shell("exit 1"));
  exec_options missing;
  missing.command = {"no-such-program-anywhere"};
  answer_of(missing);

  EXPECT_FALSE(has_children());
  EXPECT_EQ(open_descriptors(), before);
}

TEST(ExecAgent, CancelEndsTheWholeGroup) {
  fake_peer peer{[](fake_peer::connection& talk) { talk.hold(); }};
  const auto port = std::to_string(peer.port());
  auto tested
    = make_exec_agent(shell(AGENT_PROBE " hold " + port + " & " AGENT_PROBE " hold " + port))
        .value();
  const answer_slot slot;
  const auto task = make_task("x");
  tested->start(task, slot.taker());
  peer.await_held(2);

  tested->cancel(task->id);

  peer.await_ended(2);
  EXPECT_EQ(slot.wait().error, "task was canceled");
  tested.reset();
  EXPECT_FALSE(has_children());
}

TEST(ExecAgent, ProgramThatIgnoresTheTermSignalIsKilled) {
  fake_peer peer{[](fake_peer::connection& talk) { talk.hold(); }};
  exec_options options;
  options.command = {AGENT_PROBE, "hold", std::to_string(peer.port()), "deaf"};
  auto tested = make_exec_agent(options).value();
  const answer_slot slot;
  const auto task = make_task("x");
  tested->start(task, slot.taker());
  peer.await_held(1);
  const auto canceled_at = std::chrono::steady_clock::now();

  tested->cancel(task->id);
  peer.await_ended(1);

  // Not before its time; how much later depends on the machine.
  EXPECT_GE(std::chrono::steady_clock::now() - canceled_at, 2s);
  tested.reset();
  EXPECT_FALSE(has_children());
}

TEST(ExecAgent, ProcessThatHoldsTheOutputOpenDelaysTheAnswerButDoesNotChangeIt) {
  fake_peer peer{[](fake_peer::connection& talk) { talk.hold(); }};
  const auto port = std::to_string(peer.port());

  const auto answer = answer_of(shell(AGENT_PROBE " hold " + port + " deaf & echo the answer"));

  EXPECT_EQ(answer.status, answer_status::completed) << answer.error;
  EXPECT_EQ(answer.content, "the answer");
  EXPECT_FALSE(has_children());
}

TEST(ExecAgent, ExitCodeTakenBySomebodyElseIsAFailure) {
  // With this the system reaps children by itself.
  std::signal(SIGCHLD, SIG_IGN);

  // It ends only after it has read its task, so that it is there to be watched.
  const auto answer = answer_of(shell("read -r task; echo fine"));

  std::signal(SIGCHLD, SIG_DFL);
  EXPECT_EQ(answer.error, "program ended, but its exit status was lost");
}

TEST(ExecAgent, ManyProgramsRunAtOnce) {
  fake_peer peer{[](fake_peer::connection& talk) {
    if (talk.hold())
      talk.send("!");
  }};
  exec_options options;
  options.command = {AGENT_PROBE, "hold", std::to_string(peer.port())};
  const auto tested = make_exec_agent(options).value();
  std::vector<answer_slot> slots(16);

  for (const auto& slot : slots)
    tested->start(make_task("x"), slot.taker());
  peer.await_held(slots.size());
  peer.let_go();

  for (const auto& slot : slots)
    EXPECT_EQ(slot.wait().content, "late");
}

TEST(ExecAgentSettings, FaultsAreNamed) {
  struct settings_case {
    std::function<void(exec_options&)> change;
    std::string error;
  };
  const std::vector<settings_case> cases{
    {[](auto& o) { o.command.clear(); }, "command must name a program"},
    {[](auto& o) { o.command = {""}; }, "command must name a program"},
    {[](auto& o) { o.command.emplace_back("a\0b", 3); }, "command must not contain NUL characters"},
    {[](auto& o) { o.cwd = "/no/such/directory"; }, "cwd must be a directory"},
    {[](auto& o) { o.cwd = "/etc/passwd"; }, "cwd must be a directory"},
    {[](auto& o) { o.env["A=B"] = "1"; }, "env: \"A=B\" is not the name of a variable"},
    {[](auto& o) { o.env[""] = "1"; }, "env: \"\" is not the name of a variable"},
    {[](auto& o) { o.env["A"] = std::string("a\0b", 3); },
     "env: the value of A must not contain NUL characters"},
    {[](auto& o) { o.timeout = std::chrono::milliseconds::max(); },
     "timeoutMs must be from 1 to 3153600000000"},
    {[](auto& o) { o.timeout = -1ms; }, "timeoutMs must be from 1 to 3153600000000"},
    {[](auto& o) { o.output_bytes_max = 0; }, "maxOutputBytes must be at least 1"},
  };
  for (const auto& expected : cases) {
    auto options = shell("true");
    expected.change(options);

    const auto made = make_exec_agent(options);

    ASSERT_FALSE(made) << expected.error;
    EXPECT_EQ(made.error().code, errc::invalid_argument);
    EXPECT_EQ(made.error().message, expected.error);
  }
}

} // namespace

} // namespace callboard::test
