#pragma once

#include <memory>
#include <vector>

#include <callboard/task_callbacks.hpp>

#include "http/router.hpp"

namespace callboard::http {

/// POST /agents/tasks/:taskId/result: an agent that took a task with 202 answers it. Open to whoever
/// has the task's token. Without callbacks (null) no task is known.
std::vector<route> task_result_routes(std::shared_ptr<task_callbacks> callbacks);

} // namespace callboard::http
