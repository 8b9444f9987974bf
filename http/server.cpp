#include <callboard/http_server.hpp>

#include <algorithm>
#include <future>
#include <optional>
#include <string>
#include <thread>
#include <utility>

#include <asio/executor_work_guard.hpp>
#include <asio/io_context.hpp>
#include <asio/post.hpp>
#include <asio/steady_timer.hpp>

#include "http/application.hpp"
#include "http/framing/address.hpp"
#include "http/transport/descriptors.hpp"
#include "http/transport/listener_watchdog.hpp"
#include "http/transport/tls_context.hpp"
#include "http/transport/transport.hpp"
#include "sync/relay.hpp"

namespace callboard {

namespace {

using std::chrono::steady_clock;

/// A request that the service has not answered by then gets 504. Waiting takes up to 60 s; the rest
/// is for a slow store.
constexpr std::chrono::seconds answer_limit{75};
/// How often such requests are looked for.
constexpr std::chrono::seconds sweep_interval{5};
/// How often streams are looked for in which nothing was sent for long; at most a tenth of what is long.
constexpr std::chrono::seconds comment_look_interval{1};
/// How long nothing must have come before a stopping server takes its idle connections for idle:
/// a client that is about to ask again on one of them gets an answer that closes it.
constexpr std::chrono::milliseconds quiet_before_end{100};
/// How long the server may take to take a connection of its own: it has to do with many others then, but
/// with none that came in all the time before.
constexpr std::chrono::seconds watchdog_limit{10};
/// How often a stopping server looks whether it is done.
constexpr std::chrono::milliseconds stop_poll{2};

/// One a nanosecond, and the configuration's own limit.
constexpr std::size_t rate_max = 1'000'000'000;

/// More than any answer that cannot be refused takes: else one could never go out beside another.
constexpr std::size_t unsent_bytes_least = 16 * 1024 * 1024;

/// Several of the largest requests: else one would be refused because of another.
constexpr std::size_t unread_bytes_least = 16 * 1024 * 1024;

result<void> check(const http_options& options) {
  if (!http::is_listen_address(options.address))
    return fail(errc::invalid_argument,
                "listen address " + options.address + " is neither an IP address nor localhost");
  if (!http::is_loopback(options.address) && options.keys.empty() && !options.allow_insecure)
    return fail(errc::invalid_argument,
                "listening on " + options.address
                  + " without an API key would open the server to anyone who can reach it: "
                    "configure a key, listen on 127.0.0.1, or set allowInsecure");
  if (options.tls_certificate.empty() != options.tls_private_key.empty())
    return fail(errc::invalid_argument, "TLS needs both a certificate and a private key");
  if (options.connections_max == 0)
    return fail(errc::invalid_argument, "the number of connections must be at least 1");
  if (options.unsent_bytes_max < unsent_bytes_least)
    return fail(errc::invalid_argument, "the limit for unsent responses must be at least 16 MiB");
  if (options.unread_bytes_max < unread_bytes_least)
    return fail(errc::invalid_argument,
                "the limit for incomplete requests must be at least 16 MiB");
  if (options.idle_limit < std::chrono::seconds{1})
    return fail(errc::invalid_argument, "the idle limit must be at least 1 s");
  if (options.head_limit < std::chrono::milliseconds{1})
    return fail(errc::invalid_argument, "the time limit of heads must be at least 1 ms");
  if (options.stream_comment_interval < std::chrono::milliseconds{100})
    return fail(errc::invalid_argument,
                "the interval of comments in streams must be at least 100 ms");
  if (options.rates.window < std::chrono::seconds{1})
    return fail(errc::invalid_argument, "the window of rate limits must be at least 1 s");
  for (const auto count : {options.rates.requests_per_key, options.rates.requests_per_address,
                           options.rates.failed_keys_per_address})
    if (count > rate_max)
      return fail(errc::invalid_argument, "rate limits must be at most 1,000,000,000 per window");
  if (options.default_time_limit < std::chrono::seconds{1}
      || options.default_time_limit > std::chrono::seconds{300})
    return fail(errc::invalid_argument, "the default time limit of messages must be 1-300 s");
  return {};
}

std::size_t thread_count(std::size_t wanted) {
  // Half of the cores: the engine needs the others.
  return wanted > 0 ? wanted : std::max<std::size_t>(1, std::thread::hardware_concurrency() / 2);
}

/// The threads of a running server and what they run. Ends with all its connections.
class server_loop {
public:
  /// With `count` threads; told before the first runs, so that a single one needs to wake no other.
  explicit server_loop(std::size_t count) : count_(count), io_(static_cast<int>(count)) {
    // nop
  }

