#pragma once

#include "agents/unique_fd.hpp"

#include <cstddef>
#include <deque>
#include <mutex>
#include <stdexcept>
#include <utility>
#include <vector>

#include <sys/eventfd.h>

namespace callboard::agents {

/// Orders that any thread leaves for the thread of a loop. That is woken only while it sleeps: a system
/// call for each order would cost more than many an order itself.
template <class Order>
class order_queue {
public:
  /// Throws `std::runtime_error` if there is no descriptor for it.
  order_queue() : event_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
    if (!event_)
      throw std::runtime_error("no file descriptor is left to wake a thread by");
  }

  /// Leaves an order. Any thread.
  void put(Order next) {
    bool is_asleep = false;
    {
      std::lock_guard guard{mutex_};
      orders_.push_back(std::move(next));
      is_asleep = std::exchange(is_asleep_, false);
    }
    if (is_asleep)
      eventfd_write(event_.get(), 1);
  }

  /// Tells the loop to end. Any thread.
  void stop() {
    {
      std::lock_guard guard{mutex_};
      is_stopping_ = true;
    }
    eventfd_write(event_.get(), 1);
  }

  /// The oldest orders, `max` at most. The loop's thread.
  std::vector<Order> take(std::size_t max) {
    std::vector<Order> taken;
    std::lock_guard guard{mutex_};
    is_asleep_ = false;
    while (!orders_.empty() && taken.size() < max) {
      taken.push_back(std::move(orders_.front()));
      orders_.pop_front();
    }
    return taken;
  }

  /// Whether there is nothing to do. Then the next order makes `event` readable. The loop's thread.
  bool fall_asleep() {
    std::lock_guard guard{mutex_};
    is_asleep_ = orders_.empty() && !is_stopping_;
    return is_asleep_;
  }

  /// Whether the loop is to end.
  bool is_stopping() {
    std::lock_guard guard{mutex_};
    return is_stopping_;
  }

  /// Readable when the loop's thread is to wake up.
  int event() const noexcept {
    return event_.get();
  }

  /// Makes `event` unreadable again. The loop's thread.
  void reset_event() {
    eventfd_t count = 0;
    eventfd_read(event_.get(), &count);
  }

private:
  const unique_fd event_;
  /// Guards all below.
  std::mutex mutex_;
  std::deque<Order> orders_;
  bool is_asleep_ = false;
  bool is_stopping_ = false;
};

} // namespace callboard::agents
