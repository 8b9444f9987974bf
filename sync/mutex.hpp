#pragma once

#include <condition_variable>
#include <mutex>
#include <utility>

// Clang checks these (script/tidy); to other compilers they are nothing. See "Thread Safety Analysis" in Clang's manual.
#if defined(__clang__)
#  define CALLBOARD_THREAD_ATTRIBUTE(what) __attribute__((what))
#else
#  define CALLBOARD_THREAD_ATTRIBUTE(what)
#endif

/// A type whose objects are locked and unlocked.
#define CAPABILITY(name) CALLBOARD_THREAD_ATTRIBUTE(capability(name))
/// A type whose objects hold a lock as long as they live.
#define SCOPED_CAPABILITY CALLBOARD_THREAD_ATTRIBUTE(scoped_lockable)
/// A member that is used with this mutex held only.
#define GUARDED_BY(mutex) CALLBOARD_THREAD_ATTRIBUTE(guarded_by(mutex))
/// A function that is called with these mutexes held only.
#define REQUIRES(...) CALLBOARD_THREAD_ATTRIBUTE(requires_capability(__VA_ARGS__))
/// A function that is never called with these mutexes held.
#define EXCLUDES(...) CALLBOARD_THREAD_ATTRIBUTE(locks_excluded(__VA_ARGS__))
/// A function that locks; without arguments the object itself.
#define ACQUIRE(...) CALLBOARD_THREAD_ATTRIBUTE(acquire_capability(__VA_ARGS__))
/// A function that unlocks; without arguments the object itself.
#define RELEASE(...) CALLBOARD_THREAD_ATTRIBUTE(release_capability(__VA_ARGS__))
/// A function that locks if it returns this value.
#define TRY_ACQUIRE(...) CALLBOARD_THREAD_ATTRIBUTE(try_acquire_capability(__VA_ARGS__))
/// A function that returns this mutex.
#define RETURNS_MUTEX(mutex) CALLBOARD_THREAD_ATTRIBUTE(lock_returned(mutex))
/// A function that is not looked into. With the reason beside it.
#define UNCHECKED_LOCKS CALLBOARD_THREAD_ATTRIBUTE(no_thread_safety_analysis)

namespace callboard::sync {

/// `std::mutex`, whose use Clang checks: what it guards says `GUARDED_BY`. No code of others runs while it is held
/// (callbacks, agents, destructors of what they gave us): they might call us again.
class CAPABILITY("mutex") mutex {
public:
  mutex() = default;
  mutex(const mutex&) = delete;
  mutex& operator=(const mutex&) = delete;

  void lock() ACQUIRE() {
    held_.lock();
  }

  void unlock() RELEASE() {
    held_.unlock();
  }

  bool try_lock() TRY_ACQUIRE(true) {
    return held_.try_lock();
  }

private:
  friend class unique_lock;

  std::mutex held_;
};

/// Holds a mutex as long as it lives.
class SCOPED_CAPABILITY lock_guard {
public:
  explicit lock_guard(mutex& of) ACQUIRE(of) : of_(of) {
    of_.lock();
  }

  /// Takes over a mutex that is held already.
  lock_guard(mutex& of, std::adopt_lock_t) REQUIRES(of) : of_(of) {
    // nop
  }

  lock_guard(const lock_guard&) = delete;
  lock_guard& operator=(const lock_guard&) = delete;

  ~lock_guard() RELEASE() {
    of_.unlock();
  }

private:
  mutex& of_;
};

/// Holds a mutex as long as it lives, but while it waits and between `unlock` and `lock`.
class SCOPED_CAPABILITY unique_lock {
public:
  explicit unique_lock(mutex& of) ACQUIRE(of) : lock_(of.held_) {
    // nop
  }

  unique_lock(const unique_lock&) = delete;
  unique_lock& operator=(const unique_lock&) = delete;

  ~unique_lock() RELEASE() {
    // The member does it.
  }

  void lock() ACQUIRE() {
    lock_.lock();
  }

  void unlock() RELEASE() {
    lock_.unlock();
  }

private:
  friend class condition_variable;

  std::unique_lock<std::mutex> lock_;
};

/// `std::condition_variable` for these locks. A predicate that reads what a mutex guards says so:
/// `[this]() REQUIRES(mutex_) { … }`.
class condition_variable {
public:
  void notify_one() noexcept {
    changed_.notify_one();
  }

  void notify_all() noexcept {
    changed_.notify_all();
  }

  void wait(unique_lock& held) {
    changed_.wait(held.lock_);
  }

  template <class Predicate>
  void wait(unique_lock& held, Predicate is_true) {
    changed_.wait(held.lock_, std::move(is_true));
  }

  template <class Time>
  void wait_until(unique_lock& held, Time due) {
    changed_.wait_until(held.lock_, due);
  }

  /// Returns what the predicate says at the end.
  template <class Duration, class Predicate>
  bool wait_for(unique_lock& held, Duration time, Predicate is_true) {
    return changed_.wait_for(held.lock_, time, std::move(is_true));
  }

private:
  std::condition_variable changed_;
};

} // namespace callboard::sync
