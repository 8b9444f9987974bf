#include "agents/exec/spawn.hpp"

#include "agents/exec/own_children.hpp"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <new>
#include <optional>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

namespace callboard::agents {

namespace {

struct pipe_ends {
  unique_fd reader;
  unique_fd writer;
};

/// A pipe that children do not inherit, with neither end at 0–2: a server that was started without
/// standard streams gets such numbers, and the child's own streams go there.
std::optional<pipe_ends> make_pipe() {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0)
    return std::nullopt;
  pipe_ends made{unique_fd{ends[0]}, unique_fd{ends[1]}};
  for (auto* end : {&made.reader, &made.writer}) {
    if (end->get() > STDERR_FILENO)
      continue;
    unique_fd higher{fcntl(end->get(), F_DUPFD_CLOEXEC, STDERR_FILENO + 1)};
    if (!higher)
      return std::nullopt;
    *end = std::move(higher);
  }
  return made;
}

bool stop_blocking(const unique_fd& fd) {
  return fcntl(fd.get(), F_SETFL, O_NONBLOCK) == 0;
}

/// Pointers as `execve` takes them; the texts must stay where they are.
std::vector<char*> pointers_to(const std::vector<std::string>& texts) {
  std::vector<char*> made;
  made.reserve(texts.size() + 1);
  for (const auto& text : texts)
    made.push_back(const_cast<char*>(text.c_str()));
  made.push_back(nullptr);
  return made;
}

/// How a child failed to become its program; written by the child into memory that it shares with its parent.
struct child_report {
  /// The system's reason; 0: it did not fail.
  int failure = 0;
  /// Whether the guard was not there.
  bool is_unguarded = false;
};

/// What the child needs between its start and its program; it allocates nothing.
struct child_orders {
  const program& what;
  const program_guard& guard;
  char* const* arguments;
  char* const* environment;
  int input;
  int output;
  int errors;
  child_report* report;
};

void reset_signals() noexcept {
  struct sigaction by_default {};
  by_default.sa_handler = SIG_DFL;
  for (int number = 1; number < NSIG; ++number)
    sigaction(number, &by_default, nullptr);
}

bool set_streams(const child_orders& orders) noexcept {
  if (dup2(orders.input, STDIN_FILENO) < 0 || dup2(orders.output, STDOUT_FILENO) < 0
      || dup2(orders.errors, STDERR_FILENO) < 0)
    return false;
  // Libraries open descriptors that are inherited.
  closefrom(STDERR_FILENO + 1);
  return true;
}

/// Becomes the program; returns if that is not possible, with the reason of the best candidate.
int execute(const child_orders& orders) noexcept {
  int reason = ENOENT;
  for (const auto& place : orders.what.places) {
    execve(place.c_str(), orders.arguments, orders.environment);
    if (errno == EACCES)
      reason = EACCES;
    else if (errno != ENOENT && errno != ENOTDIR)
      return errno;
  }
  return reason;
}

/// The child: it runs in its parent's memory, on a stack of its own, with all signals blocked, while
/// the thread that started it waits. Calls the system only. It does not return, which sanitizers that
/// keep account of stacks cannot know.
__attribute__((no_sanitize("address", "thread"))) int run_child(void* given) noexcept {
  const auto& orders = *static_cast<const child_orders*>(given);
  auto& report = *orders.report;
  reset_signals();
  sigset_t none;
  sigemptyset(&none);
  if (setpgid(0, 0) != 0)
    report.failure = errno;
  // Before anything of the program runs: there is no moment at which it could be left behind.
  else if (!orders.guard.enroll(getpid())) {
    report.failure = errno;
    report.is_unguarded = true;
  } else if (!set_streams(orders)
             || (!orders.what.cwd.empty() && chdir(orders.what.cwd.c_str()) != 0)
             || sigprocmask(SIG_SETMASK, &none, nullptr) != 0)
    report.failure = errno;
  else
    report.failure = execute(orders);
  _exit(127);
}

/// Memory that a child shares with its parent: its stack, and at the other end its report. `execve` needs
/// none of it for its arguments.
class child_stack {
public:
  child_stack()
    : base_(mmap(nullptr, bytes, PROT_READ | PROT_WRITE,
                 MAP_SHARED | MAP_ANONYMOUS | MAP_STACK | MAP_NORESERVE, -1, 0)) {
    if (is_usable())
      new (base_) child_report{};
  }

