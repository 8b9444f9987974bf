#include "http/api/task_results.hpp"

#include "http/api/error_table.hpp"
#include "http/message/problem.hpp"
#include "http/pipeline/auth.hpp"

namespace callboard::http {

namespace {

constexpr std::string_view unknown_task = "no such task";

response no_such_task() {
  return problem(404, "not_found", unknown_task);
}

constexpr error_table words{error_form::problem,
                            {{{errc::invalid_argument, 400, "invalid_argument"},
                              {errc::not_found, 404, "not_found", unknown_task},
                              {errc::agent_not_found, 500, "internal", server_failed},
                              {errc::no_agents, 500, "internal", server_failed},
                              {errc::forbidden, 401, "unauthorized", "wrong token for this task"},
                              {errc::gone, 500, "internal", server_failed},
                              {errc::conflict, 409, "conflict", "the task has ended"},
                              {errc::version_mismatch, 500, "internal", server_failed},
                              {errc::capacity, 413, "too_large"},
                              {errc::agent_busy, 500, "internal", server_failed},
                              {errc::too_many_requests, 500, "internal", server_failed},
                              {errc::unavailable, 500, "internal", server_failed},
                              {errc::io, 500, "internal", server_failed},
                              {errc::internal, 500, "internal", server_failed}}}};

response refuse(const error& fault, bool has_token) {
  auto made = fault.code == errc::forbidden && !has_token ? problem(
                401, "unauthorized", "the task's token is required, as Authorization: Bearer TOKEN")
                                                          : refuse(words, fault);
  if (made.status() == 401)
    made.add_header("WWW-Authenticate", "Bearer realm=\"callboard\"");
  return made;
}

} // namespace

std::vector<route> task_result_routes(std::shared_ptr<task_callbacks> callbacks) {
  const auto deliver
    = [callbacks = std::move(callbacks)](const request& asked, const responder& back) {
        const auto id = uuid::parse(asked.parameters[0]);
        if (!id || !callbacks)
          return back.send(no_such_task());
        const auto token = bearer_token(asked);
        const auto delivered = callbacks->deliver(*id, token, asked.body);
        back.send(delivered ? response{204} : refuse(delivered.error(), !token.empty()));
      };
  return {{method::post, task_result_path, deliver}};
}

std::optional<response> refuse_task_result(const request& asked,
                                           const std::shared_ptr<task_callbacks>& callbacks) {
  const auto id = uuid::parse(asked.parameters[0]);
  if (!id || !callbacks)
    return no_such_task();
  const auto token = bearer_token(asked);
  const auto admitted = callbacks->admits(*id, token);
  if (admitted)
    return std::nullopt;
  return refuse(admitted.error(), !token.empty());
}

} // namespace callboard::http
