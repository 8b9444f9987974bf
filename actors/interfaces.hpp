#pragma once

#include <string>

#include <caf/all.hpp>

#include "actors/calls.hpp"

// Everything runs in one process: no message is ever serialised.
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(callboard::uuid)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(callboard::job_ptr)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(callboard::actors::answer_ptr)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(callboard::actors::agent_retry_ptr)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(callboard::actors::job_update)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(callboard::actors::submit_call_ptr)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(callboard::actors::job_call_ptr)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(callboard::actors::list_call_ptr)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(callboard::actors::health_call_ptr)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(callboard::actors::drain_call_ptr)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(callboard::actors::store_batch_ptr)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(callboard::actors::store_outcome)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(callboard::actors::retention_sweep)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(callboard::actors::sweep_outcome)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(callboard::actors::delayed_window)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(callboard::actors::found_job)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(callboard::actors::loaded_jobs)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(callboard::actors::run_sweep)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(callboard::actors::schedule_call_ptr)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(callboard::actors::list_runs_ptr)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(callboard::actors::session_call_ptr)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(callboard::actors::list_messages_ptr)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(callboard::actors::history_call_ptr)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(callboard::actors::history_ptr)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(callboard::actors::leftover_sweep)

CAF_BEGIN_TYPE_ID_BLOCK(callboard, caf::first_custom_type_id)

CAF_ADD_ATOM(callboard, callboard::atom, abandon, "abandon")
CAF_ADD_ATOM(callboard, callboard::atom, abort, "abort")
CAF_ADD_ATOM(callboard, callboard::atom, answer, "answer")
CAF_ADD_ATOM(callboard, callboard::atom, arrange, "arrange")
CAF_ADD_ATOM(callboard, callboard::atom, cancel, "cancel")
CAF_ADD_ATOM(callboard, callboard::atom, commit, "commit")
CAF_ADD_ATOM(callboard, callboard::atom, converse, "converse")
CAF_ADD_ATOM(callboard, callboard::atom, drain, "drain")
CAF_ADD_ATOM(callboard, callboard::atom, fetch, "fetch")
CAF_ADD_ATOM(callboard, callboard::atom, find, "find")
CAF_ADD_ATOM(callboard, callboard::atom, get, "get")
CAF_ADD_ATOM(callboard, callboard::atom, list, "list")
CAF_ADD_ATOM(callboard, callboard::atom, load, "load")
CAF_ADD_ATOM(callboard, callboard::atom, offer, "offer")
CAF_ADD_ATOM(callboard, callboard::atom, pause, "pause")
CAF_ADD_ATOM(callboard, callboard::atom, report, "report")
CAF_ADD_ATOM(callboard, callboard::atom, retry, "retry")
CAF_ADD_ATOM(callboard, callboard::atom, stop, "stop")
CAF_ADD_ATOM(callboard, callboard::atom, submit, "submit")
CAF_ADD_ATOM(callboard, callboard::atom, sweep, "sweep")
CAF_ADD_ATOM(callboard, callboard::atom, take, "take")
CAF_ADD_ATOM(callboard, callboard::atom, update, "update")
CAF_ADD_ATOM(callboard, callboard::atom, wait, "wait")
CAF_ADD_ATOM(callboard, callboard::atom, wake, "wake")

CAF_END_TYPE_ID_BLOCK(callboard)

