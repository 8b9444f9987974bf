#include "app/commands/orphan_reaper.hpp"

#include <chrono>

#include <unistd.h>

#include <callboard/agents.hpp>

namespace callboard::app {

namespace {

/// What a process that has ended holds is a number and a line of `ps`: a second of it does no harm.
constexpr std::chrono::seconds interval{1};

} // namespace

orphan_reaper::orphan_reaper() {
  if (::getpid() == 1)
    thread_ = std::thread{[this] { run(); }};
}

orphan_reaper::~orphan_reaper() {
  if (!thread_.joinable())
    return;
  {
    const sync::lock_guard lock{mutex_};
    is_stopping_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

void orphan_reaper::run() {
  while (rest())
    reap_adopted_processes();
}

bool orphan_reaper::rest() {
  sync::unique_lock lock{mutex_};
  return !changed_.wait_for(lock, interval, [this]() REQUIRES(mutex_) { return is_stopping_; });
}

} // namespace callboard::app
