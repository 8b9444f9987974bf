#include "agents/http/http_calls.hpp"

#include "agents/answer_json.hpp"
#include "agents/failure_answers.hpp"
#include "agents/http/http_failure.hpp"
#include "agents/http/webhook_signature.hpp"
#include "agents/task_json.hpp"

#include <algorithm>
#include <exception>
#include <stdexcept>
#include <utility>

namespace callboard::agents {

using namespace std::chrono_literals;

namespace {

/// How long an agent that has called back already may take for the response to the request itself.
/// It has said all that counts; what is gained is a connection that can be used again.
constexpr auto response_grace = 10s;

} // namespace

http_calls::http_calls(http_call_settings settings, std::weak_ptr<outbound_http> outbound,
                       std::shared_ptr<task_callbacks> callbacks)
  : settings_(std::move(settings)),
    outbound_(std::move(outbound)),
    callbacks_(std::move(callbacks)),
    timer_(timer::shared()) {
  // nop
}

void http_calls::start(const agent_task& task, completion done) {
  auto call = std::make_shared<http_call>();
  call->started_at = std::chrono::steady_clock::now();
  call->task_id = task.id;
  call->done = std::move(done);
  // The callback of a task that comes again stays open and so keeps its token.
  if (const auto old = open_.put(task.id, call)) {
    release(*old);
    old->done(replaced_answer());
  }
  try {
    send(task, call);
  } catch (const std::exception& fault) {
    finish(call, agent_answer::failure(fault.what()));
  }
}

void http_calls::cancel(const uuid& task_id) {
  if (const auto call = open_.take(task_id))
    give_up(*call, canceled_answer());
}

void http_calls::stop() {
  for (const auto& call : open_.take_all())
    give_up(*call, stopped_answer());
}

void http_calls::send(const agent_task& task, const call_ptr& call) {
  http_request request;
  request.url = settings_.url;
  request.timeout = settings_.timeout;
  request.body = body_for(task, call);
  request.headers = headers_for(task, request.body);
  const auto outbound = outbound_.lock();
  if (!outbound)
    throw std::logic_error("the HTTP client has stopped");
  call->request
    = outbound->post(std::move(request), [weak = weak_from_this(), call](http_response response) {
        call->has_response = true;
        if (const auto self = weak.lock())
          self->on_response(call, response);
      });
}

std::string http_calls::body_for(const agent_task& task, const call_ptr& call) {
  if (!callbacks_)
    return task_json(task);
  // The callback is open before the agent can know of it: it may use it before it responds.
  completion called_back{[weak = weak_from_this(), call](agent_answer answer) {
    if (const auto self = weak.lock())
      self->on_callback(call, std::move(answer));
  }};
  const callback_address address{settings_.callback_prefix + task.id.to_string() + "/result",
                                 callbacks_->expect(task.id, std::move(called_back))};
  return task_json(task, &address);
}

std::vector<std::string> http_calls::headers_for(const agent_task& task,
                                                 std::string_view body) const {
  auto lines = settings_.headers;
  const auto id = task.id.to_string();
  lines.push_back("Content-Type: application/json");
  lines.push_back("Idempotency-Key: " + id);
  lines.push_back("X-Callboard-Job-Id: " + shown_job_id(task).to_string());
  lines.push_back("X-Callboard-Attempt: " + std::to_string(task.attempt));
  if (!settings_.signing_key.empty()) {
    const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
    const auto timestamp_s = now.time_since_epoch().count();
    lines.push_back("webhook-id: " + id);
    lines.push_back("webhook-timestamp: " + std::to_string(timestamp_s));
    lines.push_back("webhook-signature: "
                    + webhook_signature(settings_.signing_key, id, timestamp_s, body));
  }
  return lines;
}

void http_calls::on_response(const call_ptr& call, const http_response& response) {
  if (response.status == 202 && response.fault != http_fault::stopped) {
    await_callback(call);
  } else if (has_answer(response)) {
    finish(call, answer_or_failure(response.body, settings_.secrets));
  } else {
    finish(call, http_failure(response, settings_.timeout, settings_.secrets));
  }
}

void http_calls::await_callback(const call_ptr& call) {
  if (!callbacks_) {
    finish(call, agent_answer::failure(
                   "agent answered 202, but this server has no public URL for callbacks"));
    return;
  }
  if (!settings_.timeout)
    return;
  const auto waited = std::chrono::ceil<std::chrono::milliseconds>(std::chrono::steady_clock::now()
                                                                   - call->started_at);
  call->time_limit
    = timer_->after(std::max(*settings_.timeout - waited, 0ms), [weak = weak_from_this(), call] {
        if (const auto self = weak.lock())
          self->finish(call, timeout_answer(*self->settings_.timeout));
      });
  // Whoever ended the task meanwhile may have come too early to see the limit.
  if (!open_.holds(call->task_id, call.get()))
    timer_->cancel(call->time_limit);
}

void http_calls::on_callback(const call_ptr& call, agent_answer answer) {
  if (!open_.take(call->task_id, call.get()))
    return;
  timer_->cancel(call->time_limit);
  if (!call->has_response)
    timer_->after(response_grace, [weak = weak_from_this(), call] {
      if (const auto self = weak.lock())
        self->abort_request(*call);
    });
  call->done(std::move(answer));
}

void http_calls::finish(const call_ptr& call, agent_answer answer) {
  if (open_.take(call->task_id, call.get()))
    give_up(*call, std::move(answer));
}

void http_calls::give_up(const http_call& call, agent_answer answer) {
  release(call);
  if (callbacks_)
    callbacks_->close(call.task_id);
  call.done(std::move(answer));
}

void http_calls::release(const http_call& call) {
  timer_->cancel(call.time_limit);
  if (!call.has_response)
    abort_request(call);
}

void http_calls::abort_request(const http_call& call) {
  if (const auto outbound = outbound_.lock())
    outbound->abort(call.request);
}

} // namespace callboard::agents
