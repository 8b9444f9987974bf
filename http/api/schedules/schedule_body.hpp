#pragma once

#include <optional>

#include <callboard/schedule_service.hpp>

#include "http/message/message.hpp"

namespace callboard::http {

/// The definition in the body of POST /api/jobs; or 400 with all that is wrong. If each member is of its
/// type, what else is wrong with it is left to the engine, which parses the schedule.
/// @param default_retry stands in for what a policy leaves out.
tl::expected<schedule_definition, response> read_new_schedule(
  const request& asked, const std::optional<retry_policy>& default_retry);

/// The change in the body of PATCH /api/jobs/:id; or 400 with all that is wrong as far as that can be
/// told without the job.
tl::expected<schedule_edit, response> read_schedule_edit(
  const request& asked, const std::optional<retry_policy>& default_retry);

} // namespace callboard::http
