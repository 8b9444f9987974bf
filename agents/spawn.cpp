#include "agents/spawn.hpp"

#include <cerrno>
#include <csignal>
#include <optional>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>

// glibc 2.36 forgets to say that its function has C linkage.
extern "C" {
#include <sys/pidfd.h>
}

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

/// The two objects that `posix_spawn` takes its orders from.
class spawn_orders {
public:
  spawn_orders() {
    posix_spawn_file_actions_init(&actions_);
    posix_spawnattr_init(&attributes_);
  }

  spawn_orders(const spawn_orders&) = delete;
  spawn_orders& operator=(const spawn_orders&) = delete;

  ~spawn_orders() {
    posix_spawn_file_actions_destroy(&actions_);
    posix_spawnattr_destroy(&attributes_);
  }

  /// Gives the child these streams and nothing else: libraries open descriptors that are inherited.
  bool set_streams(const unique_fd& input, const unique_fd& output, const unique_fd& errors) {
    return posix_spawn_file_actions_adddup2(&actions_, input.get(), STDIN_FILENO) == 0
           && posix_spawn_file_actions_adddup2(&actions_, output.get(), STDOUT_FILENO) == 0
           && posix_spawn_file_actions_adddup2(&actions_, errors.get(), STDERR_FILENO) == 0
           && posix_spawn_file_actions_addclosefrom_np(&actions_, STDERR_FILENO + 1) == 0;
  }

  bool set_cwd(const std::string& cwd) {
    return cwd.empty() || posix_spawn_file_actions_addchdir_np(&actions_, cwd.c_str()) == 0;
  }

  /// A group of its own; no signal blocked or ignored because the server does so.
  bool set_process() {
    sigset_t all;
    sigset_t none;
    sigfillset(&all);
    sigemptyset(&none);
    return posix_spawnattr_setpgroup(&attributes_, 0) == 0
           && posix_spawnattr_setsigdefault(&attributes_, &all) == 0
           && posix_spawnattr_setsigmask(&attributes_, &none) == 0
           && posix_spawnattr_setflags(&attributes_, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF
                                                       | POSIX_SPAWN_SETSIGMASK)
                == 0;
  }

  /// Returns 0 or what went wrong.
  int run(pid_t& pid, const program& what) const {
    auto arguments = pointers_to(what.command);
    auto environment = pointers_to(what.environment);
    return posix_spawnp(&pid, arguments.front(), &actions_, &attributes_, arguments.data(),
                        environment.data());
  }

private:
  static std::vector<char*> pointers_to(const std::vector<std::string>& texts) {
    std::vector<char*> made;
    for (const auto& text : texts)
      made.push_back(const_cast<char*>(text.c_str()));
    made.push_back(nullptr);
    return made;
  }

  posix_spawn_file_actions_t actions_;
  posix_spawnattr_t attributes_;
};

tl::unexpected<error> system_failure(int code) {
  return fail(errc::io, std::generic_category().message(code));
}

} // namespace

result<spawned_program> spawn(const program& what) {
  auto input = make_pipe();
  auto output = make_pipe();
  auto errors = make_pipe();
  spawn_orders orders;
  if (!input || !output || !errors || !stop_blocking(input->writer)
      || !stop_blocking(output->reader) || !stop_blocking(errors->reader))
    return system_failure(errno);
  if (!orders.set_streams(input->reader, output->writer, errors->writer)
      || !orders.set_cwd(what.cwd) || !orders.set_process())
    return system_failure(ENOMEM);
  spawned_program made;
  if (const auto code = orders.run(made.pid, what); code != 0)
    return system_failure(code);
  made.exited = unique_fd{pidfd_open(made.pid, 0)};
  if (!made.exited) {
    const auto code = errno;
    if (code == ESRCH) // somebody reaps children by themselves
      return fail(errc::io, "it ended before it could be watched");
    // Nobody could notice its end, so it must not live.
    kill(-made.pid, SIGKILL);
    waitpid(made.pid, nullptr, 0);
    return system_failure(code);
  }
  made.input = std::move(input->writer);
  made.output = std::move(output->reader);
  made.errors = std::move(errors->reader);
  return made;
}

} // namespace callboard::agents
