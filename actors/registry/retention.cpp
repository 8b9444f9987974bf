#include "actors/registry/retention.hpp"

#include <utility>

#include "actors/registry/outbox.hpp"
#include "core/jobs/text_bytes.hpp"
#include "core/schedules/clock_correction.hpp"
#include "core/time_after.hpp"

namespace callboard::actors {

namespace {

/// How often to look for jobs that the store may forget: finer than anybody counts days.
constexpr std::chrono::minutes sweep_interval{1};

/// Erased at a time, so that no commit waits long for it: a few milliseconds.
constexpr std::size_t erased_at_once = 500;

} // namespace

retention::retention(outbox& out, const engine_options& options, std::function<bool()> can_sweep)
  : out_(out),
    options_(options),
    can_sweep_(std::move(can_sweep)),
    texts_(options.held_text_bytes_max) {
  // nop
}

steady_time retention::keep(const callboard::job& ended, core::text_share& texts,
                            const clock_reading& now) {
  if (ended.spec->kind != job_kind::message)
    return core::time_after(now.steady, options_.finished_retention);
  finished_.push_back(ended.spec->id);
  texts_.set(texts, {core::text_bytes(ended), true});
  const auto from = core::retention_start(ended, now.wall);
  return core::time_after(now.steady, from - now.wall + options_.message_retention);
}

void retention::count(const callboard::job& newest, core::text_share& texts) {
  texts_.set(texts, {core::text_bytes(newest), false});
}

void retention::release(core::text_share& texts) noexcept {
  texts_.release(texts);
}

bool retention::must_drop(std::size_t messages, std::size_t more_text_bytes,
                          std::size_t more_jobs) const {
  return !finished_.empty()
         && (messages + more_jobs > options_.jobs_max || !texts_.has_room(more_text_bytes));
}

uuid retention::take_oldest() {
  const auto oldest = finished_.front();
  finished_.pop_front();
  return oldest;
}

void retention::skip_dropped(const std::function<bool(const uuid&)>& is_held) {
  while (!finished_.empty() && !is_held(finished_.front()))
    finished_.pop_front();
}

void retention::sweep(job_kind kind, system_time before) {
  if (!can_sweep_())
    return; // there will be another time
  out_.sweep(retention_sweep{kind, before, erased_at_once},
             [this, kind, before](const sweep_outcome& erased) {
               // A store that cannot erase is asked again by the next sweep, and its commits tell of it.
               if (erased && *erased == erased_at_once)
                 sweep(kind, before);
             });
}

void retention::sweep_agent_jobs() {
  const auto now = out_.now();
  sweep(job_kind::agent, now.wall - options_.agent_job_retention);
  next_sweep_ = now.steady + sweep_interval;
}

} // namespace callboard::actors