  server_loop(const server_loop&) = delete;
  server_loop& operator=(const server_loop&) = delete;

  ~server_loop() {
    check_.reset();
    work_.reset();
    work_aside_.reset();
    io_.stop();
    aside_.stop();
    for (auto& each : threads_)
      each.join();
    // Whoever still owes an answer lets go of its connection now: none may outlive the io_context.
    if (shared_)
      shared_->abandon_all();
  }

  result<void> start(const http_options& options, std::shared_ptr<http::in_flight> shared,
                     http::application& app) {
    auto tls = http::make_tls(options);
    if (!tls)
      return tl::unexpected{std::move(tls.error())};
    const auto connections
      = http::fit_connections(options.connections_max, options.connections_max_is_explicit);
    if (!connections)
      return tl::unexpected{connections.error()};
    auto opened = http::open_transport(
      io_, aside_,
      {.address = options.address,
       .port = options.port,
       .connections_max = *connections,
       .connections_per_address_max = options.connections_per_address_max,
       .body_bytes_max = options.body_bytes_max,
       .head_limit = options.head_limit,
       .idle_limit = options.idle_limit,
       .tls = std::move(*tls)},
      shared, [&app](const auto& received) { app.handle(received); },
      [&app](auto& head, auto now) { return app.screen(head, now); });
    if (!opened)
      return tl::unexpected{std::move(opened.error())};
    wire_ = std::move(*opened);
    shared_ = std::move(shared);
    comment_interval_ = options.stream_comment_interval;
    sweep_later();
    comment_later();
    for (auto left = count_; left > 0; --left)
      threads_.emplace_back([this] { run(io_); });
    threads_.emplace_back([this] { run(aside_); });
    return {};
  }

  std::uint16_t port() const noexcept {
    return wire_->port();
  }

  void watch(const http_options& options, http::listener_watchdog::alarm tell) {
    if (options.watchdog_interval.count() > 0)
      check_.emplace(
        http::listener_watchdog::options{.address = options.address,
                                         .port = wire_->port(),
                                         .interval = options.watchdog_interval,
                                         .limit = watchdog_limit},
        [this] { return wire_->seen(); }, [this] { return wire_->waiting(); },
        [this](std::uint16_t port) { wire_->expect_own(port); }, std::move(tell));
  }

  void close_listener() {
    check_.reset();
    wire_->close_listener();
  }

  /// Waits until no client waits for a response or is about to send a request.
  void await_idle(std::chrono::milliseconds grace) {
    auto quiet_since = steady_clock::now();
    auto accepted = shared_->accepted();
    const auto deadline = quiet_since + grace;
    for (auto now = quiet_since; now < deadline; now = steady_clock::now()) {
      if (shared_->count() > 0 || shared_->accepted() != accepted) {
        accepted = shared_->accepted();
        quiet_since = now;
      } else if (wire_->connections() == 0) {
        return;
      } else if (now - quiet_since >= quiet_before_end) {
        // On a busy machine input may only be missing because it has not been read yet.
        if (!look_once(deadline) || shared_->accepted() == accepted)
          return;
      }
      std::this_thread::sleep_for(stop_poll);
    }
  }

private:
  /// Waits until the threads have looked at the connections once more; false if that takes too long.
  bool look_once(steady_clock::time_point deadline) {
    // Between two handlers that follow each other asio asks the system what has come.
    const auto looked = std::make_shared<std::promise<void>>();
    asio::post(io_, [this, looked] { asio::post(io_, [looked] { looked->set_value(); }); });
    return looked->get_future().wait_until(deadline) == std::future_status::ready;
  }

  static void run(asio::io_context& what) noexcept {
    for (;;) {
      try {
        what.run();
        return;
      } catch (...) {
        // A handler let something out: that request is lost, the thread must not be.
      }
    }
  }

