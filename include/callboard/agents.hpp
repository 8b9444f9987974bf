#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <callboard/agent.hpp>
#include <callboard/task_callbacks.hpp>

namespace callboard {

/// Answers with `prefix` + the task's content.
struct echo_options {
  std::string prefix = "echo: ";
  /// Wait before the answer; 0: at once, on the caller's thread.
  std::chrono::milliseconds delay{0};
};
std::shared_ptr<agent> make_echo_agent(echo_options options = {});

/// Runs a callable on a pool of threads; it may block. `stop_requested` turns true when the task is
/// canceled. Its error, or an exception, fails the task.
using blocking_function = std::function<result<agent_answer>(
  const agent_task& task, const std::function<bool()>& stop_requested)>;
/// @param threads size of the pool, ≥ 1; more tasks than that wait their turn.
std::shared_ptr<agent> make_function_agent(blocking_function run, std::size_t threads = 4);

/// Calls a callable that begins the work and answers later through `completion`. It must not block.
using async_function = std::function<void(task_ptr task, completion done)>;
/// @param cancel told the id of a task that is given up; may be empty.
std::shared_ptr<agent> make_async_function_agent(async_function begin,
                                                 std::function<void(const uuid&)> cancel = {});

/// Hears how a program failed: the end of what it wrote to standard error (up to 2,000 bytes, valid
/// UTF-8, not empty). For logs and operators: it may hold what callers of the API must not see. Called on
/// a thread of the agents' own; must not block nor throw.
using program_errors_sink = std::function<void(const agent_task& of, std::string_view errors)>;

/// Runs a program for each task, without a shell. See `exec` in docs/agents.md.
struct exec_options {
  /// Program and arguments; the program is looked up in PATH. Not empty.
  std::vector<std::string> command = {};
  /// Working directory; empty: the server's.
  std::string cwd = {};
  /// The program's environment, beside PATH, HOME, LANG, LC_*, TZ, TMPDIR and USER, which it has from
  /// this process. Nothing else is passed on: a server's environment holds secrets.
  std::map<std::string, std::string> env = {};
  /// Limit on one run; none: only the job's deadline.
  std::optional<std::chrono::milliseconds> timeout = {};
  /// More output than this fails the task.
  std::size_t output_bytes_max = 2 * 1024 * 1024;
  /// Told of the standard error of runs that fail; empty: it is dropped.
  program_errors_sink on_errors = {};
};
/// Programs end with this process, however it ends: the first exec agent starts a small process that sees
/// to it. SIGCHLD must not be ignored in this process, or exit codes are lost and tasks fail.
/// Errors: `invalid_argument`.
result<std::shared_ptr<agent>> make_exec_agent(exec_options options);

/// Reaps processes that have ended and that this process has not started but adopted, as PID 1 of a
/// container adopts orphans; the programs of exec agents are left alone. Only for a process that starts
/// no others: their exit codes would be lost. Any thread; never blocks. Returns the number reaped.
std::size_t reap_adopted_processes();

/// Which addresses outgoing requests may go to: IP addresses or networks ("10.0.0.0/8", "::1"). What
/// `deny` names is refused, else what `allow` names is accepted. Anything else is accepted only while
/// `allow` is empty, and never if it is link-local or a cloud's metadata service.
struct outbound_options {
  std::vector<std::string> allow = {};
  std::vector<std::string> deny = {};
};

/// One thread that makes all outgoing HTTP requests (libcurl's multi interface): keep-alive, no
/// redirects, capped sizes. Each address that a name stands for is checked, and the checked one is
/// connected to. Agents share it; it stops when the last of them is gone.
class outbound_http;
/// Errors: `invalid_argument` for what is no network.
result<std::shared_ptr<outbound_http>> make_outbound_http(outbound_options options);
/// With the options' defaults.
std::shared_ptr<outbound_http> make_outbound_http();

/// POSTs each task to a URL. See `http` in docs/agents.md.
struct http_agent_options {
  /// http:// or https://. Required.
  std::string url = {};
  /// Added to each request.
  std::map<std::string, std::string> headers = {};
  /// Limit until the answer is there, a callback included; none: only the job's deadline.
  std::optional<std::chrono::milliseconds> timeout = {};
  /// Signs requests by Standard Webhooks: `whsec_` + base64, or plain text; empty: unsigned.
  std::string secret = {};
  /// Where this server is reached, for `callback.url`; empty: no callbacks, and a 202 fails the task.
  std::string public_url = {};
};
/// @param callbacks where 202 answers are awaited; may be null when `public_url` is empty.
result<std::shared_ptr<agent>> make_http_agent(http_agent_options options,
                                               std::shared_ptr<outbound_http> outbound,
                                               std::shared_ptr<task_callbacks> callbacks);

/// Asks a chat model by the OpenAI Chat Completions protocol (OpenAI, Ollama, llama.cpp, vLLM …).
struct openai_options {
  /// Up to and without `/chat/completions`, e.g. "http://127.0.0.1:11434/v1". Required.
  std::string base_url = {};
  /// Required.
  std::string model = {};
  /// Sent as a bearer token; empty: none.
  std::string api_key = {};
  /// First message, role `system`; empty: none.
  std::string system = {};
  /// Sampling temperature, 0–2; none: the server's default.
  std::optional<double> temperature = {};
  /// Longest answer in tokens, ≥ 1; none: the server's default.
  std::optional<int> max_tokens = {};
  /// The same for models that refuse `max_tokens`, sent as `max_completion_tokens`.
  std::optional<int> max_completion_tokens = {};
  /// An object whose members are merged into the request, over those of the settings above; empty: none.
  /// It must not name `messages` or `stream`.
  json_text extra_body = {};
  /// Added to each request.
  std::map<std::string, std::string> headers = {};
  /// Limit on one request; none: only the job's deadline.
  std::optional<std::chrono::milliseconds> timeout = {};
};
result<std::shared_ptr<agent>> make_openai_agent(openai_options options,
                                                 std::shared_ptr<outbound_http> outbound);

} // namespace callboard
