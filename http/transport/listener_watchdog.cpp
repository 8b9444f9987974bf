#include "http/transport/listener_watchdog.hpp"

#include <cerrno>
#include <cstring>
#include <utility>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

namespace callboard::http {

namespace {

/// How often the answer to a connection is looked for.
constexpr std::chrono::milliseconds look_interval{20};

/// Where a connection to a listening address goes, as the system wants it.
struct socket_address {
  sockaddr_storage bytes{};
  socklen_t size = 0;

  const sockaddr* get() const noexcept {
    return reinterpret_cast<const sockaddr*>(&bytes);
  }

  sockaddr* get() noexcept {
    return reinterpret_cast<sockaddr*>(&bytes);
  }
};

/// The address of a port on this machine; an unspecified one is reached over the loopback interface.
socket_address address_of(const std::string& text, std::uint16_t port) {
  socket_address made;
  sockaddr_in v4{};
  v4.sin_family = AF_INET;
  v4.sin_port = htons(port);
  if (text == "localhost")
    v4.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (text == "localhost" || inet_pton(AF_INET, text.c_str(), &v4.sin_addr) == 1) {
    if (v4.sin_addr.s_addr == htonl(INADDR_ANY))
      v4.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    std::memcpy(&made.bytes, &v4, sizeof v4);
    made.size = sizeof v4;
    return made;
  }
  sockaddr_in6 v6{};
  v6.sin6_family = AF_INET6;
  v6.sin6_port = htons(port);
  if (text == "ip6-localhost" || inet_pton(AF_INET6, text.c_str(), &v6.sin6_addr) != 1
      || IN6_IS_ADDR_UNSPECIFIED(&v6.sin6_addr))
    v6.sin6_addr = in6addr_loopback;
  std::memcpy(&made.bytes, &v6, sizeof v6);
  made.size = sizeof v6;
  return made;
}

/// A connection from a port that is known before it is made. Closed with its end.
class probe {
public:
  explicit probe(const socket_address& to)
    : socket_(::socket(to.bytes.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)) {
    // nop
  }

  probe(const probe&) = delete;
  probe& operator=(const probe&) = delete;

  ~probe() {
    if (is_there())
      ::close(socket_);
  }

  /// Whether there was a descriptor for it.
  bool is_there() const noexcept {
    return socket_ >= 0;
  }

  /// Takes a port on the address that it goes to, which is on this machine; 0: there is none.
  std::uint16_t bind_beside(const socket_address& to) const noexcept {
    auto from = to;
    set_port(from, 0);
    if (::bind(socket_, from.get(), from.size) != 0
        || ::getsockname(socket_, from.get(), &from.size) != 0)
      return 0;
    return port_of(from);
  }

  /// What became of the beginning of a connection.
  enum class attempt { begun, refused, impossible };

  /// Begins to connect. Whether the connection is taken is seen by whoever does so.
  attempt connect(const socket_address& to) const noexcept {
    if (::connect(socket_, to.get(), to.size) == 0 || errno == EINPROGRESS)
      return attempt::begun;
    return errno == ECONNREFUSED ? attempt::refused : attempt::impossible;
  }

private:
  static void set_port(socket_address& of, std::uint16_t port) noexcept {
    // The port stands in the same place in both.
    reinterpret_cast<sockaddr_in&>(of.bytes).sin_port = htons(port);
  }

  static std::uint16_t port_of(const socket_address& of) noexcept {
    return ntohs(reinterpret_cast<const sockaddr_in&>(of.bytes).sin_port);
  }

  int socket_;
};

} // namespace

std::optional<std::size_t> waiting_connections(int socket) noexcept {
  tcp_info info{};
  socklen_t size = sizeof info;
  if (::getsockopt(socket, IPPROTO_TCP, TCP_INFO, &info, &size) != 0
      || info.tcpi_state != TCP_LISTEN)
    return std::nullopt;
  // Of a listening socket Linux tells the length of its queue here.
  return info.tcpi_unacked;
}

listener_watchdog::listener_watchdog(options what, counter taken, queue waiting, announcer announce,
                                     alarm tell)
  : what_(std::move(what)),
    taken_(std::move(taken)),
    waiting_(std::move(waiting)),
    announce_(std::move(announce)),
    tell_(std::move(tell)),
    thread_([this] { run(); }) {
  // nop
}

listener_watchdog::~listener_watchdog() {
  {
    const sync::lock_guard guard{mutex_};
    is_ending_ = true;
  }
  ended_.notify_all();
  thread_.join();
}

void listener_watchdog::run() {
  auto taken = taken_();
  while (rest(what_.interval)) {
    if (taken_() == taken && !is_heard()) {
      // Without the lock: whoever is told may take long. The destructor waits for this thread anyway.
      if (!is_ending())
        tell_("port " + std::to_string(what_.port) + " no longer accepts connections");
      return;
    }
    taken = taken_();
  }
}

bool listener_watchdog::is_ending() {
  const sync::lock_guard guard{mutex_};
  return is_ending_;
}

bool listener_watchdog::rest(std::chrono::milliseconds time) {
  sync::unique_lock lock{mutex_};
  return !ended_.wait_for(lock, time, [this]() REQUIRES(mutex_) { return is_ending_; });
}

bool listener_watchdog::is_heard() {
  const auto to = address_of(what_.address, what_.port);
  const auto before = taken_();
  const probe connection{to};
  const std::uint16_t from = connection.is_there() ? connection.bind_beside(to) : std::uint16_t{0};
  // Without a descriptor or a port nothing can be said; there will be another time.
  if (from == 0)
    return true;
  announce_(from);
  const auto begun = connection.connect(to);
  // This machine does not let the server reach itself: that says nothing of clients.
  auto is_taken = begun == probe::attempt::impossible;
  // For how long there has always been a connection at the port that was not accepted.
  std::chrono::milliseconds left_waiting{0};
  for (auto waited = what_.limit * 0;
       begun == probe::attempt::begun && !is_taken && waited < what_.limit;
       waited += look_interval) {
    is_taken = taken_() != before;
    left_waiting = waiting_() == std::size_t{0} ? what_.limit * 0 : left_waiting + look_interval;
    if (!is_taken && !rest(look_interval))
      is_taken = true; // it is to end, and the result does not matter any more
  }
  announce_(0);
  if (begun != probe::attempt::begun || is_taken)
    return is_taken;
  // With nothing there to be taken the connection was lost on its way. One that has only just come
  // may be taken yet.
  return left_waiting < what_.limit / 2;
}

} // namespace callboard::http
