#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include <callboard/engine.hpp>
#include <callboard/options.hpp>

#include "actors/agent.hpp"
#include "actors/engine_context.hpp"
#include "actors/interfaces.hpp"
#include "actors/registry/job_table.hpp"
#include "core/jobs/job_counters.hpp"
#include "core/jobs/job_machine.hpp"
#include "core/jobs/organisation_counts.hpp"
#include "core/jobs/text_budget.hpp"
#include "core/schedules/schedule_index.hpp"
#include "core/timer_heap.hpp"
#include "core/uuid_v7.hpp"

namespace callboard::actors {

/// The jobs that a store held when the engine started.
struct held_jobs {
  /// `store::load_live`, up to `due_before`.
  std::vector<job_ptr> live;
  /// `store::load_finished` of messaging jobs, up to `engine_options::jobs_max` and
  /// `held_text_bytes_max`.
  std::vector<job_ptr> finished_messages;
  /// Agent jobs that are scheduled for this time or later stay in a durable store for now.
  system_time due_before;
  /// How many they are.
  core::organisation_counts delayed;
  /// `store::load_schedules`.
  std::vector<scheduled_job_ptr> schedules;
};

/// How far ahead a registry loads scheduled jobs from a durable store: their memory is theirs for so
/// long only, and the store has to be asked seldom.
inline constexpr std::chrono::minutes delayed_horizon{10};

/// What a registry begins with.
struct registry_start {
  engine_options options;
  /// In the order of configuration.
  std::vector<agent_info> agents;
  /// The actor of each agent, and after them the one for runs that bring their own runner.
  std::vector<agent_actor> agent_actors;
  store_keeper_actor keeper;
  /// Whom to ask for jobs that are not held.
  store_reader_actor reader;
  /// Empty; shared with those who read from it.
  std::shared_ptr<job_table> jobs;
  /// `store::is_durable`.
  bool is_durable = false;
  held_jobs stored;
  /// May be empty.
  failed_attempt_sink on_failed_attempt;
  engine_observers observers;
};

/// The state of the REGISTRY actor.
class registry_state {
public:
  static inline const char* name = "registry";

  explicit registry_state(registry_actor::pointer selfptr);
  registry_state(const registry_state&) = delete;
  registry_state& operator=(const registry_state&) = delete;
  /// Ends the jobs that are still live and lets go of the calls that wait for them: what others can
  /// read stays, but nobody could ever end these.
  ~registry_state();

  registry_actor::behavior_type make_behavior(const engine_context& context, registry_start start);

private:
  using stored_answers = std::vector<std::function<void(bool is_stored)>>;

  // -- calls from outside (registry.cpp) --------------------------------------

  void on_submit(const submit_call_ptr& call);
  void on_get(const job_call_ptr& call);
  void on_wait(const job_call_ptr& call);
  void on_cancel(const job_call_ptr& call);
  void on_list(const list_call_ptr& call);
  void on_converse(const session_call_ptr& call);
  void on_report(const health_call_ptr& call);
  /// What there is to say against any new job; empty if nothing.
  std::optional<error> refusal() const;
  /// Makes room and the job's immutable part, or says why not.
  /// @param agent none for a run whose agent is gone, which needs no room: it ends at once.
  result<std::shared_ptr<const job_spec>> let_in(submit_call& call,
                                                 std::optional<std::size_t> agent,
                                                 clock_reading now);
  void acknowledge(job_entry& entry, pending_creation creation);
  /// @param without_room the answer when as many wait as may.
  void add_waiter(job_entry& entry, callback<job_ptr> done, std::chrono::milliseconds wait,
                  result<job_ptr> without_room);
  /// The entry that a call means if it may see it; else answers the call.
  job_entry* entry_for(const job_call_ptr& call);
  void cancel(job_entry& entry, const job_call_ptr& call);

  // -- the life of jobs (registry_jobs.cpp) -----------------------------------

  void restore(held_jobs stored);
  void restore_live(std::vector<job_ptr> live);
  void restore_finished(const std::vector<job_ptr>& finished);
  void restore_run(job_entry& entry);
  /// @param agent none if it is gone: then the job ends by the next wake-up.
  job_entry& hold(core::transition first, std::optional<std::size_t> agent);
  void on_update(const job_update& update);
  void show(job_entry& entry, const job_ptr& snapshot);
  void count_for_agent(job_entry& entry, const callboard::job* before, const callboard::job* after);
  /// Answers those who wait for the end of a job that is over.
  void answer_waiters(job_entry& entry);
  /// Answers those who wait for the end of a job with what it is now.
  void release_waiters(job_entry& entry);
  void keep_finished(job_entry& entry);
  void drop(job_entry& entry);
  void drop_oldest_finished();
  /// Counts what the newest snapshot of a messaging job holds, and makes room for it.
  void count_texts(job_entry& entry, const callboard::job& newest);
  /// Drops finished messaging jobs, the oldest first, until so much more text fits, and so many more jobs.
  void make_room(std::size_t text_bytes, std::size_t jobs);
  void on_wake();
  void arm();

