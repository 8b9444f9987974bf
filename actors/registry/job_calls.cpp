#include "actors/registry/job_calls.hpp"

#include <string>
#include <utility>

#include "actors/registry/outbox.hpp"
#include "actors/registry/waiters.hpp"
#include "actors/registry/write_behind.hpp"
#include "core/jobs/access.hpp"
#include "core/jobs/validation.hpp"
#include "core/time_after.hpp"

namespace callboard::actors {

void job_calls::submit(const submit_call_ptr& call) {
  if (auto why = admission_.refusal())
    return call->done(tl::unexpected(std::move(*why)));
  const auto agent = parts_.context.agents.choose(call->wanted);
  if (!agent)
    return call->done(tl::unexpected(agent.error()));
  const auto now = parts_.out.now();
  auto spec = admission_.admit(std::move(call->wanted), *agent, now);
  if (!spec)
    return call->done(tl::unexpected(std::move(spec.error())));
  auto& entry = live_.hold(core::begin(std::move(*spec), now, parts_.out.random()), *agent);
  if (!parts_.context.is_durable) {
    acknowledge(entry, {call, entry.visible});
    return;
  }
  entry.calls = std::make_unique<entry_calls>();
  entry.calls->creation = std::make_unique<pending_creation>(pending_creation{call, entry.visible});
}

void job_calls::acknowledge(job_entry& entry) {
  if (entry.calls && entry.calls->creation)
    acknowledge(entry, std::move(*std::exchange(entry.calls->creation, nullptr)));
}

void job_calls::acknowledge(job_entry& entry, pending_creation creation) {
  auto& call = *creation.call;
  if (call.wait.count() > 0)
    // The job is there, whether or not its end can be awaited.
    add_waiter(entry, std::move(call.done), call.wait, entry.visible);
  else
    call.done(std::move(creation.first));
}

void job_calls::refuse(job_entry& entry) {
  const error why{errc::unavailable, "jobs cannot be stored at the moment"};
  const auto creation = std::exchange(entry.calls->creation, nullptr);
  // A snapshot that went into the batch meanwhile is not to be stored.
  parts_.writes.take_back(entry.batch);
  if (creation->on_refused)
    creation->on_refused();
  creation->call->done(tl::unexpected(why));
  parts_.waiting.refuse(entry, why);
  live_.discard(entry);
}

void job_calls::add_waiter(job_entry& entry, callback<job_ptr> done, std::chrono::milliseconds wait,
                           result<job_ptr> without_room) {
  if (is_terminal(entry.visible->state) || wait.count() <= 0 || parts_.context.is_ending)
    done(entry.visible);
  else if (!parts_.waiting.has_room())
    done(std::move(without_room));
  else
    parts_.waiting.add(entry, std::move(done), core::time_after(parts_.out.now().steady, wait));
}

job_entry* job_calls::entry_for(const job_call_ptr& call) {
  auto* const entry = live_.find(call->ref.id);
  auto seen = core::visible_to(call->ref, entry ? entry->visible : nullptr);
  if (seen)
    return entry;
  call->done(std::move(seen));
  return nullptr;
}

void job_calls::get(const job_call_ptr& call) {
  if (parts_.context.is_durable && !live_.holds(call->ref.id))
    parts_.out.find(call);
  else if (const auto* entry = entry_for(call))
    call->done(entry->visible);
}

void job_calls::wait(const job_call_ptr& call) {
  if (parts_.context.is_durable && !live_.holds(call->ref.id))
    return parts_.delayed.fetch(call, false, [this](const job_call_ptr& again) { wait(again); });
  if (auto* entry = entry_for(call))
    add_waiter(*entry, std::move(call->done), call->wait,
               fail(errc::capacity, "too many calls are waiting (at most "
                                      + std::to_string(parts_.waiting.size_max()) + ')'));
}

void job_calls::cancel(const job_call_ptr& call) {
  if (parts_.context.is_durable && !live_.holds(call->ref.id))
    return parts_.delayed.fetch(call, true, [this](const job_call_ptr& again) { cancel(again); });
  if (auto* entry = entry_for(call))
    cancel(*entry, call);
}

void job_calls::cancel(job_entry& entry, const job_call_ptr& call) {
  if (is_terminal(entry.visible->state))
    return call->done(fail_as_over(entry.visible->state));
  if (parts_.context.is_ending && !entry.has_actor)
    // Left for the next start: nothing here can change it any more.
    return call->done(fail(errc::unavailable, "server is shutting down"));
  parts_.waiting.add_cancel(entry, std::move(call->done));
  if (entry.has_actor)
    parts_.out.cancel(entry, std::move(call->reason));
  else if (!entry.is_over)
    live_.apply(entry, core::event::cancel_asked{std::move(call->reason)});
}

void job_calls::list(const list_call_ptr& call) {
  if (auto ok = core::check_query(call->query); !ok)
    return call->done(tl::unexpected(std::move(ok.error())));
  // Messages are delivered in order: what was acknowledged before is in the store when it is asked.
  if (!parts_.context.is_durable)
    parts_.writes.flush();
  parts_.out.list(call);
}

} // namespace callboard::actors
