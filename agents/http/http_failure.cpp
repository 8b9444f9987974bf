#include "agents/http/http_failure.hpp"

#include "agents/error_reason.hpp"
#include "agents/failure_answers.hpp"

#include <string>
#include <utility>

namespace callboard::agents {

namespace {

bool is_final_status(int status) {
  if (status >= 300 && status < 400)
    return true;
  return status >= 400 && status < 500 && status != 408 && status != 425 && status != 429;
}

/// 201 and 203 say more than 200 about what was made, and where it comes from; neither matters here.
bool is_answer_status(int status) {
  return status == 200 || status == 201 || status == 203;
}

/// Statuses that say that the agent has not begun the work.
bool is_refusal_status(int status) {
  return status == 425 || status == 429 || status == 503;
}

std::string fault_text(http_fault fault) {
  switch (fault) {
    case http_fault::unknown_host:
      return "could not find the agent's host";
    case http_fault::refused_address:
      return "requests to the agent's address are not allowed";
    case http_fault::no_connection:
      return "could not connect to the agent";
    case http_fault::tls:
      return "TLS handshake with the agent failed";
    case http_fault::untrusted:
      return "agent's TLS certificate is not trusted";
    case http_fault::no_response:
      return "agent closed the connection without an answer";
    case http_fault::cut_off:
      return "agent closed the connection before its answer was complete";
    case http_fault::not_http:
      return "agent's response is not HTTP";
    case http_fault::too_large:
      return "agent's answer is longer than " + std::to_string(response_bytes_max) + " bytes";
    case http_fault::head_too_large:
      return "agent's response headers are longer than " + std::to_string(response_head_bytes_max)
             + " bytes or " + std::to_string(response_head_lines_max) + " lines";
    case http_fault::stopped:
      return stopped_answer().error;
    case http_fault::timeout:
    case http_fault::none:
    case http_fault::other:
      break;
  }
  return "request to the agent failed";
}

agent_answer status_failure(int status, std::string_view reason) {
  auto text = "agent answered " + std::to_string(status);
  if (status >= 300 && status < 400)
    text += ", and redirects are not followed";
  if (!reason.empty())
    text.append(": ").append(reason);
  auto answer = agent_answer::failure(std::move(text));
  answer.is_final = is_final_status(status);
  answer.is_refusal = is_refusal_status(status);
  return answer;
}

} // namespace

bool has_answer(const http_response& response) {
  return response.fault == http_fault::none && is_answer_status(response.status);
}

agent_answer http_failure(const http_response& response,
                          std::optional<std::chrono::milliseconds> timeout,
                          std::span<const std::string> secrets) {
  // A status says more than what happened to the body after it.
  const auto has_status = response.status != 0 && !is_answer_status(response.status);
  if (has_status && response.fault != http_fault::stopped) {
    auto answer = status_failure(response.status, error_reason(response.body, secrets));
    answer.retry_after = parse_retry_after(response.retry_after, std::chrono::system_clock::now());
    return answer;
  }
  if (response.fault == http_fault::timeout && timeout)
    return timeout_answer(*timeout);
  auto answer = agent_answer::failure(fault_text(response.fault));
  answer.is_final = response.fault == http_fault::refused_address;
  answer.is_refusal
    = response.fault == http_fault::unknown_host || response.fault == http_fault::no_connection;
  return answer;
}

} // namespace callboard::agents
