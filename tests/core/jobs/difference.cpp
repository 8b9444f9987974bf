#include "tests/core/jobs/difference.hpp"

#include <algorithm>
#include <vector>

#include "tests/core/jobs/job_fixtures.hpp"

namespace callboard::test {

namespace {

std::string quoted(const shared_text& text) {
  return text ? " '" + *text + "'" : std::string{};
}

/// Collects the parts of the line.
class report {
public:
  report(const core::live_job& before, const core::transition& made, const clock_reading& now)
    : old_live_(before),
      live_(made.next),
      effects_(made.effects),
      old_(*before.record),
      new_(*made.next.record),
      now_(now) {
    // nop
  }

  std::string text() {
    say(to_string(new_.state));
    tell_general_faults();
    tell_tasks();
    if (effects_.start_task)
      say("start");
    tell_times();
    if (new_.follow_ups != old_.follow_ups)
      say("follow-up " + std::to_string(new_.follow_ups));
    tell_outcome();
    tell_timers();
    return text_;
  }

private:
  void say(std::string_view part) {
    if (!text_.empty())
      text_ += "; ";
    text_ += part;
  }

  void require(bool is_right, std::string_view rule) {
    if (!is_right)
      say("WRONG: " + std::string{rule});
  }

  void tell_general_faults() {
    require(!is_terminal(old_.state), "a terminal job changed");
    require(new_.version == old_.version + 1, "version must grow by one");
    require(new_.updated_at == now_.wall, "updated_at must be now");
    require(new_.spec == old_.spec, "spec must be shared");
    require(live_.deadline == old_live_.deadline, "the deadline must stay");
    require(new_.tasks.size() >= old_.tasks.size(), "no task is taken away");
  }

  void tell_tasks() {
    if (effects_.abort_task)
      say("abort " + std::to_string(number_of(*effects_.abort_task)));
    for (std::size_t i = 0; i < new_.tasks.size(); ++i)
      if (i < old_.tasks.size())
        tell_change(old_.tasks[i], new_.tasks[i]);
      else
        tell_new(new_.tasks[i]);
  }

  std::size_t number_of(const uuid& task_id) {
    const auto found = std::find_if(new_.tasks.begin(), new_.tasks.end(),
                                    [&](const auto& one) { return one.id == task_id; });
    return static_cast<std::size_t>(found - new_.tasks.begin()) + 1;
  }

  void tell_change(const task_record& before, const task_record& after) {
    require(before.id == after.id && before.kind == after.kind && before.attempt == after.attempt
              && before.created_at == after.created_at,
            "what a task was made with must stay");
    if (before.state == after.state && before.finished_at == after.finished_at
        && before.result == after.result && before.error == after.error)
      return;
    require(!before.finished_at, "a task that is over changed");
    say("task " + std::to_string(after.attempt) + " " + std::string{to_string(after.state)}
        + quoted(after.result) + quoted(after.error));
    if (after.state >= task_state::completed)
      require(after.finished_at == now_.wall, "a task must end now");
    else
      require(!after.finished_at, "a task under way must have no end");
  }

  void tell_new(const task_record& task) {
    say("task " + std::to_string(task.attempt) + " " + std::string{to_string(task.kind)} + " "
        + std::string{to_string(task.state)});
    require(task.attempt == number_of(task.id), "attempts count from one, ids are different");
    require((task.id.bytes[6] >> 4) == 7, "a task's id is a UUID of version 7");
    require(task.created_at == now_.wall, "a task must be made now");
    require(!task.finished_at && !task.result && !task.error, "a new task has no end");
  }

  void tell_times() {
    if (new_.started_at != old_.started_at) {
      say("started");
      require(!old_.started_at && new_.started_at == now_.wall, "a job starts once, now");
    }
    if (new_.retries != old_.retries) {
      require(new_.retries == old_.retries + 1 && new_.retry_at, "retries count one by one");
      const auto wait = new_.retry_at.value_or(now_.wall) - now_.wall;
      say("retry " + std::to_string(new_.retries) + " in " + std::to_string(wait.count()));
    } else if (new_.retry_at != old_.retry_at) {
      require(!new_.retry_at, "another retry must be counted");
      if (!is_terminal(new_.state))
        say("retry starts");
    }
    if (new_.finished_at)
      say("finished");
    require(new_.finished_at.has_value() == is_terminal(new_.state), "finished_at iff terminal");
    require(new_.finished_at.value_or(now_.wall) == now_.wall, "a job ends now");
  }

  void tell_outcome() {
    require((new_.outcome != nullptr) == is_terminal(new_.state), "an outcome iff terminal");
    if (!new_.outcome)
      return;
    const auto& outcome = *new_.outcome;
    if (new_.state == job_state::completed) {
      say("says" + quoted(outcome.content) + outcome.metadata.text());
      require(!outcome.message_id.is_nil(), "a message must have an id");
      require(outcome.error_code.empty() && outcome.error_text.empty(), "success has no error");
    } else {
      say(outcome.error_code + (outcome.error_code.empty() ? "'" : " '") + outcome.error_text
          + "'");
      require(outcome.message_id.is_nil() && !outcome.content && outcome.metadata.is_empty(),
              "only what completed has a message");
    }
  }

  void tell_timers() {
    if (is_terminal(new_.state)) {
      require(!live_.next_step && !live_.attempt_deadline && !new_.retry_at,
              "nothing is due once a job is over");
      return;
    }
    say("wake " + std::to_string(since_start(core::next_wake(live_))));
    require(live_.next_step.has_value()
              == (new_.state == job_state::scheduled || new_.retry_at.has_value()),
            "a next step iff it waits for a time");
    const auto is_running = !new_.tasks.empty() && new_.tasks.back().state == task_state::running;
    require(live_.attempt_deadline.has_value() == (is_running && new_.spec->attempt_time_limit),
            "an attempt's deadline iff it runs");
  }

  const core::live_job& old_live_;
  const core::live_job& live_;
  const core::job_effects& effects_;
  const job& old_;
  const job& new_;
  const clock_reading& now_;
  std::string text_;
};

} // namespace

std::string difference(const core::live_job& before, const core::transition& made,
                       const clock_reading& now) {
  if (made.is_changed)
    return report{before, made, now}.text();
  const auto is_same = made.next.record == before.record && made.next.deadline == before.deadline
                       && made.next.next_step == before.next_step
                       && made.next.attempt_deadline == before.attempt_deadline
                       && !made.effects.start_task && !made.effects.abort_task;
  return is_same ? "unchanged" : "WRONG: something changed with no new version";
}

} // namespace callboard::test
