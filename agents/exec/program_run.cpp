#include "agents/exec/program_run.hpp"

#include "agents/exec/own_children.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <utility>

#include <sys/wait.h>

namespace callboard::agents {

namespace {

using namespace std::chrono_literals;

/// Between SIGTERM and SIGKILL; also what processes get that hold the output open after the program
/// itself has exited.
constexpr auto end_grace = 2s;

/// What is kept of standard error: enough for the end of a stack trace.
constexpr std::size_t errors_bytes_max = 8192;

/// What a read of a stream came to.
enum class read_result : std::uint8_t { bytes, nothing_yet, end };

/// Reads at most a buffer full, so that one talkative program does not hold up the others.
read_result read_some(const unique_fd& from, std::string& to) {
  std::array<char, 65536> bytes;
  const auto count = read(from.get(), bytes.data(), bytes.size());
  if (count > 0) {
    to.append(bytes.data(), static_cast<std::size_t>(count));
    return read_result::bytes;
  }
  if (count < 0 && (errno == EAGAIN || errno == EINTR))
    return read_result::nothing_yet;
  return read_result::end;
}

} // namespace

program_run::program_run(spawned_program started, run_order order, outcome_handler done,
                         steady_time now)
  : process_(std::move(started)),
    order_(std::move(order)),
    done_(std::move(done)),
    unwritten_(order_.input) {
  if (order_.timeout)
    deadline_ = now + *order_.timeout;
}

void program_run::watch(std::vector<pollfd>& watched) const {
  if (!has_exited_)
    watched.push_back({process_.exited.get(), POLLIN, 0});
  if (process_.input)
    watched.push_back({process_.input.get(), POLLOUT, 0});
  if (process_.output)
    watched.push_back({process_.output.get(), POLLIN, 0});
  if (process_.errors)
    watched.push_back({process_.errors.get(), POLLIN, 0});
}

std::optional<steady_time> program_run::due() const {
  if (deadline_ && kill_at_)
    return std::min(*deadline_, *kill_at_);
  return deadline_ ? deadline_ : kill_at_;
}

void program_run::advance(steady_time now, const program_guard& guard) {
  write_input();
  read_output(now);
  read_errors();
  note_exit(now);
  if (deadline_ && now >= *deadline_)
    end(run_outcome::ending::timeout, now);
  if (kill_at_ && now >= *kill_at_)
    kill_group();
  if (is_over())
    finish(guard);
}

void program_run::abandon(steady_time now) {
  done_ = nullptr;
  end(run_outcome::ending::stopped, now);
}

void program_run::end(run_outcome::ending how, steady_time now) {
  run_outcome outcome;
  outcome.how = how;
  tell(std::move(outcome));
  deadline_.reset();
  process_.input.reset();
  if (std::exchange(is_ending_, true))
    return;
  kill(-process_.pid, SIGTERM);
  kill_at_ = now + end_grace;
}

bool program_run::is_over() const {
  // What outlives SIGKILL has left the group; its hold on our pipes counts no more.
  return has_exited_ && (is_killed_ || (!process_.output && !process_.errors));
}

void program_run::write_input() {
  if (!process_.input)
    return;
  if (!unwritten_.empty()) {
    const auto count = write(process_.input.get(), unwritten_.data(), unwritten_.size());
    if (count >= 0)
      unwritten_.remove_prefix(static_cast<std::size_t>(count));
    else if (errno != EAGAIN && errno != EINTR)
      // The program does not read to the end; that is its own affair.
      unwritten_ = {};
  }
  if (unwritten_.empty())
    process_.input.reset();
}

void program_run::read_output(steady_time now) {
  if (!process_.output)
    return;
  if (read_some(process_.output, output_) == read_result::end)
    process_.output.reset();
  if (is_ending_)
    output_.clear();
  else if (output_.size() > order_.output_bytes_max)
    end(run_outcome::ending::too_much_output, now);
}

void program_run::read_errors() {
  if (!process_.errors)
    return;
  if (read_some(process_.errors, errors_) == read_result::end)
    process_.errors.reset();
  if (errors_.size() > errors_bytes_max)
    errors_.erase(0, errors_.size() - errors_bytes_max);
}

void program_run::note_exit(steady_time now) {
  if (has_exited_)
    return;
  siginfo_t info{};
  // Not reaped yet: until then its number, which is the group's too, cannot become another's.
  const auto code
    = waitid(P_PID, static_cast<id_t>(process_.pid), &info, WEXITED | WNOHANG | WNOWAIT);
  // Without such a child somebody else has reaped it.
  has_exited_ = code == 0 ? info.si_pid != 0 : errno == ECHILD;
  if (!has_exited_ || is_ending_)
    return;
  deadline_.reset();
  process_.input.reset();
  kill_at_ = now + end_grace;
}

void program_run::kill_group() {
  kill(-process_.pid, SIGKILL);
  kill_at_.reset();
  is_killed_ = true;
}

void program_run::finish(const program_guard& guard) {
  // Whatever is left of the group: a program's children end with it, as with the server.
  if (!is_killed_)
    kill_group();
  guard.forget(process_.pid);
  run_outcome outcome;
  siginfo_t info{};
  if (waitid(P_PID, static_cast<id_t>(process_.pid), &info, WEXITED) != 0)
    outcome.how = run_outcome::ending::lost;
  else if (info.si_code == CLD_EXITED)
    outcome.how = run_outcome::ending::exited;
  else
    outcome.how = run_outcome::ending::killed;
  own_children::instance().remove(process_.pid);
  outcome.code = info.si_status;
  outcome.output = std::move(output_);
  outcome.errors = std::move(errors_);
  tell(std::move(outcome));
}

void program_run::tell(run_outcome outcome) {
  if (const auto done = std::exchange(done_, nullptr))
    done(std::move(outcome));
}

} // namespace callboard::agents
