#include "agents/epoll_set.hpp"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <stdexcept>

namespace callboard::agents {

epoll_set::epoll_set() : set_(epoll_create1(EPOLL_CLOEXEC)), events_{} {
  if (!set_)
    throw std::runtime_error("no file descriptor is left to wait for others");
}

void epoll_set::add(int descriptor, std::uint32_t events, epoll_data_t data) {
  epoll_event event{.events = events, .data = data};
  if (epoll_ctl(set_.get(), EPOLL_CTL_ADD, descriptor, &event) != 0 && errno == EEXIST)
    epoll_ctl(set_.get(), EPOLL_CTL_MOD, descriptor, &event);
}

void epoll_set::change(int descriptor, std::uint32_t events, epoll_data_t data) {
  epoll_event event{.events = events, .data = data};
  epoll_ctl(set_.get(), EPOLL_CTL_MOD, descriptor, &event);
}

void epoll_set::remove(int descriptor) {
  epoll_ctl(set_.get(), EPOLL_CTL_DEL, descriptor, nullptr);
}

std::span<const epoll_event> epoll_set::wait(std::optional<steady_time> until) {
  const auto wait_ms = milliseconds_until(until, std::chrono::steady_clock::now());
  const auto count
    = epoll_wait(set_.get(), events_.data(), static_cast<int>(events_.size()), wait_ms);
  return {events_.data(), static_cast<std::size_t>(std::max(count, 0))};
}

int milliseconds_until(std::optional<steady_time> due, steady_time now) {
  using std::chrono::milliseconds;
  if (!due)
    return -1;
  constexpr milliseconds longest{std::chrono::hours{1}};
  const auto left = std::chrono::ceil<milliseconds>(*due - now);
  return static_cast<int>(std::clamp(left, milliseconds{0}, longest).count());
}

} // namespace callboard::agents
