#include "actors/registry/delayed_jobs.hpp"

#include <algorithm>
#include <utility>

#include "actors/registry/outbox.hpp"
#include "core/jobs/access.hpp"

namespace callboard::actors {

namespace {

/// Jobs loaded at a time, so that other messages do not wait long.
constexpr std::size_t loaded_at_once = 500;

/// When to ask a store again that could not be read.
constexpr std::chrono::seconds load_retry{1};

/// Answers a call for a job that does not come back.
void answer(const job_call& call, bool is_cancel, const job_ptr& found) {
  if (!is_cancel)
    call.done(found);
  else if (is_terminal(found->state))
    call.done(fail_as_over(found->state));
  else
    call.done(fail(errc::unavailable, "server is shutting down"));
}

} // namespace

void delayed_jobs::begin(delayed_job_home& home, core::organisation_counts held,
                         system_time horizon, bool loads) {
  home_ = &home;
  counts_ = std::move(held);
  horizon_ = horizon;
  load_from_ = {horizon, {}};
  if (loads)
    load_after(delayed_horizon / 2);
}

bool delayed_jobs::is_far(const callboard::job& one) const noexcept {
  return one.state == job_state::scheduled && one.spec->kind == job_kind::agent
         && one.spec->due_at >= horizon_;
}

void delayed_jobs::leave(const callboard::job& one) {
  counts_.add(one.spec->organisation);
}

void delayed_jobs::take(const callboard::job& one) {
  counts_.remove(one.spec->organisation);
}

void delayed_jobs::fetch(const job_call_ptr& call, bool is_cancel, resume then) {
  const auto id = call->ref.id;
  auto& calls = fetches_[id];
  calls.push_back({call, is_cancel, std::move(then)});
  if (calls.size() > 1)
    return;
  out_.fetch(id, [this, id](const found_job& found) { on_fetched(id, found); });
}

void delayed_jobs::on_fetched(const uuid& id, const found_job& found) {
  auto calls = fetches_.extract(id);
  for (const auto& [call, is_cancel, then] : calls.mapped()) {
    if (!home_->holds(id)) {
      if (!found) {
        call->done(fail(errc::unavailable, "the store cannot be read"));
        continue;
      }
      auto seen = core::visible_to(call->ref, *found);
      if (!seen) {
        call->done(std::move(seen));
        continue;
      }
      if ((*seen)->state != job_state::scheduled || is_stopped_) {
        answer(*call, is_cancel, *seen);
        continue;
      }
      home_->adopt(*found);
    }
    then(call);
  }
  home_->release(id);
}

void delayed_jobs::load() {
  next_load_.reset();
  if (is_stopped_)
    return;
  horizon_ = std::max(horizon_, out_.now().wall + delayed_horizon);
  load_page(horizon_);
}

void delayed_jobs::hurry() {
  if (next_load_)
    next_load_ = out_.now().steady;
}

void delayed_jobs::load_after(std::chrono::nanoseconds wait) {
  next_load_ = out_.now().steady + wait;
}

void delayed_jobs::load_page(system_time until) {
  out_.load({load_from_, until, loaded_at_once},
            [this, until](const loaded_jobs& loaded) { on_loaded(loaded, until); });
}

void delayed_jobs::on_loaded(const loaded_jobs& loaded, system_time until) {
  if (is_stopped_)
    return;
  if (!loaded)
    return load_after(load_retry);
  for (const auto& record : *loaded)
    if (!home_->holds(record->spec->id))
      home_->adopt(record);
  if (loaded->size() < loaded_at_once) {
    load_from_ = {until, {}};
    // Sooner if the clock was set meanwhile.
    const auto ahead = until - out_.now().wall;
    return load_after(std::max<std::chrono::nanoseconds>(ahead - delayed_horizon / 2, {}));
  }
  load_from_ = {loaded->back()->spec->due_at, loaded->back()->spec->id};
  load_page(until);
}

} // namespace callboard::actors
