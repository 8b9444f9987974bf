#include "http/transport/listener.hpp"

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <future>
#include <string>
#include <utility>

#include <asio/bind_executor.hpp>
#include <asio/post.hpp>
#include <asio/steady_timer.hpp>
#include <asio/strand.hpp>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include "http/message/error_form.hpp"
#include "http/message/head.hpp"
#include "http/transport/lingering_close.hpp"
#include "http/transport/listener_watchdog.hpp"

namespace callboard::http {

namespace {

/// How long the listener rests when it cannot accept: well below the second within
/// which it must serve again, long enough that trying costs nothing.
constexpr std::chrono::milliseconds rest_after_failure{100};

/// How many of those who are refused may be given the time to read it. Their descriptors come out of
/// those that are left for everything but connections.
constexpr std::size_t refused_max = 64;

/// How many are taken beyond the limits, for as long as it takes to say one thing. Enough for all who look
/// after a server; their descriptors come from there, too.
constexpr std::size_t beyond_limit_max = 32;

/// How much of an answer the system takes beyond what is on its way to the client. Without this it takes
/// megabytes for each client that does not read, in memory that nobody counts, and takes long for that
/// while others wait. Twice what a TLS record holds; less would have large answers wait for this process
/// more often, more gave no client its answer sooner.
constexpr int system_bytes_max = 32 * 1024;

/// Has the connections of a listening socket hold no more than that. Linux hands it down to them. Where
/// it cannot be set more is held.
void limit_system_bytes(int listening) noexcept {
  ::setsockopt(listening, IPPROTO_TCP, TCP_NOTSENT_LOWAT, &system_bytes_max,
               sizeof system_bytes_max);
}

/// What a client reads that finds no room.
std::string no_room() {
  const auto made = refuse_for_now(error_form::problem, faults::no_room.status,
                                   faults::no_room.code, faults::no_room.detail);
  return render_head(made, {.closes = true}) + made.body();
}

asio::ip::tcp::endpoint endpoint_of(const listener_options& options) {
  if (options.address == "localhost")
    return {asio::ip::address_v4::loopback(), options.port};
  if (options.address == "ip6-localhost")
    return {asio::ip::address_v6::loopback(), options.port};
  return {asio::ip::make_address(options.address), options.port};
}

bool is_out_of_descriptors(const asio::error_code& fault) noexcept {
  return fault == asio::error::no_descriptors || fault.value() == ENFILE;
}

/// A descriptor that can be given up when there is no other, so that a client can be refused.
class spare_descriptor {
public:
  spare_descriptor() {
    take();
  }

  spare_descriptor(const spare_descriptor&) = delete;
  spare_descriptor& operator=(const spare_descriptor&) = delete;

  ~spare_descriptor() {
    give_up();
  }

  void take() noexcept {
    if (file_ < 0)
      file_ = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
  }

  /// Whether there was one.
  bool give_up() noexcept {
    return file_ >= 0 && ::close(std::exchange(file_, -1)) == 0;
  }

private:
  int file_ = -1;
};

} // namespace

client_source source_of(const asio::ip::address& from) {
  if (from.is_v4())
    return asio::ip::make_address_v6(asio::ip::v4_mapped, from.to_v4()).to_bytes();
  auto bytes = from.to_v6().to_bytes();
  if (!from.to_v6().is_v4_mapped())
    std::fill(bytes.begin() + 8, bytes.end(), std::uint8_t{0});
  return bytes;
}

class listener::implementation : public std::enable_shared_from_this<implementation> {
public:
  implementation(asio::io_context& io, const listener_options& options, taker take)
    : strand_(asio::make_strand(io)),
      acceptor_(strand_),
      timer_(strand_),
      places_(std::make_shared<connection_places>(options.connections_max,
                                                  options.connections_per_address_max)),
      answers_refused_(options.answers_refused),
      io_(io),
      take_(std::move(take)) {
    const auto at = endpoint_of(options);
    acceptor_.open(at.protocol());
    acceptor_.set_option(asio::socket_base::reuse_address{true});
    limit_system_bytes(acceptor_.native_handle());
    acceptor_.bind(at);
    acceptor_.listen(asio::socket_base::max_listen_connections);
    // With this, accepting in a loop cannot wait for a connection that is gone by then.
    acceptor_.non_blocking(true);
    port_ = acceptor_.local_endpoint().port();
    socket_ = acceptor_.native_handle();
  }

  void accept_next() {
    acceptor_.async_accept(
      io_, [self = shared_from_this()](const asio::error_code& fault, asio::ip::tcp::socket from) {
        self->accepted(fault, std::move(from));
      });
  }

  std::uint16_t port() const noexcept {
    return port_;
  }

  std::size_t connections() const noexcept {
    return places_->taken();
  }

  std::uint64_t seen() const noexcept {
    return seen_.load();
  }

  std::optional<std::size_t> waiting() const noexcept {
    return waiting_connections(socket_);
  }

