#include "core/schedules/rollback.hpp"

#include <utility>

namespace callboard::core {

live_schedule roll_back_edit(const live_schedule& before, const live_schedule& changed,
                             const live_schedule& held, system_time now) {
  const auto& old = *before.record;
  const auto& edited = *changed.record;
  auto made = std::make_shared<scheduled_job>(*held.record);
  made->definition = old.definition;
  // The version of the edit may have been seen: it is not used again.
  ++made->version;
  made->updated_at = old.updated_at;
  made->paused_at = old.paused_at;
  // An edit that did not touch when it is due: it may have fired since, its zone may be back.
  const auto is_due_as_before
    = before.when == changed.when
      && held.record->definition->is_enabled == old.definition->is_enabled;
  if (!is_due_as_before) {
    made->grid_start = old.grid_start;
    made->blocked_since = old.blocked_since;
  }
  if (is_due_as_before) {
    // Nothing to take back.
  } else if (made->next_run_at == edited.next_run_at) {
    made->next_run_at = old.next_run_at;
    made->status = old.status;
  } else if (old.next_run_at) {
    // It has fired since; the old time must not come back.
    made->next_run_at = next_due(*before.when, now);
    made->status = made->next_run_at ? schedule_status::active : schedule_status::completed;
  } else {
    made->status = old.status;
    made->next_run_at.reset();
  }
  // The edit may have dropped what waited, counted it as skipped, or found that times were missed.
  made->skipped_count = old.skipped_count + (made->skipped_count - edited.skipped_count);
  made->missed_count = old.missed_count + (made->missed_count - edited.missed_count);
  if (made->waiting_for == edited.waiting_for)
    made->waiting_for = old.waiting_for;
  if (made->catch_up == edited.catch_up)
    made->catch_up = old.catch_up;
  return {std::move(made), is_due_as_before ? held.when : before.when};
}

live_schedule roll_back_start(const live_schedule& before, const live_schedule& held,
                              const uuid& run) {
  auto made = std::make_shared<scheduled_job>(*held.record);
  if (made->last_run && made->last_run->spec->id == run) {
    // It was over before it was known that it cannot be stored.
    if (made->last_run->state == job_state::failed || made->last_run->state == job_state::timeout)
      --made->failure_count;
    made->last_run = before.record->last_run;
  }
  --made->run_count;
  // Unless another run has started since.
  if (made->run_count == before.record->run_count)
    made->last_run_at = before.record->last_run_at;
  return {std::move(made), held.when};
}

} // namespace callboard::core
