// What exec agents give to their programs, and what they tell of them.

#include <callboard/agents.hpp>

#include "tests/agents/tasks.hpp"
#include "tests/support/fake_peer.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace callboard::test {

namespace {

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

/// Symptom: what programs write to standard error, paths and secrets included, was shown to API clients.
TEST(ExecAgent, StandardErrorOfFailedRunsGoesToOperators) {
  struct errors_case {
    std::string name;
    std::string script;
    std::optional<std::string> told;
  };
  const std::vector<errors_case> cases{
    {"exit status", "echo 'no such table' >&2; exit 1", "no such table"},
    {"signal", "echo dying >&2; kill -9 $$", "dying"},
    {"long text", "printf '%09000d the end' 0 >&2; exit 1", std::string(1992, '0') + " the end"},
    {"bad text", "printf 'x\\377' >&2; exit 1", "x\xEF\xBF\xBD"},
    {"nothing", "exit 1", std::nullopt},
    {"standard output is none", "echo out; exit 1", std::nullopt},
    {"success", "echo noise >&2; echo fine", std::nullopt},
    {"a failure as JSON", R"(echo noise >&2; echo '{"status":"failed","error":"x"}')",
     std::nullopt},
  };
  for (const auto& expected : cases) {
    SCOPED_TRACE(expected.name);
    std::optional<std::string> told;
    auto options = shell(expected.script);
    options.on_errors = [&](const agent_task& of, std::string_view errors) {
      EXPECT_EQ(*of.content, "the task");
      told = errors;
    };

    const auto answer = answer_of(options, "the task");

    EXPECT_EQ(told, expected.told);
    EXPECT_EQ(answer.error.find("noise"), std::string::npos);
  }
}

TEST(ExecAgent, DirectoryIsSet) {
  auto options = shell("pwd");
  options.cwd = "/usr/share";

  EXPECT_EQ(answer_of(options).content, "/usr/share");
}

/// Symptom: programs could read the server's whole environment, with the keys of other agents in it.
TEST(ExecAgent, EnvironmentIsTheAgentsAndAFewOfTheServers) {
  struct variable_case {
    std::string name;
    bool is_passed_on;
  };
  const std::vector<variable_case> cases{
    {"HOME", true},
    {"LANG", true},
    {"LC_ALL", true},
    {"LC_TIME", true},
    {"TZ", true},
    {"TMPDIR", true},
    {"USER", true},
    {"OPENAI_API_KEY", false},
    {"HOOK_SECRET", false},
    {"LD_PRELOAD_X", false},
    {"ELIZA_SERVER_AUTH_TOKEN", false},
    {"LANGUAGE", false},
    {"PATH_X", false},
    {"LOGNAME", false},
    {"CALLBOARD_STORE", false},
  };
  for (const auto& expected : cases) {
    SCOPED_TRACE(expected.name);
    const auto* present = std::getenv(expected.name.c_str());
    const auto before = present ? std::optional<std::string>{present} : std::nullopt;
    setenv(expected.name.c_str(), "C", 1);
    exec_options options;
    options.command = {"env"};
    options.env = {{"OWN", "own"}};

    const auto lines = '\n' + answer_of(options).content + '\n';

    EXPECT_EQ(lines.find('\n' + expected.name + "=C\n") != std::string::npos, expected.is_passed_on)
      << lines;
    EXPECT_NE(lines.find("\nOWN=own\n"), std::string::npos);
    EXPECT_NE(lines.find("\nPATH="), std::string::npos);
    before ? setenv(expected.name.c_str(), before->c_str(), 1) : unsetenv(expected.name.c_str());
  }
}

TEST(ExecAgent, OwnVariablesStandInPlaceOfTheServers) {
  auto options = shell("echo $HOME");
  options.env = {{"HOME", "/elsewhere"}};

  EXPECT_EQ(answer_of(options).content, "/elsewhere");
}

/// What a program leaves behind in its group would outlive the server if that was killed later.
TEST(ExecAgent, ProcessesThatAProgramLeavesBehindEndWithIt) {
  fake_peer peer{[](fake_peer::connection& talk) { talk.hold(); }};
  const auto port = std::to_string(peer.port());
  const auto answer = answer_of(shell("(" AGENT_PROBE " hold " + port
                                      + " deaf </dev/null >/dev/null 2>&1 &); echo the answer"));

  EXPECT_EQ(answer.content, "the answer");
  peer.await_ended(peer.connections());
}

} // namespace

} // namespace callboard::test
