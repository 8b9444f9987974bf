#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include <callboard/schedule_service.hpp>

#include "core/schedules/schedule_check.hpp"

namespace callboard::actors {

/// The arguments of `schedule_service::create`, checked on the caller's thread.
struct create_schedule {
  std::string organisation;
  schedule_definition wanted;
  /// What `wanted` says about when the job is due; its zone is there.
  core::parsed_timing parsed;
  callback<scheduled_job_ptr> done;
};

/// The arguments of `schedule_service::list`.
struct list_schedules {
  schedule_query query;
  callback<std::vector<scheduled_job_ptr>> done;
};

/// The arguments of `schedule_service::get`.
struct get_schedule {
  schedule_ref ref;
  callback<scheduled_job_ptr> done;
};

/// The arguments of `schedule_service::update`.
struct update_schedule {
  schedule_ref ref;
  schedule_edit edit;
  /// The time zone that `edit` sets; null: none, or it is not known yet.
  core::zone_ptr zone;
  callback<scheduled_job_ptr> done;
};

/// The arguments of `schedule_service::set_enabled`.
struct enable_schedule {
  schedule_ref ref;
  bool is_enabled = true;
  callback<scheduled_job_ptr> done;
};

/// The arguments of `schedule_service::remove`.
struct remove_schedule {
  schedule_ref ref;
  callback<scheduled_job_ptr> done;
};

/// The arguments of `schedule_service::run_now`.
struct run_schedule {
  schedule_ref ref;
  callback<job_ptr> done;
};

/// The arguments of `schedule_service::runs`.
struct list_runs {
  schedule_ref ref;
  run_query query;
  callback<std::vector<job_ptr>> done;
};

/// The arguments of `schedule_service::get_run`.
struct get_one_run {
  schedule_ref ref;
  uuid run;
  callback<job_ptr> done;
};

/// The arguments of `schedule_service::cancel_run`.
struct cancel_one_run {
  schedule_ref ref;
  uuid run;
  std::string reason;
  callback<job_ptr> done;
};

/// The arguments of `schedule_service::next_times`.
struct next_times {
  schedule_ref ref;
  std::optional<system_time> after;
  std::size_t count = 0;
  callback<std::vector<system_time>> done;
};

/// A call of `schedule_service`.
using schedule_call
  = std::variant<create_schedule, list_schedules, get_schedule, update_schedule, enable_schedule,
                 remove_schedule, run_schedule, list_runs, get_one_run, cancel_one_run, next_times>;
using schedule_call_ptr = std::shared_ptr<schedule_call>;
using list_runs_ptr = std::shared_ptr<list_runs>;

} // namespace callboard::actors
