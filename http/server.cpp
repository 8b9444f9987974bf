#include <callboard/http_server.hpp>

#include <algorithm>
#include <thread>
#include <utility>

#include <asio/executor_work_guard.hpp>
#include <asio/io_context.hpp>
#include <asio/ssl/context.hpp>
#include <asio/steady_timer.hpp>

#include "http/address.hpp"
#include "http/application.hpp"
#include "http/descriptors.hpp"
#include "http/stream.hpp"

namespace callboard {

namespace {

using std::chrono::steady_clock;

/// A request that the service has not answered by then gets 504. Waiting takes up to 60 s; the rest
/// is for a slow store.
constexpr std::chrono::seconds answer_limit{75};
/// How often such requests are looked for.
constexpr std::chrono::seconds sweep_interval{5};
/// How long nothing must have come before a stopping server takes its idle connections for idle:
/// a client that is about to ask again on one of them gets an answer that closes it.
constexpr std::chrono::milliseconds quiet_before_end{100};
/// How often a stopping server looks whether it is done.
constexpr std::chrono::milliseconds stop_poll{2};

result<void> check(const http_options& options) {
  if (!http::is_listen_address(options.address))
    return fail(errc::invalid_argument,
                "listen address " + options.address + " is no IP address and not localhost");
  if (!http::is_loopback(options.address) && options.keys.empty() && !options.allow_insecure)
    return fail(errc::invalid_argument,
                "listening on " + options.address
                  + " without an API key would open the server to everybody who reaches it: "
                    "configure a key, listen on 127.0.0.1, or set allowInsecure");
  if (options.tls_certificate.empty() != options.tls_private_key.empty())
    return fail(errc::invalid_argument, "TLS needs both a certificate and a private key");
  if (options.connections_max == 0)
    return fail(errc::invalid_argument, "the number of connections must be at least 1");
  if (options.idle_limit < std::chrono::seconds{1})
    return fail(errc::invalid_argument, "the idle limit must be at least 1 s");
  if (options.default_time_limit < std::chrono::seconds{1}
      || options.default_time_limit > std::chrono::seconds{300})
    return fail(errc::invalid_argument, "the default time limit of messages must be 1-300 s");
  return {};
}

/// TLS 1.2 and up with the given files; null without any.
result<std::shared_ptr<asio::ssl::context>> make_tls(const http_options& options) {
  if (options.tls_certificate.empty())
    return nullptr;
  using context = asio::ssl::context;
  const auto* file = &options.tls_certificate;
  try {
    auto made = std::make_shared<context>(context::tls_server);
    made->set_options(context::default_workarounds | context::no_sslv2 | context::no_sslv3
                      | context::no_tlsv1 | context::no_tlsv1_1 | SSL_OP_NO_RENEGOTIATION);
    made->use_certificate_chain_file(options.tls_certificate);
    file = &options.tls_private_key;
    made->use_private_key_file(options.tls_private_key, context::pem);
    if (SSL_CTX_check_private_key(made->native_handle()) != 1)
      return fail(errc::io, "the TLS private key does not belong to the certificate");
    return made;
  } catch (const std::exception& fault) {
    return fail(errc::io, "cannot use the TLS file " + *file + ": " + fault.what());
  }
}

std::size_t thread_count(std::size_t wanted) {
  // Half of the cores: the engine needs the others.
  return wanted > 0 ? wanted : std::max<std::size_t>(1, std::thread::hardware_concurrency() / 2);
}

} // namespace

struct http_server::implementation {
  implementation(const http_options& options, service& jobs,
                 std::shared_ptr<task_callbacks> callbacks,
                 std::function<void(const http_log_entry&)> log)
    : shared(std::make_shared<http::traffic>(std::move(log))),
      app(options, jobs, std::move(callbacks), shared) {
    // nop
  }

  ~implementation() {
    stop(std::chrono::milliseconds{0});
  }

  result<void> start(const http_options& options) {
    auto tls = make_tls(options);
    if (!tls)
      return tl::unexpected{std::move(tls.error())};
    const auto connections
      = http::fit_connections(options.connections_max, options.connections_max_is_explicit);
    if (!connections)
      return tl::unexpected{connections.error()};
    auto opened = http::open_stream(io,
                                    {.address = options.address,
                                     .port = options.port,
                                     .connections_max = *connections,
                                     .body_bytes_max = options.body_bytes_max,
                                     .idle_limit = options.idle_limit,
                                     .tls = std::move(*tls)},
                                    shared, [this](const auto& received) { app.handle(received); });
    if (!opened)
      return tl::unexpected{std::move(opened.error())};
    wire = std::move(*opened);
    sweep_later();
    for (auto left = thread_count(options.threads); left > 0; --left)
      threads.emplace_back([this] { run(); });
    return {};
  }

  void run() noexcept {
    for (;;) {
      try {
        io.run();
        return;
      } catch (...) {
        // A handler let something out: that request is lost, the thread must not be.
      }
    }
  }

  void sweep_later() {
    sweeper.expires_after(sweep_interval);
    sweeper.async_wait([this](const asio::error_code& canceled) {
      if (canceled)
        return;
      shared->expire(steady_clock::now() - answer_limit);
      sweep_later();
    });
  }

  void stop_accepting() {
    if (threads.empty() || shared->is_closing())
      return;
    shared->begin_closing();
    wire->close_listener();
  }

  void stop(std::chrono::milliseconds grace) {
    if (threads.empty())
      return;
    stop_accepting();
    accepted_seen = shared->accepted();
    quiet_since = steady_clock::now();
    const auto deadline = quiet_since + grace;
    while (steady_clock::now() < deadline && !is_idle())
      std::this_thread::sleep_for(stop_poll);
    work.reset();
    io.stop();
    for (auto& each : threads)
      each.join();
    threads.clear();
    shared->abandon_all();
  }

  /// Whether nobody waits for an answer, or is about to ask.
  bool is_idle() {
    const auto now = steady_clock::now();
    if (shared->in_flight() > 0 || shared->accepted() != accepted_seen) {
      accepted_seen = shared->accepted();
      quiet_since = now;
      return false;
    }
    return wire->connections() == 0 || now - quiet_since >= quiet_before_end;
  }

  // In the order of their lives: the io_context ends before what its last handlers refer to.
  std::shared_ptr<http::traffic> shared;
  http::application app;
  asio::io_context io;
  asio::executor_work_guard<asio::io_context::executor_type> work{io.get_executor()};
  asio::steady_timer sweeper{io};
  std::unique_ptr<http::stream> wire;
  std::vector<std::thread> threads;
  // Only used while stopping.
  std::uint64_t accepted_seen = 0;
  steady_clock::time_point quiet_since{};
};

result<http_server> http_server::start(http_options options, service& jobs,
                                       std::shared_ptr<task_callbacks> callbacks,
                                       std::function<void(const http_log_entry&)> log) {
  if (auto checked = check(options); !checked)
    return tl::unexpected{std::move(checked.error())};
  try {
    auto made
      = std::make_unique<implementation>(options, jobs, std::move(callbacks), std::move(log));
    if (auto started = made->start(options); !started)
      return tl::unexpected{std::move(started.error())};
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
http_server::~http_server() = default;

std::uint16_t http_server::port() const noexcept {
  return impl_->wire->port();
}

void http_server::stop_accepting() {
  impl_->stop_accepting();
}

void http_server::stop(std::chrono::milliseconds grace) {
  impl_->stop(grace);
}

} // namespace callboard
