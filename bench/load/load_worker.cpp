#include "bench/load/load_worker.hpp"

#include <algorithm>
#include <ctime>

#include <sys/prctl.h>

namespace callboard::bench {

namespace {

using std::chrono::milliseconds;
using std::chrono::nanoseconds;

/// How often late answers are looked for, and the longest sleep.
constexpr milliseconds sweep_interval{50};
constexpr int status_created = 201;
/// Wait before a broken connection is replaced, so that a dead server is not flooded.
constexpr milliseconds reconnect_delay{50};

nanoseconds thread_cpu() {
  timespec spent{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &spent);
  return std::chrono::seconds{spent.tv_sec} + nanoseconds{spent.tv_nsec};
}

steady_time clock_now() {
  return std::chrono::steady_clock::now();
}

} // namespace

load_worker::load_worker(const load_options& options, const socket_address& address,
                         const request_set& requests, const load_phases& phases,
                         const worker_part& part)
  : options_(options),
    address_(address),
    phases_(phases),
    part_(part),
    sequence_(requests, options.kind, part.seed),
    pool_(part.connections, poll_.instance(), *this, sequence_.wants_bodies()),
    clock_{phases.start, phases.measure_until, phases.start + sweep_interval} {
  progress_.last_outcome = phases.start;
  if (part.rate > 0) {
    arrivals_.emplace(part.rate, phases.start, clock_.until, part.requests_max);
    poll_.use_timer();
  }
}

load_worker::~load_worker() = default;

void load_worker::run() {
  // Timers fire up to 50 µs late by default, which an open loop would show as latency.
  ::prctl(PR_SET_TIMERSLACK, 1UL);
  pool_.open_all(address_);
  while (!is_over()) {
    if (arrivals_) {
      arrivals_->advance(std::min(clock_now(), clock_.until));
      send_waiting();
    }
    wait_for_events();
    note_phase();
    reconnect_due();
    if (clock_.now >= clock_.next_sweep)
      drop_late();
  }
  finish();
}

bool load_worker::may_send() const noexcept {
  if (arrivals_)
    return arrivals_->waiting() > 0 || (arrivals_->next() && clock_.now < clock_.until);
  return clock_.now < clock_.until && !has_sent_all();
}

bool load_worker::is_over() const noexcept {
  return clock_.now >= phases_.give_up_at || (progress_.in_flight == 0 && !may_send());
}

void load_worker::send_next(connection& to, steady_time intended) {
  ++progress_.sent;
  ++progress_.in_flight;
  to.send(sequence_.next(), intended, std::max(intended, clock_.now));
}

void load_worker::send_waiting() {
  while (arrivals_->waiting() > 0 && pool_.has_ready()) {
    auto& to = pool_.take_ready();
    if (to.is_connected() && to.in_flight() == 0)
      send_next(to, *arrivals_->take());
  }
}

void load_worker::on_room(connection& from) {
  if (arrivals_) {
    pool_.add_ready(from);
    return;
  }
  while (from.is_connected() && from.in_flight() < options_.pipeline && may_send())
    send_next(from, clock_now());
}

void load_worker::on_answer(int status, std::string_view body, steady_time intended) {
  --progress_.in_flight;
  progress_.last_outcome = clock_.now;
  progress_.answers.fetch_add(1, std::memory_order_relaxed);
  if (!is_success(status))
    progress_.failures.fetch_add(1, std::memory_order_relaxed);
  else if (clock_.now >= phases_.measure_from && clock_.now < clock_.until)
    ++counts_.successes_in_time;
  if (intended >= phases_.measure_from)
    counts_.answered(status, clock_.now - intended);
  if (is_success(status) && !body.empty())
    look_at(body, intended >= phases_.measure_from);
  if (status == status_created && !body.empty())
    sequence_.learn(body);
}

void load_worker::look_at(std::string_view body, bool is_measured) {
  const auto seen = outcome_in(body);
  if (!seen)
    return;
  // A creation that does not wait says nothing yet of what becomes of its job.
  if (options_.kind != scenario::create) {
    // Of `mixed`, the answers to creations without waiting are among them.
    if (is_measured && (options_.kind != scenario::mixed || seen != job_outcome_seen::unfinished))
      counts_.saw(*seen);
    return;
  }
  unfinished_.add(job_id_in(body));
}

void load_worker::on_closed(connection& from, loss why, std::size_t requests) {
  auto is_in_order = why == loss::closed && requests == 0;
  pool_.add_broken(from, is_in_order ? clock_.now : clock_.now + reconnect_delay);
  // A connection that cannot be made has no request on it and still is a failure to show.
  auto lost = why == loss::refused ? std::max<std::size_t>(requests, 1) : requests;
  progress_.in_flight -= requests;
  if (lost == 0)
    return;
  progress_.last_outcome = clock_.now;
  progress_.failures.fetch_add(lost, std::memory_order_relaxed);
  if (clock_.now >= phases_.measure_from)
    counts_.lost(why, lost);
}

void load_worker::reconnect_due() {
  if (!may_send())
    return;
  for (auto* each : pool_.take_due(clock_.now)) {
    ++counts_.reconnects;
    each->open(address_);
  }
}

void load_worker::drop_late() {
  clock_.next_sweep = clock_.now + sweep_interval;
  pool_.give_up_late(clock_.now - options_.answer_limit);
}

void load_worker::wait_for_events() {
  // While no connection is free an arrival cannot be sent, so it need not wake the thread.
  const auto is_free = arrivals_ && pool_.has_ready() && clock_.now < clock_.until;
  poll_.wait(is_free ? arrivals_->next() : std::nullopt, sweep_interval);
  clock_.now = clock_now();
  poll_.pass_on();
}

void load_worker::note_phase() {
  if (options_.stop != nullptr && options_.stop->load(std::memory_order_relaxed))
    clock_.until = std::min(clock_.until, clock_.now);
  if (!clock_.cpu_at_start && clock_.now >= phases_.measure_from)
    clock_.cpu_at_start = thread_cpu();
  if (!clock_.cpu_at_end && clock_.now >= clock_.until)
    clock_.cpu_at_end = thread_cpu();
}

void load_worker::finish() {
  auto waiting = arrivals_ ? arrivals_->waiting() : 0;
  counts_.lost(loss::unanswered, progress_.in_flight + waiting);
  if (arrivals_)
    counts_.waiting_max = arrivals_->waiting_max();
  auto end = clock_.cpu_at_end.value_or(thread_cpu());
  counts_.generator_cpu = end - clock_.cpu_at_start.value_or(end);
  pool_.close_all();
}

} // namespace callboard::bench
