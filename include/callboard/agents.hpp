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
/// @param threads size of the pool, ≥ 1; further tasks wait.
std::shared_ptr<agent> make_function_agent(blocking_function run, std::size_t threads = 4);

/// Calls a callable that starts the work and answers later through `completion`. It must not block.
using async_function = std::function<void(task_ptr task, completion done)>;
/// @param cancel called with the id of an aborted task; may be empty.
std::shared_ptr<agent> make_async_function_agent(async_function begin,
                                                 std::function<void(const uuid&)> cancel = {});

/// Receives the end of a failed program's standard error (up to 2,000 bytes, valid UTF-8, not empty).
/// For logs and operators: it may contain secrets that API clients must not see. Called on a thread of
/// the agents; must not block or throw.
using program_errors_sink = std::function<void(const agent_task& of, std::string_view errors)>;

/// Runs a program for each task, without a shell. See `exec` in docs/agents.md.
struct exec_options {
  /// Program and arguments; the program is looked up in PATH. Not empty.
  std::vector<std::string> command = {};
  /// Working directory; empty: the server's.
  std::string cwd = {};
  /// Environment variables, in addition to PATH, HOME, LANG, LC_*, TZ, TMPDIR and USER of this
  /// process. Nothing else is inherited: a server's environment may hold secrets.
  std::map<std::string, std::string> env = {};
  /// Time limit of one run; none: only the job's deadline.
  std::optional<std::chrono::milliseconds> timeout = {};
  /// More output than this fails the task.
  std::size_t output_bytes_max = 2 * 1024 * 1024;
  /// Receives the standard error of failed runs; empty: it is dropped.
  program_errors_sink on_errors = {};
};
/// Programs end with this process, however it ends: the first exec agent starts a guard process for this.
/// SIGCHLD must not be ignored in this process, or exit statuses are lost and tasks fail.
/// Errors: `invalid_argument`.
result<std::shared_ptr<agent>> make_exec_agent(exec_options options);

/// Reaps ended processes that this process has adopted, as PID 1 of a container adopts orphans. The
/// programs of exec agents are not affected. Do not use it in a process that starts other children: their
/// exit statuses would be lost. Any thread; never blocks. Returns the number of reaped processes.
std::size_t reap_adopted_processes();

/// Addresses that outgoing requests may go to: IP addresses or networks ("10.0.0.0/8", "::1"). `deny`
/// takes precedence over `allow`. Other addresses are allowed only if `allow` is empty, and never if they
/// are link-local or a cloud metadata service.
struct outbound_options {
  std::vector<std::string> allow = {};
  std::vector<std::string> deny = {};
};

/// One thread that makes all outgoing HTTP requests (libcurl's multi interface): keep-alive, no
/// redirects, limited sizes. Each address that a name resolves to is checked before it is connected to.
/// Agents share the thread; it stops when the last of them is destroyed.
class outbound_http;
/// Errors: `invalid_argument` for an invalid network.
result<std::shared_ptr<outbound_http>> make_outbound_http(outbound_options options);
/// With the options' defaults.
std::shared_ptr<outbound_http> make_outbound_http();

/// POSTs each task to a URL. See `http` in docs/agents.md.
struct http_agent_options {
  /// http:// or https://. Required.
  std::string url = {};
  /// Added to each request.
  std::map<std::string, std::string> headers = {};
  /// Time limit until the answer has arrived, by callback too; none: only the job's deadline.
  std::optional<std::chrono::milliseconds> timeout = {};
  /// Signs requests by Standard Webhooks: `whsec_` + base64, or plain text; empty: unsigned.
  std::string secret = {};
  /// URL of this server, for `callback.url`; empty: no callbacks, and a 202 fails the task.
  std::string public_url = {};
};
/// @param callbacks waits for answers after a 202; may be null if `public_url` is empty.
result<std::shared_ptr<agent>> make_http_agent(http_agent_options options,
                                               std::shared_ptr<outbound_http> outbound,
                                               std::shared_ptr<task_callbacks> callbacks);

/// Calls a chat model with the OpenAI Chat Completions protocol (OpenAI, Ollama, llama.cpp, vLLM …).
struct openai_options {
  /// The URL without `/chat/completions`, e.g. "http://127.0.0.1:11434/v1". Required.
  std::string base_url = {};
  /// Required.
  std::string model = {};
  /// Sent as a bearer token; empty: none.
  std::string api_key = {};
  /// First message, role `system`; empty: none.
  std::string system = {};
  /// Sampling temperature, 0–2; none: the server's default.
  std::optional<double> temperature = {};
  /// Maximum length of the answer in tokens, ≥ 1; none: the server's default.
  std::optional<int> max_tokens = {};
  /// The same for models that refuse `max_tokens`, sent as `max_completion_tokens`.
  std::optional<int> max_completion_tokens = {};
  /// An object merged into the request; its members override the settings above; empty: none.
  /// It must not name `messages` or `stream`.
  json_text extra_body = {};
  /// Added to each request.
  std::map<std::string, std::string> headers = {};
  /// Time limit of one request; none: only the job's deadline.
  std::optional<std::chrono::milliseconds> timeout = {};
};
result<std::shared_ptr<agent>> make_openai_agent(openai_options options,
                                                 std::shared_ptr<outbound_http> outbound);

} // namespace callboard