  // -- jobs whose time has not come (registry_scheduled.cpp) -------------------

  /// Live jobs, those included that only the store holds.
  std::size_t live() const noexcept {
    return counters_.live() + parked_.total();
  }
  std::optional<std::size_t> agent_of(const callboard::job& one) const;
  /// Gives a scheduled job its actor if its time has come. Ends a job whose agent is gone.
  void begin_if_due(job_entry& entry);
  /// Does to a job that has no actor, because its time has not come or its agent is gone, what an event
  /// does.
  void apply_without_actor(job_entry& entry, const core::job_event& event);
  /// Leaves a scheduled job to the store if it is due beyond the horizon and nobody waits for it.
  void park_if_far(job_entry& entry);
  /// Takes back a job that was left to the store.
  job_entry& adopt(const job_ptr& record);
  /// Has the store look for the job that a call means: it may be scheduled there.
  void fetch(const job_call_ptr& call, bool is_cancel);
  void on_fetched(const uuid& id, const found_job& found);
  /// Moves the horizon on and loads what comes within it.
  void load_delayed();
  void load_page(system_time until);
  // -- calls about scheduled jobs (registry_schedules.cpp) ---------------------

  void on_arrange(const schedule_call_ptr& call);
  void on_schedule_call(create_schedule& call);
  void on_schedule_call(list_schedules& call);
  void on_schedule_call(get_schedule& call);
  void on_schedule_call(update_schedule& call);
  void on_schedule_call(enable_schedule& call);
  void on_schedule_call(remove_schedule& call);
  void on_schedule_call(run_schedule& call);
  void on_schedule_call(list_runs& call);
  void on_schedule_call(get_one_run& call);
  void on_schedule_call(cancel_one_run& call);
  void on_schedule_call(next_times& call);
  /// The job that a call means if it may see it and expects this version; else answers the call.
  template <class Call>
  const core::schedule_index::entry* schedule_for(Call& call);
  bool has_agent(const schedule_definition& wanted) const;
  result<void> check_agent(const schedule_definition& wanted) const;
  void change_schedule(const core::schedule_index::entry& held, schedule_definition wanted,
                       callback<scheduled_job_ptr> done);
  /// Has a change stored and answers then. @param settled told before whether it could be.
  void answer_when_stored(schedule_change change, callback<scheduled_job_ptr> done,
                          scheduled_job_ptr value, std::function<void(bool is_stored)> settled);
  void roll_back_creation(const uuid& id);
  void roll_back_change(const core::live_schedule& before, const core::live_schedule& changed);
  void cancel_runs(const core::schedule_index::entry& of, const std::string& reason);
  void finish_removal(const uuid& id);
  void roll_back_removal(const uuid& id);

  // -- the wall clock of jobs that are due later (registry_clock.cpp) ----------

  /// Whether jobs wait for a wall time, here or in the store.
  bool waits_for_wall_clock() const;
  /// Has the wall clock looked at from now on, if jobs wait for it.
  void watch_wall_clock();
  /// Finds out whether the wall clock was set, and if so when jobs are due now.
  void look_at_wall_clock();

  // -- scheduled jobs and their runs (registry_runs.cpp) -----------------------

  void restore_schedules(const std::vector<scheduled_job_ptr>& stored);
  /// A run with the name that stores do not keep; any other job as it is.
  job_ptr with_schedule_name(job_ptr run) const;
  /// Sets when to look at scheduled jobs again.
  void arm_schedules();
  void check_wall_clock(system_time now);
  void on_schedules_due();
  void look_at_schedule(const uuid& id, system_time now);
  /// Looks now and then whether time zones that could not be read are there.
  void look_for_zones(system_time now);
  /// Starts what waits for the end of earlier runs.
  void start_waiting(const uuid& id);
  void keep_schedule(core::live_schedule next);
  void perform(core::schedule_step step);
  /// Errors: what stands against any new job; then nothing has changed.
  /// @param done taken, and answered once the run is stored; empty for nobody.
  result<void> start_run(core::schedule_step step, callback<job_ptr>& done);
  void cancel_run(const uuid& id, const std::string& reason);
  /// Counts a run that is over. Returns whether it is to be kept.
  bool on_run_over(job_entry& entry, const job_ptr& run);
  void note_failed_attempt(const job_ptr& run);
  void erase_surplus_runs();

  // -- what goes to the store (registry_store.cpp) ----------------------------

