#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include <callboard/job.hpp>
#include <callboard/time.hpp>

#include "http/api/agent_jobs/job_type_table.hpp"
#include "http/api/query_reader.hpp"
#include "http/message/message.hpp"

namespace callboard::http {

/// What the making of an agent job depends on besides the request.
struct agent_job_context {
  const job_type_table& types;
  /// Now.
  system_time now;
  /// A random whole number from 0 to its argument, each as likely.
  std::function<std::int64_t(std::int64_t)> random_up_to;
};

/// The job that POST /services/agent-jobs asks for, or the refusal. All faults of fields are told at
/// once, those of `params` and of the query included.
/// @param query the request's query, from which other parameters may have been read.
tl::expected<new_job, response> read_new_agent_job(const request& asked, query_reader& query,
                                                   const agent_job_context& around);

} // namespace callboard::http
