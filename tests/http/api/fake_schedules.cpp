#include "tests/http/api/fake_schedules.hpp"

#include <utility>

namespace callboard::tests {

void fake_schedules::create(std::string, schedule_definition wanted,
                            callback<scheduled_job_ptr> done) {
  if (auto faults = find_faults(wanted); !faults.empty())
    return done(fail(std::move(faults)));
  created.push_back(std::move(wanted));
  done(job);
}

void fake_schedules::list(schedule_query query, callback<std::vector<scheduled_job_ptr>> done) {
  listed.push_back(std::move(query));
  done(jobs);
}

void fake_schedules::get(schedule_ref ref, callback<scheduled_job_ptr> done) {
  asked.push_back(std::move(ref));
  done(job);
}

void fake_schedules::update(schedule_ref ref, schedule_edit edit,
                            callback<scheduled_job_ptr> done) {
  edits.push_back(std::move(edit));
  get(std::move(ref), std::move(done));
}

void fake_schedules::set_enabled(schedule_ref ref, bool, callback<scheduled_job_ptr> done) {
  get(std::move(ref), std::move(done));
}

void fake_schedules::remove(schedule_ref ref, callback<scheduled_job_ptr> done) {
  get(std::move(ref), std::move(done));
}

void fake_schedules::run_now(schedule_ref ref, callback<job_ptr> done) {
  asked.push_back(std::move(ref));
  if (!job)
    done(tl::unexpected(job.error()));
  else if (finished_runs.empty())
    done(fail(errc::capacity, "there is no room"));
  else
    done(finished_runs.front());
}

void fake_schedules::runs(schedule_ref, run_query query, callback<std::vector<job_ptr>> done) {
  run_lists.push_back(std::move(query));
  done(finished_runs);
}

void fake_schedules::get_run(schedule_ref ref, uuid run, callback<job_ptr> done) {
  asked.push_back(std::move(ref));
  asked_runs.push_back(run);
  for (const auto& each : finished_runs)
    if (each->spec->id == run)
      return done(each);
  done(fail(errc::not_found, "run not found"));
}

void fake_schedules::cancel_run(schedule_ref ref, uuid run, std::string reason,
                                callback<job_ptr> done) {
  asked.push_back(std::move(ref));
  asked_runs.push_back(run);
  cancel_reasons.push_back(std::move(reason));
  done(canceled);
}

void fake_schedules::next_times(schedule_ref, std::optional<system_time> after, std::size_t count,
                                callback<std::vector<system_time>> done) {
  done(std::vector<system_time>(count, after.value_or(system_time{})));
}

} // namespace callboard::tests
