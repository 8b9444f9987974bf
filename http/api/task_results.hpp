#pragma once

#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include <callboard/task_callbacks.hpp>

#include "http/pipeline/router.hpp"

namespace callboard::http {

inline constexpr std::string_view task_result_path = "/agents/tasks/:taskId/result";

/// POST /agents/tasks/:taskId/result: an agent that took a task with 202 answers it. Open to whoever
/// has the task's token. Without callbacks (null) no task is known.
std::vector<route> task_result_routes(std::shared_ptr<task_callbacks> callbacks);

/// The answer to such a request if it does not depend on the body, which may not have come.
std::optional<response> refuse_task_result(const request& asked,
                                           const std::shared_ptr<task_callbacks>& callbacks);

} // namespace callboard::http
