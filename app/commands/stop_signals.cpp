#include "app/commands/stop_signals.hpp"

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdint>
#include <system_error>
#include <utility>

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <unistd.h>

namespace callboard::app {

namespace {

/// What shells add to a signal's number.
constexpr int signal_exit_base = 128;

[[noreturn]] void fail_with_errno(const char* what) {
  throw std::system_error(errno, std::generic_category(), what);
}

} // namespace

stop_signals::stop_signals() {
  sigset_t wanted;
  sigemptyset(&wanted);
  sigaddset(&wanted, SIGTERM);
  sigaddset(&wanted, SIGINT);
  sigaddset(&wanted, SIGHUP);
  if (const int fault = ::pthread_sigmask(SIG_BLOCK, &wanted, nullptr); fault != 0)
    throw std::system_error(fault, std::generic_category(), "pthread_sigmask");
  // A client that hangs up, or a file that may not grow, must be an error of the write, not the end of
  // the program.
  for (const int harmless : {SIGPIPE, SIGXFSZ})
    if (std::signal(harmless, SIG_IGN) == SIG_ERR)
      fail_with_errno("signal");
  signal_fd_ = ::signalfd(-1, &wanted, SFD_CLOEXEC);
  quit_fd_ = ::eventfd(0, EFD_CLOEXEC);
  if (signal_fd_ < 0 || quit_fd_ < 0)
    fail_with_errno("signalfd");
  thread_ = std::thread{[this] { read_signals(); }};
}

stop_signals::~stop_signals() {
  const std::uint64_t one = 1;
  [[maybe_unused]] const auto written = ::write(quit_fd_, &one, sizeof(one));
  thread_.join();
  ::close(signal_fd_);
  ::close(quit_fd_);
}

std::optional<int> stop_signals::wait() {
  sync::unique_lock lock{mutex_};
  changed_.wait(lock, [this]() REQUIRES(mutex_) { return reason_ != reason::none; });
  return reason_ == reason::signal ? std::optional{signal_} : std::nullopt;
}

void stop_signals::fail() {
  {
    const sync::lock_guard lock{mutex_};
    reason_ = reason::fault;
  }
  changed_.notify_all();
}

void stop_signals::on_hangup(std::function<void()> told) {
  if (!told)
    return hangups_.listen({});
  hangups_.listen([told = std::move(told)](std::monostate) { told(); });
}

void stop_signals::read_signals() {
  std::array<pollfd, 2> watched{pollfd{signal_fd_, POLLIN, 0}, pollfd{quit_fd_, POLLIN, 0}};
  for (bool is_second = false;;) {
    if (::poll(watched.data(), watched.size(), -1) < 0)
      continue;
    if (watched[1].revents != 0)
      return;
    signalfd_siginfo arrived{};
    if (::read(signal_fd_, &arrived, sizeof(arrived)) != sizeof(arrived))
      continue;
    const auto number = static_cast<int>(arrived.ssi_signo);
    if (number == SIGHUP) {
      hangups_.pass({});
      continue;
    }
    if (is_second)
      ::_exit(signal_exit_base + number);
    is_second = true;
    {
      const sync::lock_guard lock{mutex_};
      if (reason_ == reason::none) {
        reason_ = reason::signal;
        signal_ = number;
      }
    }
    changed_.notify_all();
  }
}

} // namespace callboard::app
