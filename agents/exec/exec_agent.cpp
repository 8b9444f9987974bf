#include <callboard/agents.hpp>

#include "agents/answer_json.hpp"
#include "agents/exec/program_runner.hpp"
#include "agents/failure_answers.hpp"
#include "agents/open_tasks.hpp"
#include "agents/settings.hpp"
#include "agents/task_json.hpp"
#include "agents/valid_text.hpp"

#include <algorithm>
#include <array>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <system_error>
#include <utility>

#include <unistd.h>

namespace callboard {

namespace {

using namespace agents;

/// What of standard error operators see. It is read by people.
constexpr std::size_t error_tail_bytes_max = 2000;

/// Output that is a JSON object with `content` or `status` is an answer, all other is the text of one.
agent_answer answer_of_output(std::string output, std::size_t output_bytes_max) {
  auto text = valid_text(std::move(output));
  if (const auto first = text.find_first_not_of(" \t\r\n");
      first != std::string::npos && text[first] == '{') {
    json_limits limits;
    limits.bytes_max = std::max(limits.bytes_max, output_bytes_max);
    const auto read = compact_json(text, limits);
    const auto object = read ? json_view{*read} : json_view{};
    if (object.find("content") || object.find("status")) {
      auto answer = read_answer(object);
      return answer ? std::move(*answer) : unusable_answer(answer.error());
    }
  }
  text.erase(text.find_last_not_of("\r\n") + 1);
  return agent_answer::complete(std::move(text));
}

agent_answer answer_of_run(run_outcome outcome, const exec_options& options) {
  using ending = run_outcome::ending;
  switch (outcome.how) {
    case ending::exited:
      if (outcome.code == 0)
        return answer_of_output(std::move(outcome.output), options.output_bytes_max);
      return agent_answer::failure("program exited with status " + std::to_string(outcome.code));
    case ending::killed: {
      const auto* name = sigabbrev_np(outcome.code);
      return agent_answer::failure("program was terminated by signal "
                                   + std::to_string(outcome.code)
                                   + (name ? " (SIG" + std::string{name} + ')' : ""));
    }
    case ending::not_started:
      return agent_answer::failure("program could not be started: " + outcome.errors);
    case ending::too_much_output:
      return agent_answer::failure("agent's output is longer than "
                                   + std::to_string(options.output_bytes_max) + " bytes");
    case ending::timeout:
      return timeout_answer(*options.timeout);
    case ending::stopped:
      return stopped_answer();
    case ending::lost:
      break;
  }
  return agent_answer::failure("program ended, but its exit status was lost");
}

/// Tells operators what the program of a failed task said.
void report_errors(const exec_options& options, const agent_task& task, std::string errors) {
  if (!options.on_errors || errors.empty())
    return;
  const auto text = valid_text(std::move(errors));
  options.on_errors(task, tail_of(text, error_tail_bytes_max));
}

/// Whether the run itself went wrong, whatever the answer says.
bool has_failed(const run_outcome& outcome) {
  using ending = run_outcome::ending;
  return outcome.how == ending::killed || (outcome.how == ending::exited && outcome.code != 0);
}

struct exec_task {
  completion done;
  program_runner::run_id run = 0;
};

class exec_agent final : public agent {
public:
  exec_agent(exec_options options, program what)
    : options_(std::make_shared<const exec_options>(std::move(options))),
      what_(std::make_shared<const program>(std::move(what))) {
    // nop
  }

  ~exec_agent() override {
    for (const auto& entry : open_->take_all())
      give_up(*entry, stopped_answer());
  }

  void start(task_ptr task, completion done) override {
    auto entry = std::make_shared<exec_task>();
    entry->done = std::move(done);
    if (const auto old = open_->put(task->id, entry))
      give_up(*old, replaced_answer());
    run_order order{what_, task_json(*task), options_->output_bytes_max, options_->timeout};
    entry->run = runner_->run(std::move(order),
                              [open = open_, options = options_, entry, task](run_outcome outcome) {
                                if (!open->take(task->id, entry.get()))
                                  return;
                                if (has_failed(outcome))
                                  report_errors(*options, *task, std::move(outcome.errors));
                                entry->done(answer_of_run(std::move(outcome), *options));
                              });
  }

  void cancel(const uuid& task_id) override {
    if (const auto entry = open_->take(task_id))
      give_up(*entry, canceled_answer());
  }

private:
  void give_up(const exec_task& entry, agent_answer answer) {
    runner_->end(entry.run);
    entry.done(std::move(answer));
  }

  std::shared_ptr<const exec_options> options_;
  std::shared_ptr<const program> what_;
  std::shared_ptr<program_runner> runner_ = program_runner::shared();
  std::shared_ptr<open_tasks<exec_task>> open_ = std::make_shared<open_tasks<exec_task>>();
};

bool has_nul(const std::string& text) {
  return text.find('\0') != std::string::npos;
}

result<void> check(const exec_options& options) {
  if (options.command.empty() || options.command.front().empty())
    return fail(errc::invalid_argument, "command must name a program");
  for (const auto& argument : options.command)
    if (has_nul(argument))
      return fail(errc::invalid_argument, "command must not contain NUL characters");
  for (const auto& [name, value] : options.env) {
    if (name.empty() || name.find('=') != std::string::npos || has_nul(name))
      return fail(errc::invalid_argument, "env: \"" + name + "\" is not the name of a variable");
    if (has_nul(value))
      return fail(errc::invalid_argument,
                  "env: the value of " + name + " must not contain NUL characters");
  }
  std::error_code ignored;
  if (!options.cwd.empty() && !std::filesystem::is_directory(options.cwd, ignored))
    return fail(errc::invalid_argument, "cwd must be a directory");
  if (options.output_bytes_max < 1)
    return fail(errc::invalid_argument, "maxOutputBytes must be at least 1");
  return check_timeout(options.timeout);
}

/// What programs have of the server's environment (agents.md). Everything else may be a secret.
bool is_passed_on(std::string_view name) {
  constexpr std::array<std::string_view, 6> names{"PATH", "HOME", "LANG", "TZ", "TMPDIR", "USER"};
  return std::find(names.begin(), names.end(), name) != names.end() || name.starts_with("LC_");
}

std::vector<std::string> environment_for(const std::map<std::string, std::string>& own) {
  std::vector<std::string> made;
  for (auto** entry = environ; entry && *entry; ++entry) {
    const std::string_view variable = *entry;
    const auto name = variable.substr(0, variable.find('='));
    if (is_passed_on(name) && !own.contains(std::string{name}))
      made.emplace_back(variable);
  }
  for (const auto& [name, value] : own)
    made.push_back(name + '=' + value);
  return made;
}

} // namespace

result<std::shared_ptr<agent>> make_exec_agent(exec_options options) {
  if (const auto checked = check(options); !checked)
    return tl::unexpected(checked.error());
  // As `execvp`: the server's own list decides, and without one the system's.
  const auto* path = std::getenv("PATH");
  program what{options.command,
               places_of(options.command.front(), path != nullptr ? path : "/bin:/usr/bin"),
               options.cwd, environment_for(options.env)};
  return std::make_shared<exec_agent>(std::move(options), std::move(what));
}

} // namespace callboard
