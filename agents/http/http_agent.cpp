#include <callboard/agents.hpp>

#include "agents/http/http_calls.hpp"
#include "agents/http/webhook_signature.hpp"
#include "agents/settings.hpp"

#include <array>
#include <utility>

namespace callboard {

namespace {

using namespace agents;

constexpr std::array<std::string_view, 6> reserved_headers{
  "idempotency-key", "x-callboard-job-id", "x-callboard-attempt",
  "webhook-id",      "webhook-timestamp",  "webhook-signature",
};

class http_agent final : public agent {
public:
  http_agent(std::shared_ptr<outbound_http> outbound, std::shared_ptr<http_calls> calls)
    : outbound_(std::move(outbound)), calls_(std::move(calls)) {
    // nop
  }

  ~http_agent() override {
    calls_->stop();
  }

  void start(task_ptr task, completion done) override {
    calls_->start(*task, std::move(done));
  }

  void cancel(const uuid& task_id) override {
    calls_->cancel(task_id);
  }

private:
  std::shared_ptr<outbound_http> outbound_;
  std::shared_ptr<http_calls> calls_;
};

result<http_call_settings> checked(http_agent_options options) {
  http_call_settings made;
  if (const auto url = check_url("url", options.url); !url)
    return tl::unexpected(url.error());
  made.url = std::move(options.url);
  if (const auto timeout = check_timeout(options.timeout); !timeout)
    return tl::unexpected(timeout.error());
  made.timeout = options.timeout;
  auto headers = header_lines(options.headers, reserved_headers);
  if (!headers)
    return tl::unexpected(headers.error());
  made.headers = std::move(*headers);
  made.secrets = header_secrets(options.headers);
  made.secrets.push_back(options.secret);
  auto key = webhook_key(options.secret);
  if (!key)
    return tl::unexpected(key.error());
  made.signing_key = std::move(*key);
  if (options.public_url.empty())
    return made;
  if (const auto url = check_url("publicUrl", options.public_url); !url)
    return tl::unexpected(url.error());
  made.callback_prefix = std::move(options.public_url);
  while (made.callback_prefix.ends_with('/'))
    made.callback_prefix.pop_back();
  made.callback_prefix += "/agents/tasks/";
  return made;
}

} // namespace

result<std::shared_ptr<agent>> make_http_agent(http_agent_options options,
                                               std::shared_ptr<outbound_http> outbound,
                                               std::shared_ptr<task_callbacks> callbacks) {
  auto settings = checked(std::move(options));
  if (!settings)
    return tl::unexpected(settings.error());
  if (!outbound)
    return fail(errc::invalid_argument, "an http agent needs an HTTP client");
  if (settings->callback_prefix.empty())
    callbacks = nullptr;
  else if (!callbacks)
    return fail(errc::invalid_argument, "publicUrl requires task callbacks");
  auto calls = std::make_shared<http_calls>(std::move(*settings), outbound, std::move(callbacks));
  return std::make_shared<http_agent>(std::move(outbound), std::move(calls));
}

} // namespace callboard
