#include <callboard/agents.hpp>

#include "agents/failure_answers.hpp"
#include "agents/http/http_failure.hpp"
#include "agents/http/outbound_http.hpp"
#include "agents/open_tasks.hpp"
#include "agents/openai/chat_completion.hpp"
#include "agents/settings.hpp"

#include <callboard/json_view.hpp>

#include <array>
#include <span>
#include <utility>

namespace callboard {

namespace {

using namespace agents;

/// Reserved while the agent has a key.
constexpr std::array<std::string_view, 1> key_header{"authorization"};

struct chat_task {
  completion done;
  outbound_http::request_id request = 0;
};

/// What the answers of an agent are read with.
struct chat_settings {
  openai_options options;
  /// Servers quote the key that they refuse; it must not get into jobs.
  std::vector<std::string> secrets;
};

agent_answer answer_of_response(const http_response& response, const chat_settings& settings) {
  if (has_answer(response))
    return chat_answer(response.body, settings.secrets);
  return http_failure(response, settings.options.timeout, settings.secrets);
}

class openai_agent final : public agent {
public:
  openai_agent(chat_settings settings, std::vector<std::string> headers,
               std::shared_ptr<outbound_http> outbound)
    : settings_(std::make_shared<const chat_settings>(std::move(settings))),
      headers_(std::move(headers)),
      outbound_(std::move(outbound)) {
    // nop
  }

  ~openai_agent() override {
    for (const auto& entry : open_->take_all())
      give_up(*entry, stopped_answer());
  }

  void start(task_ptr task, completion done) override {
    auto entry = std::make_shared<chat_task>();
    entry->done = std::move(done);
    if (const auto old = open_->put(task->id, entry))
      give_up(*old, replaced_answer());
    http_request request;
    const auto& options = settings_->options;
    request.url = options.base_url + "/chat/completions";
    request.headers = headers_;
    request.body = chat_request(options, *task);
    request.timeout = options.timeout;
    entry->request = outbound_->post(std::move(request), [open = open_, settings = settings_, entry,
                                                          id = task->id](http_response response) {
      if (open->take(id, entry.get()))
        entry->done(answer_of_response(response, *settings));
    });
  }

  void cancel(const uuid& task_id) override {
    if (const auto entry = open_->take(task_id))
      give_up(*entry, canceled_answer());
  }

private:
  void give_up(const chat_task& entry, agent_answer answer) {
    outbound_->abort(entry.request);
    entry.done(std::move(answer));
  }

  std::shared_ptr<const chat_settings> settings_;
  std::vector<std::string> headers_;
  std::shared_ptr<outbound_http> outbound_;
  std::shared_ptr<open_tasks<chat_task>> open_ = std::make_shared<open_tasks<chat_task>>();
};

/// Members of the request that this server sets, and reads the answer by.
constexpr std::array<const char*, 2> own_members{"messages", "stream"};

result<void> check_extra_body(const json_text& extra) {
  if (extra.is_empty())
    return {};
  const auto checked = compact_json(extra.text());
  if (!checked || !json_view{*checked}.is_object())
    return fail(errc::invalid_argument, "extraBody must be an object");
  for (const auto* name : own_members)
    if (json_view{*checked}.find(name))
      return fail(errc::invalid_argument,
                  std::string{"extraBody: "} + name + " is set by the server itself");
  return {};
}

result<void> check(const openai_options& options) {
  if (const auto url = check_url("baseUrl", options.base_url); !url)
    return url;
  if (options.model.empty())
    return fail(errc::invalid_argument, "model must not be empty");
  if (options.temperature && !(*options.temperature >= 0 && *options.temperature <= 2))
    return fail(errc::invalid_argument, "temperature must be from 0 to 2");
  if (options.max_tokens && *options.max_tokens < 1)
    return fail(errc::invalid_argument, "maxTokens must be at least 1");
  if (options.max_completion_tokens && *options.max_completion_tokens < 1)
    return fail(errc::invalid_argument, "maxCompletionTokens must be at least 1");
  if (const auto extra = check_extra_body(options.extra_body); !extra)
    return extra;
  // A line end from the file that the key was read from is the usual case.
  if (has_control_characters(options.api_key))
    return fail(errc::invalid_argument, "the API key must not contain control characters");
  return check_timeout(options.timeout);
}

} // namespace

result<std::shared_ptr<agent>> make_openai_agent(openai_options options,
                                                 std::shared_ptr<outbound_http> outbound) {
  if (const auto checked = check(options); !checked)
    return tl::unexpected(checked.error());
  const auto has_key = !options.api_key.empty();
  auto headers
    = header_lines(options.headers, std::span{key_header}.first(has_key ? key_header.size() : 0));
  if (!headers)
    return tl::unexpected(headers.error());
  if (!outbound)
    return fail(errc::invalid_argument, "an openai agent needs an HTTP client");
  headers->push_back("Content-Type: application/json");
  if (has_key)
    headers->push_back("Authorization: Bearer " + options.api_key);
  while (options.base_url.ends_with('/'))
    options.base_url.pop_back();
  auto secrets = header_secrets(options.headers);
  secrets.push_back(options.api_key);
  return std::make_shared<openai_agent>(chat_settings{std::move(options), std::move(secrets)},
                                        std::move(*headers), std::move(outbound));
}

} // namespace callboard
