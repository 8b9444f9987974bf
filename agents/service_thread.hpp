#pragma once

#include <thread>
#include <utility>

namespace callboard::agents {

/// A thread that its owner waits for when it is destroyed. When the owner happens to be destroyed on
/// the thread itself (an agent's last reference was dropped in a callback) the thread is let go
/// instead: so it must own all that it touches.
class service_thread {
public:
  template <class Run>
  explicit service_thread(Run run) : thread_(std::move(run)) {
    // nop
  }

  service_thread(service_thread&&) = default;
  service_thread& operator=(service_thread&&) = delete;

  ~service_thread() {
    if (!thread_.joinable())
      return;
    if (thread_.get_id() == std::this_thread::get_id())
      thread_.detach();
    else
      thread_.join();
  }

private:
  std::thread thread_;
};

} // namespace callboard::agents