  void expect_own(std::uint16_t port) noexcept {
    own_port_.store(port);
  }

  void close() {
    std::promise<void> closed;
    asio::post(strand_, [this, &closed] {
      take_waiting();
      asio::error_code ignored;
      acceptor_.close(ignored);
      timer_.cancel();
      closed.set_value();
    });
    closed.get_future().get();
  }

private:
  void accepted(const asio::error_code& fault, asio::ip::tcp::socket from) {
    if (!acceptor_.is_open())
      return;
    try {
      if (!fault)
        spare_.take(); // another thread may have had it
      if (!fault)
        admit(std::move(from));
      else if (is_out_of_descriptors(fault))
        refuse_with_spare();
    } catch (...) {
      // Out of memory, most likely: this connection ends, the next may find some.
    }
    // Whatever is short (descriptors, memory, buffers), trying at once would find it short again.
    if (fault)
      rest();
    else
      accept_next();
  }

  /// Whoever has connected by now may have asked already: closing would reset these connections.
  void take_waiting() noexcept {
    try {
      asio::error_code fault;
      for (int left = asio::socket_base::max_listen_connections; left > 0 && !fault; --left) {
        asio::ip::tcp::socket from{io_};
        acceptor_.accept(from, fault);
        if (!fault)
          admit(std::move(from));
      }
    } catch (...) {
      // Out of memory: those who are left find the listener closed.
    }
  }

  bool is_own(const asio::ip::tcp::socket& from, const asio::ip::tcp::endpoint& peer) const {
    if (peer.port() != own_port_.load())
      return false;
    asio::error_code fault;
    const auto here = from.local_endpoint(fault);
    return !fault && here.address() == peer.address();
  }

  void admit(asio::ip::tcp::socket from) {
    asio::error_code fault;
    const auto peer = from.remote_endpoint(fault);
    const auto is_probe = !fault && is_own(from, peer);
    // Only now: who waits for this count may forget the port after it.
    seen_.fetch_add(1);
    if (fault || is_probe)
      return;
    if (auto place = places_->take(source_of(peer.address())))
      take_(std::move(from), std::move(*place), false);
    else if (auto beyond = beyond_limit_->take({}))
      take_(std::move(from), std::move(*beyond), true);
    else
      refuse(std::move(from));
  }

  void refuse(asio::ip::tcp::socket from) {
    asio::error_code ignored;
    from.non_blocking(true, ignored);
    // So few bytes always fit into a new connection's buffer.
    if (answers_refused_)
      from.write_some(asio::buffer(no_room()), ignored);
    if (auto place = refused_->take({}))
      close_lingering(std::move(from),
                      std::make_shared<connection_places::place>(std::move(*place)));
  }

  /// Who waits while there is no descriptor is told so, one after the other.
  void refuse_with_spare() {
    asio::error_code fault;
    while (!fault && spare_.give_up()) {
      {
        asio::ip::tcp::socket from{io_};
        acceptor_.accept(from, fault);
        asio::error_code ignored;
        if (!fault)
          seen_.fetch_add(1);
        if (!fault && answers_refused_)
          from.write_some(asio::buffer(no_room()), ignored);
      }
      spare_.take();
    }
  }

  void rest() {
    timer_.expires_after(rest_after_failure);
    timer_.async_wait([self = shared_from_this()](const asio::error_code&) {
      self->spare_.take();
      if (self->acceptor_.is_open())
        self->accept_next();
    });
  }

  asio::strand<asio::io_context::executor_type> strand_;
  asio::ip::tcp::acceptor acceptor_;
  asio::steady_timer timer_;
  std::shared_ptr<connection_places> places_;
  std::shared_ptr<connection_places> beyond_limit_
    = std::make_shared<connection_places>(beyond_limit_max, 0);
  std::shared_ptr<connection_places> refused_ = std::make_shared<connection_places>(refused_max, 0);
  bool answers_refused_;
  std::atomic<std::uint64_t> seen_{0};
  std::atomic<std::uint16_t> own_port_{0};
  std::uint16_t port_ = 0;
  /// Only to be asked: what it is after `close` no longer listens.
  int socket_ = -1;
  asio::io_context& io_;
  taker take_;
  spare_descriptor spare_;
};

listener::listener(asio::io_context& io, const listener_options& options, taker take)
  : impl_(std::make_shared<implementation>(io, options, std::move(take))) {
  impl_->accept_next();
}

listener::~listener() = default;

std::uint16_t listener::port() const noexcept {
  return impl_->port();
}

std::size_t listener::connections() const noexcept {
  return impl_->connections();
}

std::uint64_t listener::seen() const noexcept {
  return impl_->seen();
}

std::optional<std::size_t> listener::waiting() const noexcept {
  return impl_->waiting();
}

void listener::expect_own(std::uint16_t port) noexcept {
  impl_->expect_own(port);
}

void listener::close() {
  impl_->close();
}

} // namespace callboard::http
