#include "agents/exec/program_runner.hpp"

#include "agents/pipe_signal.hpp"

#include <algorithm>
#include <csignal>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <unordered_map>
#include <utility>
#include <variant>

#include <sys/eventfd.h>

namespace callboard::agents {

/// The thread's own: it owns the runs; others leave orders for it.
class program_runner::loop {
public:
  loop() : wake_up_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
    if (!wake_up_)
      throw std::runtime_error("programs cannot be run: no file descriptors are left");
    auto started = program_guard::start();
    if (!started)
      throw std::runtime_error("programs cannot be run: " + started.error().message);
    guard_.emplace(std::move(*started));
  }

  run_id start(run_order order, program_run::outcome_handler done) {
    std::lock_guard guard{mutex_};
    orders_.emplace_back(start_order{++last_id_, std::move(order), std::move(done)});
    wake();
    return last_id_;
  }

  void end(run_id id) {
    std::lock_guard guard{mutex_};
    orders_.emplace_back(id);
    wake();
  }

  void stop() {
    std::lock_guard guard{mutex_};
    is_stopping_ = true;
    wake();
  }

  void run() {
    // A program need not read its input. It starts with the signal as by default all the same.
    block_pipe_signal();
    while (true) {
      const auto goes_on = take_orders();
      const auto now = std::chrono::steady_clock::now();
      if (!goes_on)
        for (const auto& [id, run] : runs_)
          run->end(run_outcome::ending::stopped, now);
      advance(now);
      if (!goes_on && runs_.empty())
        break;
      wait();
    }
    guard_.reset();
  }

private:
  struct start_order {
    run_id id;
    run_order order;
    program_run::outcome_handler done;
  };

  /// A run to start, or the id of one to end.
  using instruction = std::variant<start_order, run_id>;

  void wake() {
    eventfd_write(wake_up_.get(), 1);
  }

  /// Returns whether to go on.
  bool take_orders() {
    std::vector<instruction> orders;
    bool goes_on = true;
    {
      std::lock_guard guard{mutex_};
      orders.swap(orders_);
      goes_on = !is_stopping_;
    }
    for (auto& next : orders) {
      if (auto* starts = std::get_if<start_order>(&next))
        begin(std::move(*starts));
      else if (const auto at = runs_.find(std::get<run_id>(next)); at != runs_.end())
        at->second->abandon(std::chrono::steady_clock::now());
    }
    return goes_on;
  }

  /// Another guard in place of one that was killed. Errors: `io`.
  result<void> replace_guard() {
    auto started = program_guard::start();
    if (!started)
      return tl::unexpected(started.error());
    guard_.emplace(std::move(*started));
    for (const auto& [id, run] : runs_)
      guard_->enroll(run->group());
    return {};
  }

  result<spawned_program> spawn_guarded(const program& what) {
    auto started = spawn(what, *guard_);
    if (started || started.error().code != errc::conflict)
      return started;
    if (const auto replaced = replace_guard(); !replaced)
      return tl::unexpected(replaced.error());
    return spawn(what, *guard_);
  }

  void begin(start_order next) {
    auto started = spawn_guarded(*next.order.what);
    if (!started) {
      run_outcome outcome;
      outcome.how = run_outcome::ending::not_started;
      outcome.errors = std::move(started.error().message);
      next.done(std::move(outcome));
      return;
    }
    runs_.emplace(next.id, std::make_unique<program_run>(std::move(*started), std::move(next.order),
                                                         std::move(next.done),
                                                         std::chrono::steady_clock::now()));
  }

  void advance(steady_time now) {
    std::erase_if(runs_, [this, now](const auto& entry) {
      entry.second->advance(now, *guard_);
      return entry.second->is_over();
    });
  }

  void wait() {
    watched_.clear();
    watched_.push_back({wake_up_.get(), POLLIN, 0});
    std::optional<steady_time> due;
    for (const auto& [id, run] : runs_) {
      run->watch(watched_);
      if (const auto next = run->due(); next && (!due || *next < *due))
        due = next;
    }
    poll(watched_.data(), watched_.size(), milliseconds_until(due));
    eventfd_t count = 0;
    eventfd_read(wake_up_.get(), &count);
  }

  /// As `poll` takes it: -1 is for ever.
  static int milliseconds_until(std::optional<steady_time> due) {
    if (!due)
      return -1;
    using std::chrono::milliseconds;
    constexpr milliseconds longest{std::chrono::hours{1}};
    const auto left = std::chrono::ceil<milliseconds>(*due - std::chrono::steady_clock::now());
    return static_cast<int>(std::clamp(left, milliseconds{0}, longest).count());
  }

  const unique_fd wake_up_;
  /// Used by the thread alone.
  std::optional<program_guard> guard_;
  std::mutex mutex_;
  std::vector<instruction> orders_;
  run_id last_id_ = 0;
  bool is_stopping_ = false;
  std::unordered_map<run_id, std::unique_ptr<program_run>> runs_;
  std::vector<pollfd> watched_;
};

std::shared_ptr<program_runner> program_runner::shared() {
  static std::mutex mutex;
  static std::weak_ptr<program_runner> current;
  std::lock_guard guard{mutex};
  auto found = current.lock();
  if (!found) {
    found = std::make_shared<program_runner>();
    current = found;
  }
  return found;
}

program_runner::program_runner()
  : loop_(std::make_shared<loop>()), thread_([held = loop_] { held->run(); }) {
  // nop
}

program_runner::~program_runner() {
  loop_->stop();
}

program_runner::run_id program_runner::run(run_order order, program_run::outcome_handler done) {
  return loop_->start(std::move(order), std::move(done));
}

void program_runner::end(run_id id) {
  loop_->end(id);
}

} // namespace callboard::agents
