#include "bench/load/process.hpp"

#include <cerrno>
#include <cstdint>
#include <cstring>
#include <fstream>
#include <sstream>
#include <system_error>
#include <thread>
#include <utility>

#include <fcntl.h>
#include <malloc.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

/// jemalloc's control function; null in programs that are linked without jemalloc.
extern "C" int mallctl(const char* name, void* old_value, size_t* old_size, void* new_value,
                       size_t new_size) __attribute__((weak));

namespace callboard::bench {

namespace {

using std::chrono::milliseconds;

/// How often a child is looked at while it is waited for.
constexpr milliseconds poll_interval{10};
/// Longer than the server's own grace time.
constexpr std::chrono::seconds stop_limit{15};
/// What is shown of a failed child's output.
constexpr std::size_t shown_output_bytes = 2000;

std::string read_file(const std::filesystem::path& path) {
  std::ifstream file{path};
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

/// Turns the forked process into the program; does not come back.
[[noreturn]] void become(const std::vector<std::string>& command, const char* directory,
                         const char* output) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  auto fd = ::open(output, O_WRONLY | O_CREAT | O_TRUNC, 0600);
  if (::chdir(directory) != 0 || fd < 0 || ::dup2(fd, STDOUT_FILENO) < 0
      || ::dup2(fd, STDERR_FILENO) < 0)
    ::_exit(127);
  std::vector<char*> arguments;
  for (const auto& each : command)
    arguments.push_back(const_cast<char*>(each.c_str()));
  arguments.push_back(nullptr);
  ::execv(arguments.front(), arguments.data());
  auto reason = std::string{"cannot run "} + command.front() + ": " + std::strerror(errno) + "\n";
  [[maybe_unused]] auto written = ::write(STDERR_FILENO, reason.data(), reason.size());
  ::_exit(127);
}

std::chrono::nanoseconds cpu_of_tasks(const std::filesystem::path& tasks) {
  std::chrono::nanoseconds sum{0};
  std::error_code ignored;
  for (const auto& task : std::filesystem::directory_iterator{tasks, ignored}) {
    std::ifstream file{task.path() / "schedstat"};
    std::int64_t on_cpu_ns = 0;
    if (file >> on_cpu_ns)
      sum += std::chrono::nanoseconds{on_cpu_ns};
  }
  return sum;
}

} // namespace

temp_directory::temp_directory() {
  auto pattern = (std::filesystem::temp_directory_path() / "callboard-bench-XXXXXX").string();
  if (::mkdtemp(pattern.data()) == nullptr)
    throw std::filesystem::filesystem_error{"no temporary directory",
                                            std::error_code{errno, std::generic_category()}};
  path_ = pattern;
}

temp_directory::~temp_directory() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

result<process_usage> usage_of(pid_t process) {
  auto directory = std::filesystem::path{"/proc"} / std::to_string(process);
  std::ifstream status{directory / "status"};
  if (!status)
    return fail(errc::io, "no process " + std::to_string(process));
  process_usage usage;
  usage.cpu = cpu_of_tasks(directory / "task");
  constexpr std::string_view field = "RssAnon:";
  constexpr std::size_t kilobyte = 1024;
  for (std::string line; std::getline(status, line);)
    if (line.starts_with(field))
      usage.resident_bytes = std::stoul(line.substr(field.size())) * kilobyte;
  return usage;
}

std::string_view allocator_name() noexcept {
  return mallctl != nullptr ? "jemalloc" : "malloc of the C library";
}

memory_usage own_memory() {
  memory_usage usage;
  if (mallctl != nullptr) {
    // jemalloc calls "all arenas" 4096 (MALLCTL_ARENAS_ALL), and counts anew when it is given an epoch.
    mallctl("arena.4096.purge", nullptr, nullptr, nullptr, 0);
    std::uint64_t epoch = 1;
    mallctl("epoch", nullptr, nullptr, &epoch, sizeof epoch);
    auto size = sizeof usage.allocated_bytes;
    mallctl("stats.allocated", &usage.allocated_bytes, &size, nullptr, 0);
  } else {
    ::malloc_trim(0);
    const auto counted = ::mallinfo2();
    usage.allocated_bytes = counted.uordblks + counted.hblkhd;
  }
  if (const auto own = usage_of(::getpid()))
    usage.resident_bytes = own->resident_bytes;
  return usage;
}

result<child_process> child_process::start(const std::vector<std::string>& command,
                                           const std::filesystem::path& directory,
                                           const std::string& output) {
  child_process child;
  child.name_ = std::filesystem::path{command.front()}.filename();
  child.output_ = directory / output;
  auto id = ::fork();
  if (id < 0)
    return fail(errc::io, "cannot start " + command.front() + ": " + std::strerror(errno));
  if (id == 0)
    become(command, directory.c_str(), child.output_.c_str());
  child.id_ = id;
  child.is_over_ = false;
  return child;
}

child_process::child_process(child_process&& other) noexcept
  : id_(std::exchange(other.id_, -1)),
    status_(other.status_),
    is_over_(std::exchange(other.is_over_, true)),
    name_(std::move(other.name_)),
    output_(std::move(other.output_)) {
}

child_process& child_process::operator=(child_process&& other) noexcept {
  if (this != &other) {
    stop();
    id_ = std::exchange(other.id_, -1);
    status_ = other.status_;
    is_over_ = std::exchange(other.is_over_, true);
    name_ = std::move(other.name_);
    output_ = std::move(other.output_);
  }
  return *this;
}

child_process::~child_process() {
  stop();
}

bool child_process::has_ended() noexcept {
  if (!is_over_ && ::waitpid(id_, &status_, WNOHANG) == id_)
    is_over_ = true;
  return is_over_;
}

void child_process::stop() noexcept {
  if (has_ended())
    return;
  ::kill(id_, SIGTERM);
  auto until = std::chrono::steady_clock::now() + stop_limit;
  while (!has_ended() && std::chrono::steady_clock::now() < until)
    std::this_thread::sleep_for(poll_interval);
  if (!is_over_) {
    ::kill(id_, SIGKILL);
    ::waitpid(id_, &status_, 0);
    is_over_ = true;
  }
}

std::string child_process::output() const {
  return read_file(output_);
}

tl::unexpected<error> child_process::failure(const std::string& what) const {
  auto text = output();
  if (text.size() > shown_output_bytes)
    text.erase(0, text.size() - shown_output_bytes);
  return fail(errc::io, name_ + " " + what + "; it printed:\n" + text);
}

result<void> child_process::wait(milliseconds limit) {
  auto until = std::chrono::steady_clock::now() + limit;
  while (!has_ended()) {
    if (std::chrono::steady_clock::now() > until)
      return fail(errc::unavailable,
                  name_ + " still runs after " + std::to_string(limit.count()) + " ms");
    std::this_thread::sleep_for(poll_interval);
  }
  if (!WIFEXITED(status_) || WEXITSTATUS(status_) != 0)
    return failure("failed");
  return {};
}

result<endpoint> child_process::wait_for_port(const std::filesystem::path& port_file,
                                              milliseconds limit) {
  auto until = std::chrono::steady_clock::now() + limit;
  unsigned seen = 0;
  while (true) {
    unsigned port = 0;
    std::ifstream{port_file} >> port;
    // Twice the same: then it was not read while it was being written.
    if (port != 0 && port == seen)
      return endpoint{"127.0.0.1", static_cast<std::uint16_t>(port)};
    seen = port;
    if (has_ended())
      return failure("ended before it listened");
    if (std::chrono::steady_clock::now() > until)
      return failure("does not listen after " + std::to_string(limit.count()) + " ms");
    std::this_thread::sleep_for(poll_interval);
  }
}

} // namespace callboard::bench
