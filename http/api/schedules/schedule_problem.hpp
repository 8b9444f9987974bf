#pragma once

#include <callboard/error.hpp>

#include "http/message/message.hpp"

namespace callboard::http {

/// What `schedule_service` refused, in the words of the Scheduled Jobs API.
response schedule_problem(const error& fault);

/// What a path names that can be no scheduled job of the caller's.
response schedule_not_found();

} // namespace callboard::http
