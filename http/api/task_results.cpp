#include "http/api/task_results.hpp"

#include "http/message/problem.hpp"
#include "http/pipeline/auth.hpp"

namespace callboard::http {

namespace {

response no_such_task() {
  return problem(404, "not_found", "no such task");
}

response refuse(const error& fault, bool has_token) {
  switch (fault.code) {
    case errc::not_found:
      return no_such_task();
    case errc::forbidden: {
      auto made = problem(401, "unauthorized",
                          has_token ? "wrong token for this task"
                                    : "the task's token is required, as "
                                      "Authorization: Bearer TOKEN");
      made.add_header("WWW-Authenticate", "Bearer realm=\"callboard\"");
      return made;
    }
    case errc::conflict:
      return problem(409, "conflict", "the task has ended");
    case errc::capacity:
      return problem(413, "too_large", fault.message);
    case errc::invalid_argument:
      return problem(400, "invalid_argument", fault.message);
    default:
      return internal_error();
  }
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
