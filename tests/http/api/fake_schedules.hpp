#pragma once

#include <functional>
#include <vector>

#include <callboard/schedule_service.hpp>

namespace callboard::tests {

/// Scheduled jobs whose answers a test sets; it calls back inside the call.
class fake_schedules final : public schedule_service {
public:
  void create(std::string organisation, schedule_definition wanted,
              callback<scheduled_job_ptr> done) override;
  void list(schedule_query query, callback<std::vector<scheduled_job_ptr>> done) override;
  void get(schedule_ref ref, callback<scheduled_job_ptr> done) override;
  void update(schedule_ref ref, schedule_edit edit, callback<scheduled_job_ptr> done) override;
  void set_enabled(schedule_ref ref, bool is_enabled, callback<scheduled_job_ptr> done) override;
  void remove(schedule_ref ref, callback<scheduled_job_ptr> done) override;
  void run_now(schedule_ref ref, callback<job_ptr> done) override;
  void runs(schedule_ref ref, run_query query, callback<std::vector<job_ptr>> done) override;
  void get_run(schedule_ref ref, uuid run, callback<job_ptr> done) override;
  void cancel_run(schedule_ref ref, uuid run, std::string reason, callback<job_ptr> done) override;
  void next_times(schedule_ref ref, std::optional<system_time> after, std::size_t count,
                  callback<std::vector<system_time>> done) override;

  /// What single jobs are answered with.
  result<scheduled_job_ptr> job = fail(errc::not_found, "job not found");
  /// What lists and runs are answered with.
  std::vector<scheduled_job_ptr> jobs;
  std::vector<job_ptr> finished_runs;
  /// What canceling a run is answered with.
  result<job_ptr> canceled = fail_as_over(job_state::completed);

  // What was asked.
  std::vector<schedule_definition> created;
  std::vector<schedule_edit> edits;
  std::vector<schedule_ref> asked;
  std::vector<schedule_query> listed;
  std::vector<run_query> run_lists;
  std::vector<uuid> asked_runs;
  std::vector<std::string> cancel_reasons;
};

} // namespace callboard::tests