  void sweep_later() {
    sweeper_.expires_after(sweep_interval);
    sweeper_.async_wait([this](const asio::error_code& canceled) {
      if (canceled)
        return;
      shared_->expire(steady_clock::now() - answer_limit);
      sweep_later();
    });
  }

  void comment_later() {
    const auto look
      = std::min<std::chrono::milliseconds>(comment_look_interval, comment_interval_ / 10);
    commenter_.expires_after(look);
    commenter_.async_wait([this, look](const asio::error_code& canceled) {
      if (canceled)
        return;
      // Early rather than late: proxies are set to the interval, too.
      shared_->streams().comment(steady_clock::now() - (comment_interval_ - look));
      comment_later();
    });
  }

  // In the order of their lives: the io_context ends before what its last handlers refer to.
  std::shared_ptr<http::in_flight> shared_;
  std::size_t count_;
  asio::io_context io_;
  asio::executor_work_guard<asio::io_context::executor_type> work_{io_.get_executor()};
  /// Long lists are printed by a thread of its own, one after the other: no other request waits for them.
  asio::io_context aside_{1};
  asio::executor_work_guard<asio::io_context::executor_type> work_aside_{aside_.get_executor()};
  asio::steady_timer sweeper_{io_};
  asio::steady_timer commenter_{io_};
  std::chrono::milliseconds comment_interval_{0};
  std::unique_ptr<http::transport> wire_;
  std::vector<std::thread> threads_;
  std::optional<http::listener_watchdog> check_;
};

} // namespace

struct http_server::implementation {
  implementation(const http_options& options, service& jobs,
                 std::shared_ptr<task_callbacks> callbacks,
                 std::function<void(const http_log_entry&)> log)
    : shared(std::make_shared<http::in_flight>(std::move(log), options.unsent_bytes_max,
                                               options.logged_requests, options.unread_bytes_max)),
      app(options, jobs, std::move(callbacks), shared),
      loop(std::make_unique<server_loop>(thread_count(options.threads))) {
    // nop
  }

  std::shared_ptr<http::in_flight> shared;
  http::application app;
  std::uint16_t port = 0;
  sync::relay<std::string> faults{1, sync::replay::last};
  /// Null once stopped.
  std::unique_ptr<server_loop> loop;
};

result<http_server> http_server::start(http_options options, service& jobs,
                                       std::shared_ptr<task_callbacks> callbacks,
                                       std::function<void(const http_log_entry&)> log) {
  if (auto checked = check(options); !checked)
    return tl::unexpected{std::move(checked.error())};
  try {
    auto made
      = std::make_unique<implementation>(options, jobs, std::move(callbacks), std::move(log));
    if (auto started = made->loop->start(options, made->shared, made->app); !started)
      return tl::unexpected{std::move(started.error())};
    made->port = made->loop->port();
    made->loop->watch(
      options, [&of = *made](std::string_view fault) { of.faults.pass(std::string{fault}); });
    return http_server{std::move(made)};
  } catch (const std::exception& fault) {
    return fail(errc::io, std::string{"cannot start the HTTP server: "} + fault.what());
  }
}

http_server::http_server(std::unique_ptr<implementation> impl) : impl_(std::move(impl)) {
  // nop
}

http_server::http_server(http_server&&) noexcept = default;
http_server& http_server::operator=(http_server&&) noexcept = default;

http_server::~http_server() {
  if (impl_)
    stop(std::chrono::milliseconds{0});
}

std::uint16_t http_server::port() const noexcept {
  return impl_->port;
}

std::size_t http_server::unsent_bytes() const {
  return impl_->shared->gate().bytes();
}

std::size_t http_server::unread_bytes() const {
  return impl_->shared->arrivals().bytes();
}

void http_server::on_fatal(std::function<void(std::string_view)> told) {
  if (!told)
    return impl_->faults.listen({});
  impl_->faults.listen([told = std::move(told)](const std::string& fault) { told(fault); });
}

void http_server::stop_accepting() {
  if (!impl_->loop || impl_->shared->is_closing())
    return;
  impl_->shared->begin_closing();
  impl_->loop->close_listener();
}

void http_server::stop(std::chrono::milliseconds grace) {
  stop_accepting();
  if (impl_->loop)
    impl_->loop->await_idle(grace);
  impl_->loop.reset();
}

} // namespace callboard
