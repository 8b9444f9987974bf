#pragma once

#include <chrono>
#include <cstddef>
#include <deque>
#include <functional>
#include <optional>

#include <callboard/options.hpp>
#include <callboard/time.hpp>

#include "actors/calls.hpp"
#include "core/jobs/text_budget.hpp"

namespace callboard::actors {

class outbox;

/// How long finished jobs are held, how much messaging jobs may hold together, and when the store may
/// forget what ended before.
class retention {
public:
  /// @param out, options must outlive this. @param can_sweep whether the store may be asked to forget
  /// something now.
  retention(outbox& out, const engine_options& options, std::function<bool()> can_sweep);

  // -- what is held ------------------------------------------------------------

  /// A job has ended and is shown as such. Returns when it is to be dropped.
  steady_time keep(const callboard::job& ended, core::text_share& texts, const clock_reading& now);

  /// Counts what the newest snapshot of a messaging job holds. It cannot be dropped before it is kept.
  void count(const callboard::job& newest, core::text_share& texts);

  /// A job is not held any more.
  void release(core::text_share& texts) noexcept;

  /// Whether a finished messaging job has to go before this much more text and this many more jobs fit.
  /// @param messages messaging jobs that are held.
  bool must_drop(std::size_t messages, std::size_t more_text_bytes, std::size_t more_jobs) const;

  /// The messaging job that finished first. It may be dropped already.
  /// @pre `must_drop` said that there is one.
  uuid take_oldest();

  /// Forgets which jobs finished first, up to the first that is still held.
  void skip_dropped(const std::function<bool(const uuid&)>& is_held);

  const core::text_budget& texts() const noexcept {
    return texts_;
  }

  // -- what the store forgets --------------------------------------------------

  /// Has the store forget, in portions, what ended before that time.
  void sweep(job_kind kind, system_time before);

  /// Has it erase agent jobs whose retention has passed, and again in a minute.
  void sweep_agent_jobs();

  /// When to call `sweep_agent_jobs`; none before the first time.
  std::optional<steady_time> next_sweep() const noexcept {
    return next_sweep_;
  }

private:
  outbox& out_;
  const engine_options& options_;
  std::function<bool()> can_sweep_;
  /// Those count as finished that can be dropped.
  core::text_budget texts_;
  /// Messaging jobs in the order in which they finished; some are not held any more.
  std::deque<uuid> finished_;
  std::optional<steady_time> next_sweep_;
};

} // namespace callboard::actors