namespace callboard::actors {

/// The JOB actor interface: one live job. It ends itself with the job.
using job_actor = caf::typed_actor<
  // The agent has a slot for this task and begins.
  caf::reacts_to<atom::take, uuid>,
  // The agent answered this task; what it says about failures.
  caf::reacts_to<atom::answer, uuid, answer_ptr, agent_retry_ptr>,
  // Somebody wants the job canceled, for this reason.
  caf::reacts_to<atom::cancel, std::string>,
  // The time that the job asked for in its last update has come.
  caf::reacts_to<atom::wake>,
  // The engine ends and keeps nothing: fail.
  caf::reacts_to<atom::stop>,
  // The engine ends, or the job was never acknowledged: abort the task and quit silently.
  caf::reacts_to<atom::abandon>>;

/// The AGENT actor interface: the slots and the queue of one configured agent.
using agent_actor = caf::typed_actor<
  // Run the newest task of this job, as soon as there is a slot.
  caf::reacts_to<atom::offer, job_ptr, job_actor>,
  // Give this task up, whether it waits or runs.
  caf::reacts_to<atom::abort, uuid>,
  // INTERNAL: the agent behind the actor answered a task, on whatever thread.
  caf::reacts_to<atom::answer, uuid, answer_ptr>,
  // INTERNAL: the conversation before this task has been read.
  caf::reacts_to<atom::load, uuid, history_ptr>,
  // Start no more tasks: the engine is draining and the store keeps what waits.
  caf::reacts_to<atom::pause>>;

/// What of a STORE KEEPER reads.
using store_reader_actor = caf::typed_actor<
  // Look a job up.
  caf::replies_to<atom::fetch, uuid>::with<found_job>,
  // Load some of the jobs that are scheduled.
  caf::replies_to<atom::load, delayed_window>::with<loaded_jobs>,
  // Look a job up and answer the call.
  caf::reacts_to<atom::find, job_call_ptr>,
  // Look up a page of jobs and answer the call.
  caf::reacts_to<atom::list, list_call_ptr>,
  // Look up the runs of a scheduled job and answer the call.
  caf::reacts_to<atom::list, list_runs_ptr>,
  // Look up a page of a session's messages and answer the call.
  caf::reacts_to<atom::list, list_messages_ptr>,
  // Look up the conversation before a turn and answer the call.
  caf::reacts_to<atom::load, history_call_ptr>>;

/// The STORE KEEPER actor interface: what touches the store, on a thread of its own.
using store_keeper_actor = store_reader_actor::extend<
  // Write a batch: all of it or nothing.
  caf::replies_to<atom::commit, store_batch_ptr>::with<store_outcome>,
  // Erase some of the jobs whose retention has passed.
  caf::replies_to<atom::sweep, retention_sweep>::with<sweep_outcome>,
  // Forget the older runs of scheduled jobs.
  caf::replies_to<atom::sweep, run_sweep>::with<sweep_outcome>,
  // Erase some messages of forgotten sessions.
  caf::replies_to<atom::sweep, leftover_sweep>::with<sweep_outcome>>;

/// The REGISTRY actor interface: what is held, how much, and who waits for it.
using registry_actor = caf::typed_actor<
  // Create a job.
  caf::reacts_to<atom::submit, submit_call_ptr>,
  // Answer with the job as it stands.
  caf::reacts_to<atom::get, job_call_ptr>,
  // Answer when the job has ended, or the time has passed.
  caf::reacts_to<atom::wait, job_call_ptr>,
  // End a live job.
  caf::reacts_to<atom::cancel, job_call_ptr>,
  // Answer with a page of jobs.
  caf::reacts_to<atom::list, list_call_ptr>,
  // Do something with scheduled jobs.
  caf::reacts_to<atom::arrange, schedule_call_ptr>,
  // Do something with sessions.
  caf::reacts_to<atom::converse, session_call_ptr>,
  // Answer with how the engine is.
  caf::reacts_to<atom::report, health_call_ptr>,
  // A job has changed.
  caf::reacts_to<atom::update, job_update>,
  // Take no more jobs, and answer once nothing is under way.
  caf::reacts_to<atom::drain, drain_call_ptr>,
  // INTERNAL: something is due.
  caf::reacts_to<atom::wake>,
  // INTERNAL: the grace period of a drain has passed.
  caf::reacts_to<atom::stop>,
  // INTERNAL: try the store again after a fault.
  caf::reacts_to<atom::retry>>;

/// The SUPERVISOR actor interface: it watches the others and ends them in order.
using supervisor_actor = caf::typed_actor<
  // End the actors one after another, then yourself.
  caf::reacts_to<atom::stop>>;

} // namespace callboard::actors
