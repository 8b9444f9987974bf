#include "bench/load/event_poll.hpp"

#include <algorithm>
#include <ctime>
#include <span>

#include <sys/timerfd.h>

#include "bench/load/connection.hpp"

namespace callboard::bench {

namespace {

constexpr std::size_t buffer_bytes = 64 * 1024;

timespec to_timespec(steady_time time) {
  // The steady clock is CLOCK_MONOTONIC here, which the timer is told to use as well.
  auto since_start = time.time_since_epoch();
  auto seconds = std::chrono::floor<std::chrono::seconds>(since_start);
  timespec spec{};
  spec.tv_sec = static_cast<std::time_t>(seconds.count());
  spec.tv_nsec = std::chrono::nanoseconds{since_start - seconds}.count();
  return spec;
}

} // namespace

event_poll::event_poll()
  : epoll_(::epoll_create1(EPOLL_CLOEXEC)), events_{}, buffer_(buffer_bytes) {
  // nop
}

void event_poll::use_timer() {
  timer_ = descriptor{::timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC)};
  epoll_event event{};
  event.events = EPOLLIN;
  ::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, timer_.get(), &event);
}

void event_poll::wait(std::optional<steady_time> wake_at, std::chrono::milliseconds limit) {
  auto limit_ms = static_cast<int>(limit.count());
  if (timer_.get() >= 0) {
    if (wake_at && *wake_at <= std::chrono::steady_clock::now())
      limit_ms = 0;
    else
      set_timer(wake_at);
  }
  const auto count
    = ::epoll_wait(epoll_.get(), events_.data(), static_cast<int>(events_.size()), limit_ms);
  count_ = static_cast<std::size_t>(std::max(count, 0));
}

void event_poll::set_timer(std::optional<steady_time> wake_at) {
  if (wake_at == timer_set_for_)
    return;
  // Setting the timer also takes back that it has fired; to zero, it never fires.
  itimerspec spec{};
  if (wake_at)
    spec.it_value = to_timespec(*wake_at);
  ::timerfd_settime(timer_.get(), TFD_TIMER_ABSTIME, &spec, nullptr);
  timer_set_for_ = wake_at;
}

void event_poll::pass_on() {
  for (const auto& event : std::span{events_}.first(count_))
    // The timer has no connection; to have woken the thread is all that it is for.
    if (event.data.ptr != nullptr)
      static_cast<connection*>(event.data.ptr)->on_events(event.events, buffer_);
}

} // namespace callboard::bench
