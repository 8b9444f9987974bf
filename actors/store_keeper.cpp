#include "actors/store_keeper.hpp"

#include <exception>
#include <utility>

#include "core/jobs/access.hpp"
#include "core/schedules/schedule_rules.hpp"
#include "core/sessions/session_rules.hpp"

namespace callboard::actors {

namespace {

/// What a caller is told of a list that could not be read.
error told_of(error fault) {
  if (fault.code == errc::capacity)
    return fault; // it asked for too much
  return {errc::unavailable, "the store cannot be read"};
}

/// Stores report by value; one that throws all the same has failed.
template <class Call>
auto guarded(Call call) -> decltype(call()) {
  try {
    return call();
  } catch (const std::exception& fault) {
    return fail(errc::io, fault.what());
  }
}

} // namespace

store_keeper_state::store_keeper_state(store_keeper_actor::pointer selfptr) : self(selfptr) {
  // nop
}

store_keeper_actor::behavior_type store_keeper_state::make_behavior(std::shared_ptr<store> what) {
  jobs = std::move(what);
  return {
    [this](atom::commit, const store_batch_ptr& batch) { return on_commit(*batch); },
    [this](atom::sweep, const retention_sweep& sweep) { return on_sweep(sweep); },
    [this](atom::fetch, const uuid& id) { return on_fetch(id); },
    [this](atom::load, const delayed_window& window) { return on_load(window); },
    [this](atom::sweep, const run_sweep& sweep) { return on_sweep(sweep); },
    [this](atom::list, const list_runs_ptr& call) { on_list_runs(*call); },
    [this](atom::list, const list_messages_ptr& call) { on_list_messages(*call); },
    [this](atom::load, const history_call_ptr& call) { on_load_history(*call); },
    [this](atom::sweep, const leftover_sweep& sweep) { return on_sweep(sweep); },
    [this](atom::find, const job_call_ptr& call) { on_find(*call); },
    [this](atom::list, const list_call_ptr& call) { on_list(*call); },
  };
}

store_outcome store_keeper_state::on_commit(const store_batch& batch) {
  std::vector<schedule_change> schedules;
  for (const auto& [id, record] : batch.schedules)
    schedules.push_back({id, core::as_stored(record)});
  std::vector<session_change> sessions;
  for (const auto& [id, change] : batch.sessions)
    sessions.push_back(change);
  return guarded([&] {
    return jobs->apply({batch.snapshots, batch.erased, schedules, sessions, batch.messages});
  });
}

sweep_outcome store_keeper_state::on_sweep(const retention_sweep& what) {
  return guarded([&] { return jobs->erase_finished(what.kind, what.before, what.limit); });
}

found_job store_keeper_state::on_fetch(const uuid& id) {
  return guarded([&] { return jobs->find(id); });
}

loaded_jobs store_keeper_state::on_load(const delayed_window& window) {
  return guarded([&] { return jobs->load_delayed(window.from, window.until, window.limit); });
}

sweep_outcome store_keeper_state::on_sweep(const run_sweep& what) {
  return guarded([&] { return jobs->erase_runs(what.schedules, what.keep, what.limit); });
}

void store_keeper_state::on_list_runs(const list_runs& call) {
  auto found = guarded([&] { return jobs->load_runs(call.query); });
  if (!found)
    call.done(tl::unexpected(told_of(std::move(found.error()))));
  else
    call.done(std::move(found));
}

void store_keeper_state::on_list_messages(const list_messages& call) {
  auto found = guarded([&] { return jobs->load_messages(call.query); });
  if (!found)
    call.done(tl::unexpected(core::unavailable_error(told_of(std::move(found.error())))));
  else
    call.done(*std::move(found));
}

void store_keeper_state::on_load_history(const history_call& call) {
  call.done(guarded([&] { return jobs->load_history(call.query); }));
}

sweep_outcome store_keeper_state::on_sweep(const leftover_sweep& what) {
  return guarded([&] { return jobs->erase_leftovers(what.limit); });
}

void store_keeper_state::on_find(const job_call& call) {
  auto found = guarded([&] { return jobs->find(call.ref.id); });
  if (!found)
    call.done(fail(errc::unavailable, "the store cannot be read"));
  else
    call.done(core::visible_to(call.ref, std::move(*found)));
}

void store_keeper_state::on_list(const list_call& call) {
  auto page = guarded([&] { return jobs->query(call.query); });
  if (!page)
    call.done(tl::unexpected(told_of(std::move(page.error()))));
  else
    call.done(std::move(page));
}

store_keeper_actor::behavior_type store_keeper(
  store_keeper_actor::stateful_pointer<store_keeper_state> self, std::shared_ptr<store> jobs) {
  return self->state.make_behavior(std::move(jobs));
}

} // namespace callboard::actors
