#include "bench/load/load_worker.hpp"

#include <algorithm>
#include <array>
#include <ctime>

#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/timerfd.h>

namespace callboard::bench {

namespace {

using std::chrono::milliseconds;
using std::chrono::nanoseconds;

/// Holds any answer but a long list in one piece.
constexpr std::size_t buffer_bytes = 64 * 1024;
/// Events fetched at once: more than connections are ready in one go.
constexpr std::size_t events_max = 256;
/// How often late answers are looked for, and the longest sleep.
constexpr milliseconds sweep_interval{50};
constexpr int status_created = 201;
/// Jobs of a load that are looked at when it is over: enough to see that they are not done.
constexpr std::size_t looked_at_max = 100;
/// Wait before a broken connection is made anew, so that a dead server is not hammered.
constexpr milliseconds reconnect_delay{50};

nanoseconds thread_cpu() {
  timespec spent{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &spent);
  return std::chrono::seconds{spent.tv_sec} + nanoseconds{spent.tv_nsec};
}

timespec to_timespec(steady_time time) {
  // The steady clock is CLOCK_MONOTONIC here, which the timer is told to use as well.
  auto since_start = time.time_since_epoch();
  auto seconds = std::chrono::floor<std::chrono::seconds>(since_start);
  timespec spec{};
  spec.tv_sec = static_cast<std::time_t>(seconds.count());
  spec.tv_nsec = nanoseconds{since_start - seconds}.count();
  return spec;
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
    epoll_(::epoll_create1(EPOLL_CLOEXEC)),
    buffer_(buffer_bytes),
    now_(phases.start),
    until_(phases.measure_until),
    next_sweep_(phases.start + sweep_interval),
    last_outcome_(phases.start) {
  connection_owner& owner = *this;
  for (std::size_t i = 0; i < part.connections; ++i)
    connections_.push_back(
      std::make_unique<connection>(epoll_.get(), owner, sequence_.wants_bodies()));
  if (part.rate > 0) {
    arrivals_.emplace(part.rate, phases.start, until_, part.requests_max);
    timer_ = descriptor{::timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC)};
    epoll_event event{};
    event.events = EPOLLIN;
    ::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, timer_.get(), &event);
  }
}

load_worker::~load_worker() = default;

void load_worker::run() {
  // Timers fire up to 50 µs late by default, which an open loop would show as latency.
  ::prctl(PR_SET_TIMERSLACK, 1UL);
  for (auto& each : connections_)
    each->open(address_);
  while (!is_over()) {
    if (arrivals_) {
      arrivals_->advance(std::min(clock_now(), until_));
      send_waiting();
    }
    wait_for_events();
    note_phase();
    if (!broken_.empty())
      reconnect_due();
    if (now_ >= next_sweep_)
      drop_late();
  }
  finish();
}

bool load_worker::may_send() const noexcept {
  if (arrivals_)
    return arrivals_->waiting() > 0 || (arrivals_->next() && now_ < until_);
  return now_ < until_ && !has_sent_all();
}

bool load_worker::is_over() const noexcept {
  return now_ >= phases_.give_up_at || (in_flight_ == 0 && !may_send());
}

void load_worker::send_next(connection& to, steady_time intended) {
  ++sent_;
  ++in_flight_;
  to.send(sequence_.next(), intended, std::max(intended, now_));
}

void load_worker::send_waiting() {
  while (arrivals_->waiting() > 0 && !ready_.empty()) {
    auto* to = ready_.front();
    ready_.pop_front();
    if (to->is_connected() && to->in_flight() == 0)
      send_next(*to, *arrivals_->take());
  }
}

void load_worker::on_room(connection& from) {
  if (arrivals_) {
    ready_.push_back(&from);
    return;
  }
  while (from.is_connected() && from.in_flight() < options_.pipeline && may_send())
    send_next(from, clock_now());
}

void load_worker::on_answer(int status, std::string_view body, steady_time intended) {
  --in_flight_;
  last_outcome_ = now_;
  answers_.fetch_add(1, std::memory_order_relaxed);
  if (!is_success(status))
    failures_.fetch_add(1, std::memory_order_relaxed);
  else if (now_ >= phases_.measure_from && now_ < until_)
    ++counts_.successes_in_time;
  if (intended >= phases_.measure_from)
    counts_.answered(status, now_ - intended);
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
  if (unfinished_jobs_.size() < looked_at_max)
    unfinished_jobs_.emplace_back(job_id_in(body));
  else
    unfinished_jobs_[next_unfinished_++ % looked_at_max] = job_id_in(body);
}

void load_worker::on_closed(connection& from, loss why, std::size_t requests) {
  auto is_in_order = why == loss::closed && requests == 0;
  broken_.emplace_back(is_in_order ? now_ : now_ + reconnect_delay, &from);
  // A connection that cannot be made has no request on it and still is a failure to show.
  auto lost = why == loss::refused ? std::max<std::size_t>(requests, 1) : requests;
  in_flight_ -= requests;
  if (lost == 0)
    return;
  last_outcome_ = now_;
  failures_.fetch_add(lost, std::memory_order_relaxed);
  if (now_ >= phases_.measure_from)
    counts_.lost(why, lost);
}

void load_worker::reconnect_due() {
  if (!may_send())
    return;
  std::vector<connection*> due;
  std::erase_if(broken_, [&](const auto& entry) {
    if (entry.first > now_)
      return false;
    due.push_back(entry.second);
    return true;
  });
  for (auto* each : due) {
    ++counts_.reconnects;
    each->open(address_);
  }
}

void load_worker::drop_late() {
  next_sweep_ = now_ + sweep_interval;
  auto oldest = now_ - options_.answer_limit;
  for (auto& each : connections_)
    if (each->has_waited_since_before(oldest))
      each->give_up(loss::late);
}

int load_worker::wait_limit_ms() {
  // While no connection is free an arrival cannot be sent, so it need not wake the thread.
  auto next = arrivals_ && !ready_.empty() && now_ < until_ ? arrivals_->next() : std::nullopt;
  if (next && *next <= clock_now())
    return 0;
  if (arrivals_ && next != timer_set_for_) {
    // Setting the timer also takes back that it has fired; to zero, it never fires.
    itimerspec spec{};
    if (next)
      spec.it_value = to_timespec(*next);
    ::timerfd_settime(timer_.get(), TFD_TIMER_ABSTIME, &spec, nullptr);
    timer_set_for_ = next;
  }
  return static_cast<int>(sweep_interval.count());
}

void load_worker::wait_for_events() {
  std::array<epoll_event, events_max>
    events; // NOLINT: filled by the kernel, 3 KB not worth clearing
  auto count
    = ::epoll_wait(epoll_.get(), events.data(), static_cast<int>(events.size()), wait_limit_ms());
  now_ = clock_now();
  for (int i = 0; i < count; ++i) {
    auto& event = events[static_cast<std::size_t>(i)];
    // The timer has no connection; to have woken the thread is all that it is for.
    if (event.data.ptr != nullptr)
      static_cast<connection*>(event.data.ptr)->on_events(event.events, buffer_);
  }
}

void load_worker::note_phase() {
  if (options_.stop != nullptr && options_.stop->load(std::memory_order_relaxed))
    until_ = std::min(until_, now_);
  if (!cpu_at_start_ && now_ >= phases_.measure_from)
    cpu_at_start_ = thread_cpu();
  if (!cpu_at_end_ && now_ >= until_)
    cpu_at_end_ = thread_cpu();
}

void load_worker::finish() {
  auto waiting = arrivals_ ? arrivals_->waiting() : 0;
  counts_.lost(loss::unanswered, in_flight_ + waiting);
  if (arrivals_)
    counts_.waiting_max = arrivals_->waiting_max();
  auto end = cpu_at_end_.value_or(thread_cpu());
  counts_.generator_cpu = end - cpu_at_start_.value_or(end);
  for (auto& each : connections_)
    each->close();
}

} // namespace callboard::bench
