#include "actors/registry/registry.hpp"

#include <algorithm>
#include <utility>

#include "actors/job.hpp"
#include "core/jobs/access.hpp"
#include "core/time_after.hpp"

namespace callboard::actors {

namespace {

/// Scheduled jobs loaded at a time, so that others are not kept waiting for long.
constexpr std::size_t loaded_at_once = 500;

/// When to ask a store again that could not be read.
constexpr std::chrono::seconds load_retry{1};

} // namespace

std::optional<std::size_t> registry_state::agent_of(const callboard::job& one) const {
  const auto found = std::find_if(agents_.begin(), agents_.end(), [&](const agent_info& each) {
    return each.id == one.spec->agent_id;
  });
  if (found == agents_.end())
    return std::nullopt;
  return static_cast<std::size_t>(found - agents_.begin());
}

void registry_state::begin_if_due(job_entry& entry) {
  const auto now = now_of(self_, *context_);
  const auto agent = agent_of(*entry.visible);
  if (!agent && entry.visible->state != job_state::scheduled)
    return apply_without_actor(entry, core::event::agent_gone{});
  auto first = core::resume(entry.visible, now, context_->random);
  if (first.is_changed && !agent && !is_terminal(first.next.record->state))
    first = *core::apply(first.next, core::event::agent_gone{}, now, context_->random);
  const auto wake = core::next_wake(first.next);
  if (!first.is_changed) {
    timers_.arm(entry, wake); // the wall clock was set back
    return;
  }
  auto record = first.next.record;
  if (is_terminal(record->state)) {
    on_update({std::move(record), wake});
    return;
  }
  entry.agent = static_cast<std::uint32_t>(*agent);
  entry.handle = self_->spawn(
    job, context_, job_start{std::move(first.next), registry_actor{self_}, agent_actors_[*agent]});
  on_update({record, wake});
  self_->send(agent_actors_[*agent], atom::offer_v, std::move(record), entry.handle);
}

void registry_state::apply_without_actor(job_entry& entry, const core::job_event& event) {
  const auto now = now_of(self_, *context_);
  auto step = core::apply(core::revived(entry.visible, now), event, now, context_->random);
  if (step && step->is_changed)
    on_update({std::move(step->next.record), core::next_wake(step->next)});
}

void registry_state::park_if_far(job_entry& entry) {
  const auto& record = *entry.visible;
  const auto is_far = record.state == job_state::scheduled && record.spec->kind == job_kind::agent
                      && record.spec->due_at >= loaded_until_;
  const auto is_wanted = entry.calls && (entry.calls->creation || !entry.calls->waiters.empty());
  if (!is_durable_ || !is_far || is_wanted || entry.is_over || !is_stored(entry) || is_ending_)
    return;
  parked_.add(record.spec->organisation);
  counters_.remove(record);
  timers_.disarm(entry);
  jobs_->remove(record.spec->id);
}

job_entry& registry_state::adopt(const job_ptr& record) {
  parked_.remove(record->spec->organisation);
  return hold({core::revived(record, now_of(self_, *context_)), {}, false}, agent_of(*record));
}

void registry_state::fetch(const job_call_ptr& call, bool is_cancel) {
  const auto id = call->ref.id;
  auto& calls = fetches_[id];
  calls.push_back({call, is_cancel});
  if (calls.size() > 1)
    return;
  self_->request(reader_, caf::infinite, atom::fetch_v, id)
    .then([this, id](const found_job& found) { on_fetched(id, found); },
          [this, id](const caf::error&) {
            on_fetched(id, fail(errc::unavailable, "the store does not answer"));
          });
}

void registry_state::on_fetched(const uuid& id, const found_job& found) {
  auto calls = fetches_.extract(id);
  for (const auto& [call, is_cancel] : calls.mapped()) {
    if (!jobs_->find(id)) {
      if (!found) {
        call->done(fail(errc::unavailable, "the store cannot be read"));
        continue;
      }
      auto seen = core::visible_to(call->ref, *found);
      if (!seen) {
        call->done(std::move(seen));
        continue;
      }
      const auto state = (*found)->state;
      if (is_terminal(state) || state != job_state::scheduled || is_ending_) {
        if (!is_cancel)
          call->done(std::move(seen));
        else if (is_terminal(state))
          call->done(fail_as_over(state));
        else
          call->done(fail(errc::unavailable, "server is shutting down"));
        continue;
      }
      adopt(*found);
    }
    if (is_cancel)
      on_cancel(call);
    else
      on_wait(call);
  }
  if (auto* entry = jobs_->find(id))
    park_if_far(*entry);
  drain_if_quiet();
}

void registry_state::load_delayed() {
  next_load_.reset();
  if (is_ending_)
    return;
  loaded_until_ = std::max(loaded_until_, now_of(self_, *context_).wall + delayed_horizon);
  load_page(loaded_until_);
}

void registry_state::load_page(system_time until) {
  const auto again = [this](std::chrono::nanoseconds after) {
    next_load_ = self_->clock().now() + after;
    arm();
  };
  self_
    ->request(reader_, caf::infinite, atom::load_v,
              delayed_window{load_from_, until, loaded_at_once})
    .then(
      [this, until, again](const loaded_jobs& loaded) {
        if (is_ending_)
          return;
        if (!loaded)
          return again(load_retry);
        for (const auto& record : *loaded)
          if (!jobs_->find(record->spec->id))
            adopt(record);
        if (loaded->size() < loaded_at_once) {
          load_from_ = {until, {}};
          // Sooner if the clock was set meanwhile.
          const auto ahead = until - now_of(self_, *context_).wall;
          return again(std::max<std::chrono::nanoseconds>(ahead - delayed_horizon / 2, {}));
        }
        load_from_ = {loaded->back()->spec->due_at, loaded->back()->spec->id};
        load_page(until);
      },
      [](const caf::error&) {
        // The reader has ended, and the engine with it.
      });
}

} // namespace callboard::actors
