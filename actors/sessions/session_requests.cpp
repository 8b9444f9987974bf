#include "actors/sessions/session_requests.hpp"

#include <memory>
#include <utility>
#include <variant>

#include "actors/registry/outbox.hpp"
#include "actors/registry/waiters.hpp"
#include "actors/registry/write_behind.hpp"
#include "core/sessions/session_rules.hpp"
#include "core/time_after.hpp"

namespace callboard::actors {

namespace {

/// What lists take.
constexpr std::size_t page_max = 1000;

/// A message ends by its deadline. Who waits for that has no time of its own.
constexpr std::chrono::hours wait_max{24 * 365};

auto failed(session_error why) {
  return tl::unexpected<session_error>(std::move(why));
}

const error not_stored{errc::unavailable, "sessions cannot be stored at the moment"};

session_error wrong_limit() {
  session_error made;
  made.code = session_errc::invalid_argument;
  made.field = "limit";
  made.message = "limit must be between 1 and 1000";
  return made;
}

} // namespace

session_requests::session_requests(const live_job_parts& parts, job_admission& admission,
                                   live_jobs& live, sessions& held)
  : parts_(parts), admission_(admission), live_(live), held_(held), started_(parts.out.now()) {
  // nop
}

void session_requests::answer(session_call& call) {
  held_.on_due();
  std::visit([this](auto& one) { on(one); }, call);
}

session_result<core::session_entry*> session_requests::find(const session_ref& ref) {
  auto* const entry = held_.index().find(ref.id);
  if (!entry || entry->is_hidden
      || (!ref.organisation.empty() && ref.organisation != entry->current->spec->organisation))
    return failed(core::not_found_error());
  return entry;
}

session_result<core::session_entry*> session_requests::find_open(const session_ref& ref) {
  auto found = find(ref);
  if (found && ((*found)->is_expired || is_expired(*(*found)->current, parts_.out.now().wall)))
    return failed(core::expired_error(*(*found)->current));
  return found;
}

session_result<void> session_requests::check_store() const {
  if (auto why = admission_.refusal())
    return failed(core::unavailable_error(std::move(*why)));
  return {};
}

session_state session_requests::state_of(session_ptr one) const {
  return {std::move(one), parts_.out.now().wall};
}

void session_requests::answer_when_stored(session_state what,
                                          session_callback<session_state> done) {
  if (!parts_.context.is_durable) {
    parts_.writes.flush_if_idle();
    return done(std::move(what));
  }
  parts_.writes.answer_when_stored(
    [what = std::move(what), done = std::move(done)](bool is_stored) {
      if (is_stored)
        done(what);
      else
        done(failed(core::unavailable_error(not_stored)));
    });
  parts_.writes.flush_if_idle();
}

void session_requests::change(core::session_entry& entry, session next,
                              session_callback<session_state> done) {
  held_.put(entry, std::move(next));
  answer_when_stored(state_of(entry.current), std::move(done));
}

void session_requests::on(create_session& call) {
  auto& wanted = call.wanted;
  if (auto ok = core::check(wanted); !ok)
    return call.done(failed(std::move(ok.error())));
  if (!parts_.context.agents.find(wanted.agent_id))
    return call.done(failed(core::agent_error(wanted.agent_id)));
  const auto& limits = parts_.context.options.sessions;
  if (held_.index().counts().active >= limits.sessions_max)
    return call.done(failed(core::full_error(limits.sessions_max)));
  if (auto ok = check_store(); !ok)
    return call.done(failed(std::move(ok.error())));
  const auto now = parts_.out.now().wall;
  auto spec = std::make_shared<session_spec>();
  spec->id = parts_.out.next_id(now);
  spec->channel_id = parts_.out.next_id(now);
  spec->organisation = std::move(wanted.organisation);
  spec->agent_id = wanted.agent_id;
  spec->user_id = std::move(wanted.user_id);
  spec->metadata
    = wanted.metadata.is_empty() ? json_text::from_valid("{}") : std::move(wanted.metadata);
  spec->created_at = now;
  const auto timeouts = core::timeouts_for(wanted.timeouts, limits);
  auto& entry
    = held_.add(std::make_shared<const session>(core::begin_session(std::move(spec), timeouts)));
  parts_.writes.put_session(entry.current->spec->id, {entry.current->spec->id, entry.current, 0});
  answer_when_stored(state_of(entry.current), std::move(call.done));
}

void session_requests::on(get_session& call) {
  const auto found = find_open(call.ref);
  if (!found)
    return call.done(failed(found.error()));
  call.done(state_of((*found)->current));
}

void session_requests::on(list_sessions& call) {
  if (call.limit < 1 || call.limit > page_max)
    return call.done(failed(wrong_limit()));
  const auto& index = held_.index();
  const auto counts
    = call.organisation.empty() ? index.counts() : index.counts_of(call.organisation);
  call.done(session_list{index.newest(call.organisation, call.limit), counts.active, counts.expired,
                         parts_.out.now().wall});
}

void session_requests::on(session_health_call& call) {
  const auto now = parts_.out.now();
  session_health made;
  made.is_healthy = admission_.has_room();
  made.active = held_.index().counts().active;
  held_.index().for_each([&](const core::session_entry& entry) {
    if (!entry.is_hidden && is_near_expiration(*entry.current, now.wall))
      ++made.near_expiration;
  });
  made.as_of = now.wall;
  made.uptime = std::chrono::floor<std::chrono::milliseconds>(now.steady - started_.steady);
  call.done(made);
}

void session_requests::on(renew_session& call) {
  const auto found = find_open(call.ref);
  if (!found)
    return call.done(failed(found.error()));
  if (auto ok = check_store(); !ok)
    return call.done(failed(std::move(ok.error())));
  auto& entry = **found;
  change(entry, core::renewed(*entry.current, parts_.out.now().wall), std::move(call.done));
}

void session_requests::on(session_heartbeat& call) {
  const auto found = find_open(call.ref);
  if (!found)
    return call.done(failed(found.error()));
  if (auto ok = check_store(); !ok)
    return call.done(failed(std::move(ok.error())));
  auto& entry = **found;
  change(entry, core::after_activity(*entry.current, parts_.out.now().wall), std::move(call.done));
}

void session_requests::on(change_session& call) {
  const auto found = find_open(call.ref);
  if (!found)
    return call.done(failed(found.error()));
  auto& entry = **found;
  const auto timeouts
    = core::changed(entry.current->timeouts, call.change, parts_.context.options.sessions);
  if (!timeouts)
    return call.done(failed(timeouts.error()));
  if (auto ok = check_store(); !ok)
    return call.done(failed(std::move(ok.error())));
  change(entry, core::with_timeouts(*entry.current, *timeouts), std::move(call.done));
}

void session_requests::on(remove_session& call) {
  const auto found = find(call.ref);
  if (!found)
    return call.done(failed(found.error()));
  if (auto ok = check_store(); !ok)
    return call.done(failed(std::move(ok.error())));
  auto& entry = **found;
  const auto id = entry.current->spec->id;
  auto was = state_of(entry.current);
  held_.begin_removal(entry);
  if (!parts_.context.is_durable) {
    held_.finish_removal(id);
    parts_.writes.flush_if_idle();
    return call.done(std::move(was));
  }
  parts_.writes.answer_when_stored(
    [this, id, was = std::move(was), done = std::move(call.done)](bool is_stored) {
      if (is_stored)
        held_.finish_removal(id);
      else
        held_.undo_removal(id);
      if (is_stored)
        done(was);
      else
        done(failed(core::unavailable_error(not_stored)));
    });
  parts_.writes.flush_if_idle();
}

void session_requests::on(list_messages& call) {
  const auto found = find_open(call.ref);
  if (!found)
    return call.done(failed(found.error()));
  if (call.query.limit < 1 || call.query.limit > page_max)
    return call.done(failed(wrong_limit()));
  auto asked = std::make_shared<list_messages>(std::move(call));
  asked->query.session_id = (*found)->current->spec->id;
  // Messages are delivered in order: what was acknowledged before is in the store when it is asked.
  if (!parts_.context.is_durable)
    parts_.writes.flush();
  parts_.out.list(std::move(asked));
}

// -- messages ------------------------------------------------------------------

session_result<listed_agent*> session_requests::admit(const core::session_entry& entry,
                                                      const send_message& call) {
  if (auto ok = core::check(call.what); !ok)
    return failed(std::move(ok.error()));
  const auto& spec = *entry.current->spec;
  auto* const agent = parts_.context.agents.find(spec.agent_id);
  if (!agent)
    return failed(core::agent_error(spec.agent_id));
  const auto waiting = held_.turns().size(spec.id);
  if (waiting >= parts_.context.options.sessions.waiting_max)
    return failed(core::waiting_error(waiting));
  if (auto why = admission_.refusal())
    return failed(core::refused_error(std::move(*why)));
  return agent;
}

void session_requests::on(send_message& call) {
  const auto found = find_open(call.ref);
  if (!found)
    return call.accepted(failed(found.error()));
  const auto agent = admit(**found, call);
  if (!agent)
    return call.accepted(failed(agent.error()));
  take(**found, **agent, call);
}

void session_requests::take(core::session_entry& entry, listed_agent& agent, send_message& call) {
  const auto now = parts_.out.now();
  const auto before = entry.current;
  const auto& of = *before->spec;
  session_message said;
  said.id = parts_.out.next_id(now.wall);
  said.session_id = of.id;
  said.author_id = of.user_id;
  said.created_at = core::next_message_time(*before, now.wall);
  said.turn = said.created_at;
  said.content = std::make_shared<const std::string>(call.what.content);
  said.metadata = call.what.metadata;
  new_job wanted;
  wanted.organisation = of.organisation;
  wanted.agent_id = of.agent_id;
  wanted.user_id = of.user_id;
  wanted.metadata = core::job_metadata(of, call.what.metadata);
  wanted.content = std::move(call.what.content);
  wanted.time_limit = call.what.time_limit;
  wanted.session
    = std::make_shared<const session_turn>(session_turn{of.id, said.id, said.created_at});
  auto spec = admission_.admit(std::move(wanted), &agent, now);
  if (!spec)
    return call.accepted(failed(core::refused_error(std::move(spec.error()))));
  // After the places of the job itself, as for any job.
  if (call.ended && !parts_.waiting.has_room())
    return call.accepted(failed(
      core::refused_error({errc::capacity, "as many calls wait as allowed ("
                                             + std::to_string(parts_.waiting.size_max()) + ')'})));
  auto grown = core::with_message(core::after_activity(*before, now.wall), said.created_at,
                                  parts_.context.options.sessions.messages_max);
  const auto was_renewed = grown.record.renewal_count > before->renewal_count;
  // First: a batch may be sent with the job.
  parts_.writes.add_message(said);
  held_.put(entry, std::move(grown.record), grown.dropped);
  sent_message taken{std::move(said), {entry.current, now.wall}, was_renewed, nullptr};
  auto& job = live_.hold(core::begin(*std::move(spec), now, parts_.out.random()), &agent);
  taken.job = job.visible;
  if (!parts_.context.is_durable)
    return accept(std::move(taken), call);
  auto answered = std::make_shared<submit_call>();
  answered->done
    = [this, taken = std::move(taken),
       call = std::make_shared<send_message>(std::move(call))](const result<job_ptr>& stored) {
        if (stored)
          accept(taken, *call);
        else
          call->accepted(failed(core::unavailable_error(stored.error())));
      };
  job.calls = std::make_unique<entry_calls>();
  job.calls->creation
    = std::make_unique<pending_creation>(pending_creation{std::move(answered), job.visible});
}

void session_requests::accept(sent_message taken, send_message& call) {
  const auto id = taken.job->spec->id;
  call.accepted(std::move(taken));
  auto* const job = live_.find(id);
  if (!call.ended || !job)
    return;
  auto told = [this, ended = std::move(call.ended)](const result<job_ptr>& end) {
    if (end)
      ended(end_of(*end));
  };
  if (is_terminal(job->visible->state) || parts_.context.is_ending)
    return told(job->visible);
  // Its place among those who wait was there when the message came in.
  parts_.waiting.add(*job, std::move(told), core::time_after(parts_.out.now().steady, wait_max));
}

message_end session_requests::end_of(const job_ptr& ended) const {
  message_end made{ended, std::nullopt};
  if (ended->state == job_state::completed)
    made.answer
      = core::answer_of(*ended, held_.answered_at(ended->spec->id).value_or(*ended->finished_at));
  return made;
}

} // namespace callboard::actors