  /// Puts a snapshot into the batch, which goes to the store as soon as that is free.
  void store_soon(job_entry& entry, job_ptr snapshot);
  /// Takes the newest snapshot of a job out of the batch: the job is not to be.
  void take_back(const job_entry& entry);
  /// Whether the newest snapshot of a job is in the store, neither in the batch nor on its way.
  bool is_stored(const job_entry& entry) const;
  /// Sends what has gathered, unless the keeper is at work, the store fails, or there may be more of it.
  void flush_if_idle();
  /// Whether what has gathered need not go to the store yet.
  bool may_gather() const;
  /// Sends what has gathered.
  void flush();
  void on_committed(const store_batch& batch, const stored_answers& answers);
  /// Tells of a store that fails (the reason) or works again (empty).
  void note_store(std::string_view fault);
  void on_commit_failed(const store_batch& batch, const stored_answers& answers, const error& why);
  void refuse_creation(job_entry& entry);
  /// Those that wait for a change of a scheduled job: the last change is taken back first.
  void refuse_changes(const stored_answers& answers);
  void on_retry();

  /// Has the store forget, bit by bit, what ended before.
  void sweep(job_kind kind, system_time before);
  void sweep_now_and_then();

  // -- the end (registry_drain.cpp) -------------------------------------------

  void on_drain(const drain_call_ptr& call);
  void on_grace_over();
  void drain_if_quiet();
  void pause_agents();

  registry_actor::pointer self_;
  const engine_context* context_ = nullptr;
  engine_options options_;
  std::vector<agent_info> agents_;
  /// Stands behind the last of `agent_actors_`.
  agent_info callback_agent_ = callback_binding().info;
  /// One more than agents: the last one is for runs that bring their own runner.
  std::vector<agent_actor> agent_actors_;
  /// Live jobs of each agent that are due, by index in `agent_actors_`.
  std::vector<std::size_t> agent_load_;
  store_keeper_actor keeper_;
  store_reader_actor reader_;
  bool is_durable_ = false;

  core::uuid_v7_sequence ids_;
  core::job_counters counters_;
  /// What messaging jobs hold. Those count as finished that can be dropped.
  core::text_budget texts_;
  /// Text that only the store holds, until it is told to forget it.
  std::size_t dropped_text_bytes_ = 0;
  std::shared_ptr<job_table> jobs_;
  core::timer_heap<job_entry> timers_;
  core::timer_heap<waiter> waiters_;
  /// Messaging jobs in the order in which they finished; ids that are not held any more are skipped.
  std::deque<uuid> finished_;
  std::optional<steady_time> armed_for_;

  /// Calls for jobs that the store is looking up.
  struct fetching_call {
    job_call_ptr call;
    bool is_cancel = false;
  };
  std::unordered_map<uuid, std::vector<fetching_call>> fetches_;
  /// Scheduled jobs that only the store holds: those due at `loaded_until_` or later.
  core::organisation_counts parked_;
  system_time loaded_until_;
  /// From where to load on.
  due_place load_from_;
  /// When to load again; none without a durable store, and while the store is at it.
  std::optional<steady_time> next_load_;

  /// When to look at the wall clock; none while nobody waits for it.
  std::optional<steady_time> clock_look_;
  /// What the wall clock showed at the last look, and when that was.
  clock_reading clock_seen_{};

  store_batch batch_;
  /// Goes round, without `job_entry::no_batch`.
  std::uint32_t batch_number_ = 0;
  /// The batch that was sent last.
  std::uint32_t sent_batch_ = job_entry::no_batch;
  /// Batches that the store keeper has and has not answered.
  std::size_t commits_under_way_ = 0;
  std::string store_fault_;
  /// When to look for jobs that the store may forget; none without a durable store.
  std::optional<steady_time> next_sweep_;
  bool is_retry_armed_ = false;
  /// Told whether the batch could be stored.
  stored_answers batch_answers_;
  /// The beginning is over; before, nothing is sent, so that what belongs together stays so.
  bool has_begun_ = false;

  core::schedule_index schedules_;
  core::zone_database zones_{std::string{}};
  /// When to look for missing time zones again, at the earliest.
  steady_time next_zone_look_{};
  /// When to look at scheduled jobs; none while nothing is scheduled.
  std::optional<steady_time> schedule_wake_;
  /// What the wall clock showed last; to notice when it is set back.
  system_time last_wall_;
  /// Scheduled jobs that may have more finished runs than are kept.
  std::unordered_set<uuid> surplus_runs_;
  std::optional<steady_time> next_trim_;
  failed_attempt_sink on_failed_attempt_;
  engine_observers observers_;
  /// What the start has corrected.
  corrected_times corrected_;
  /// Calls to cancel a job that have not been answered.
  std::size_t cancels_under_way_ = 0;

  bool is_draining_ = false;
  /// The grace period is over: whatever still runs has been told to stop.
  bool is_ending_ = false;
  std::vector<drain_call_ptr> drains_;
};

/// Spawn function of the REGISTRY actor.
/// @param surroundings must outlive the actor.
registry_actor::behavior_type registry(registry_actor::stateful_pointer<registry_state> self,
                                       const engine_context* context, registry_start start);

} // namespace callboard::actors