  child_stack(const child_stack&) = delete;
  child_stack& operator=(const child_stack&) = delete;

  ~child_stack() {
    if (is_usable())
      munmap(base_, bytes);
  }

  bool is_usable() const noexcept {
    return base_ != MAP_FAILED;
  }

  child_report& report() const noexcept {
    return *static_cast<child_report*>(base_);
  }

  /// Stacks grow downwards.
  void* top() const noexcept {
    return static_cast<char*>(base_) + bytes;
  }

private:
  static constexpr std::size_t bytes = 256 * 1024;

  void* const base_;
};

/// What the start of a child came to.
struct started_child {
  pid_t pid = -1;
  unique_fd exited;
  child_report report;
};

// ThreadSanitizer keeps account of threads in their memory; a child that shares it confuses the account.
#ifdef __SANITIZE_THREAD__
constexpr int child_flags = CLONE_VFORK | CLONE_PIDFD | SIGCHLD;
#else
constexpr int child_flags = CLONE_VM | CLONE_VFORK | CLONE_PIDFD | SIGCHLD;
#endif

/// Starts the child and returns once it is the program, or has failed. Not `posix_spawn`, which would not
/// let it tell the guard first, and not `fork`, which copies the page tables of a large server.
started_child start_child(child_orders& orders) {
  started_child made;
  const child_stack stack;
  if (!stack.is_usable()) {
    made.report.failure = errno;
    return made;
  }
  orders.report = &stack.report();
  sigset_t all;
  sigset_t before;
  sigfillset(&all);
  // A handler of ours must not run in the child.
  pthread_sigmask(SIG_BLOCK, &all, &before);
  int exited = -1;
  made.pid = clone(run_child, stack.top(), child_flags, &orders, &exited);
  if (made.pid < 0)
    stack.report().failure = errno;
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  made.report = stack.report();
  made.exited = unique_fd{exited};
  return made;
}

tl::unexpected<error> system_failure(int code) {
  return fail(errc::io, std::generic_category().message(code));
}

} // namespace

std::vector<std::string> places_of(const std::string& name, std::string_view path) {
  if (name.find('/') != std::string::npos)
    return {name};
  std::vector<std::string> made;
  for (std::size_t from = 0; from <= path.size();) {
    const auto to = std::min(path.find(':', from), path.size());
    const auto directory = path.substr(from, to - from);
    made.push_back((directory.empty() ? "." : std::string{directory}) + '/' + name);
    from = to + 1;
  }
  return made;
}

result<spawned_program> spawn(const program& what, const program_guard& guard) {
  auto input = make_pipe();
  auto output = make_pipe();
  auto errors = make_pipe();
  if (!input || !output || !errors || !stop_blocking(input->writer)
      || !stop_blocking(output->reader) || !stop_blocking(errors->reader))
    return system_failure(errno);
  const auto arguments = pointers_to(what.command);
  const auto environment = pointers_to(what.environment);
  child_orders orders{what,
                      guard,
                      arguments.data(),
                      environment.data(),
                      input->reader.get(),
                      output->writer.get(),
                      errors->writer.get(),
                      nullptr};
  auto& own = own_children::instance();
  const auto held = own.lock();
  auto started = start_child(orders);
  if (started.pid > 0 && started.report.failure != 0) {
    guard.forget(started.pid);
    waitpid(started.pid, nullptr, 0);
  }
  if (started.report.is_unguarded)
    return fail(errc::conflict, "its guard process has ended");
  if (started.report.failure != 0)
    return system_failure(started.report.failure);
  own.add(started.pid);
  spawned_program made;
  made.pid = started.pid;
  made.exited = std::move(started.exited);
  made.input = std::move(input->writer);
  made.output = std::move(output->reader);
  made.errors = std::move(errors->reader);
  return made;
}

} // namespace callboard::agents
