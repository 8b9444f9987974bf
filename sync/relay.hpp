#pragma once

#include <cstddef>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <thread>
#include <utility>

#include "sync/mutex.hpp"

namespace callboard::sync {

/// What a new listener hears of events that another one has heard.
enum class replay { none, last };

/// Passes events on to a listener, in their order and one at a time, and keeps those that come before there is one.
/// The listener runs without a lock, so that it may call whatever it likes, this relay included. Any thread may
/// call any member.
template <class Event>
class relay {
public:
  using listener = std::function<void(const Event&)>;

  /// @param kept_max events that are kept while there is no listener; further ones are dropped.
  explicit relay(std::size_t kept_max, replay again = replay::none)
    : kept_max_(kept_max), again_(again) {
    // nop
  }

  /// From now on `told` hears of events, first, on this thread, of those that were kept. Empty: they are kept
  /// again. The listener before it is not running any more on return, unless it is the one that calls this.
  void listen(listener told) EXCLUDES(mutex_) {
    auto next = told ? std::make_shared<const listener>(std::move(told)) : nullptr;
    unique_lock lock{mutex_};
    changed_.wait(lock, [this]() REQUIRES(mutex_) {
      return teller_ == std::thread::id{} || teller_ == std::this_thread::get_id();
    });
    // What was there goes with `next`, after the lock.
    told_.swap(next);
    if (told_ && last_ && waiting_.empty())
      waiting_.push_back(*last_);
    tell();
  }

  /// Tells of an event, on this thread or on one that is telling of an earlier one.
  void pass(Event event) EXCLUDES(mutex_) {
    const lock_guard guard{mutex_};
    if (!told_ && waiting_.size() >= kept_max_)
      return;
    waiting_.push_back(std::move(event));
    tell();
  }

private:
  void tell() REQUIRES(mutex_) {
    if (teller_ != std::thread::id{})
      return; // it goes on with what waits
    teller_ = std::this_thread::get_id();
    try {
      while (told_ && !waiting_.empty()) {
        auto event = std::move(waiting_.front());
        waiting_.pop_front();
        if (again_ == replay::last)
          last_ = event;
        call_unlocked(told_, std::move(event));
      }
    } catch (...) {
      end_telling();
      throw;
    }
    end_telling();
  }

  void end_telling() REQUIRES(mutex_) {
    teller_ = {};
    changed_.notify_all();
  }

  // The analysis does not follow a lock that is taken again by a destructor, which a listener that throws needs.
  void call_unlocked(std::shared_ptr<const listener> told, Event event)
    REQUIRES(mutex_) UNCHECKED_LOCKS {
    struct relock {
      mutex& of;
      ~relock() {
        of.lock();
      }
    };
    mutex_.unlock();
    const relock at_last{mutex_};
    // What the listener and the event hold goes before the mutex is locked again.
    const auto called = std::move(told);
    const auto what = std::move(event);
    (*called)(what);
  }

  const std::size_t kept_max_;
  const replay again_;
  mutex mutex_;
  condition_variable changed_;
  std::shared_ptr<const listener> told_ GUARDED_BY(mutex_);
  std::deque<Event> waiting_ GUARDED_BY(mutex_);
  /// Has been told; only with `replay::last`.
  std::optional<Event> last_ GUARDED_BY(mutex_);
  /// The thread that is telling; none: none is.
  std::thread::id teller_ GUARDED_BY(mutex_);
};

} // namespace callboard::sync
