#include "agents/exec/program_guard.hpp"

#include "agents/exec/own_children.hpp"

#include <array>
#include <cerrno>
#include <csignal>
#include <cstddef>
#include <cstdlib>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

namespace callboard::agents {

namespace {

/// Groups that can be watched at once. Far beyond what a machine can run; 4 bytes each, of which only
/// those pages are real that were used.
constexpr std::size_t groups_max = std::size_t{1} << 20;

/// The guard's list. It must not allocate: the fork of a process with threads may find the heap locked.
class group_list {
public:
  group_list()
    : numbers_(static_cast<pid_t*>(mmap(nullptr, groups_max * sizeof(pid_t), PROT_READ | PROT_WRITE,
                                        MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0))) {
    // nop
  }

  bool is_usable() const noexcept {
    return numbers_ != MAP_FAILED;
  }

  /// Takes what a pipe's writer said: a group to watch, or with a minus one to forget.
  void take(pid_t order) noexcept {
    if (order > 0 && count_ < groups_max)
      numbers_[count_++] = order;
    else if (order < 0)
      forget(-order);
  }

  void kill_all() const noexcept {
    for (std::size_t i = 0; i < count_; ++i)
      kill(-numbers_[i], SIGKILL);
  }

private:
  void forget(pid_t group) noexcept {
    for (std::size_t i = count_; i-- > 0;)
      if (numbers_[i] == group) {
        numbers_[i] = numbers_[--count_];
        return;
      }
  }

  pid_t* const numbers_;
  std::size_t count_ = 0;
};

/// Lets go of all that the fork has from its parent: a port, a lock, a terminal would stay in use.
void let_go_of_all_but(int reader) noexcept {
  setsid();
  prctl(PR_SET_NAME, "callboard-guard");
  [[maybe_unused]] const auto moved = chdir("/");
  if (reader > 0)
    close_range(0, static_cast<unsigned>(reader) - 1, 0);
  close_range(static_cast<unsigned>(reader) + 1, ~0U, 0);
}

/// What the guard does until the last writer of the pipe is gone.
[[noreturn]] void watch(int reader) noexcept {
  let_go_of_all_but(reader);
  group_list groups;
  if (!groups.is_usable())
    _exit(EXIT_FAILURE);
  std::array<pid_t, 1024> orders;
  for (;;) {
    const auto bytes = read(reader, orders.data(), sizeof(orders));
    if (bytes < 0 && errno == EINTR)
      continue;
    if (bytes <= 0)
      break;
    // Each order was written at once, and all are of one size: none is cut in two.
    for (std::size_t i = 0; i < static_cast<std::size_t>(bytes) / sizeof(pid_t); ++i)
      groups.take(orders[i]);
  }
  groups.kill_all();
  _exit(EXIT_SUCCESS);
}

bool send(const unique_fd& to, pid_t order) noexcept {
  ssize_t count = -1;
  do
    count = write(to.get(), &order, sizeof(order));
  while (count < 0 && errno == EINTR);
  return count == sizeof(order);
}

} // namespace

result<program_guard> program_guard::start() {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0)
    return fail(errc::io, std::generic_category().message(errno));
  unique_fd reader{ends[0]};
  unique_fd writer{ends[1]};
  // Without the handlers of libraries for forks: the child calls nothing but the system.
  auto& own = own_children::instance();
  const auto held = own.lock();
  sigset_t all;
  sigset_t before;
  sigfillset(&all);
  // The guard begins with all signals blocked, and keeps them so.
  pthread_sigmask(SIG_BLOCK, &all, &before);
  const auto pid = _Fork();
  const auto reason = errno;
  if (pid == 0)
    watch(reader.get());
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  if (pid < 0)
    return fail(errc::io, std::generic_category().message(reason));
  own.add(pid);
  return program_guard{pid, std::move(writer)};
}

program_guard::program_guard(pid_t pid, unique_fd orders) noexcept
  : pid_(pid), orders_(std::move(orders)) {
  // nop
}

program_guard::program_guard(program_guard&& other) noexcept
  : pid_(std::exchange(other.pid_, -1)), orders_(std::move(other.orders_)) {
  // nop
}

program_guard::~program_guard() {
  if (pid_ < 0)
    return;
  orders_.reset();
  while (waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) {
    // Once more.
  }
  own_children::instance().remove(pid_);
}

bool program_guard::enroll(pid_t group) const noexcept {
  return send(orders_, group);
}

void program_guard::forget(pid_t group) const noexcept {
  send(orders_, -group);
}

} // namespace callboard::agents
