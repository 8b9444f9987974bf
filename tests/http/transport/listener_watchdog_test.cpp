// A server that takes no connections any more, though its process lives, must not go unnoticed.

#include "http/transport/listener_watchdog.hpp"

#include <atomic>
#include <future>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <linux/filter.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/http/transport/server_fixture.hpp"

namespace callboard::tests {
namespace {

using http::listener_watchdog;
using testing::HasSubstr;
using namespace std::chrono_literals;

/// A port that connections reach and nobody takes them from.
class deaf_port {
public:
  /// @param room for how many connections to wait, less one
  explicit deaf_port(int room = 16) : socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in at{};
    at.sin_family = AF_INET;
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof at;
    if (::bind(socket_, reinterpret_cast<sockaddr*>(&at), size) != 0 || ::listen(socket_, room) != 0
        || ::getsockname(socket_, reinterpret_cast<sockaddr*>(&at), &size) != 0)
      throw std::runtime_error{"cannot listen"};
    port_ = ntohs(at.sin_port);
  }

  deaf_port(const deaf_port&) = delete;
  deaf_port& operator=(const deaf_port&) = delete;

  ~deaf_port() {
    ::close(socket_);
  }

  std::uint16_t port() const noexcept {
    return port_;
  }

  std::optional<std::size_t> waiting() const noexcept {
    return http::waiting_connections(socket_);
  }

  /// Lets the system drop what is sent to it, without an answer, as a firewall does.
  void drop_everything() {
    sock_filter drop = BPF_STMT(BPF_RET | BPF_K, 0);
    const sock_fprog filter{1, &drop};
    if (::setsockopt(socket_, SOL_SOCKET, SO_ATTACH_FILTER, &filter, sizeof filter) != 0)
      throw std::runtime_error{"cannot attach a filter"};
  }

private:
  int socket_;
  std::uint16_t port_ = 0;
};

/// The descriptor that this process listens on with a port; -1 without one.
int listening_socket(std::uint16_t port) {
  for (int file = 3; file < 1024; ++file) {
    int listens = 0;
    socklen_t size = sizeof listens;
    sockaddr_in at{};
    socklen_t at_size = sizeof at;
    if (::getsockopt(file, SOL_SOCKET, SO_ACCEPTCONN, &listens, &size) == 0 && listens != 0
        && ::getsockname(file, reinterpret_cast<sockaddr*>(&at), &at_size) == 0
        && ntohs(at.sin_port) == port)
      return file;
  }
  return -1;
}

TEST(ListenerWatchdog, DeafPortIsToldOfOnce) {
  const deaf_port deaf;
  std::promise<std::string> told;

  const listener_watchdog check{{"127.0.0.1", deaf.port(), 1ms, 50ms},
                                [] { return std::uint64_t{7}; },
                                [&] { return deaf.waiting(); },
                                [](std::uint16_t) {},
                                [&](std::string_view what) { told.set_value(std::string{what}); }};

  EXPECT_EQ(told.get_future().get(),
            "port " + std::to_string(deaf.port()) + " no longer accepts connections");
}

TEST(ListenerWatchdog, PortThatIsGoneIsDeaf) {
  const auto port = deaf_port{}.port();
  std::promise<void> told;

  const listener_watchdog check{{"127.0.0.1", port, 1ms, 50ms},
                                [] { return std::uint64_t{7}; },
                                [] { return std::nullopt; },
                                [](std::uint16_t) {},
                                [&](std::string_view) { told.set_value(); }};

  told.get_future().get();
}

// A firewall that drops what the machine sends to itself ended servers that heard all their clients.
TEST(ListenerWatchdog, ConnectionThatTheSystemDropsSaysNothingOfThePort) {
  deaf_port unreachable;
  unreachable.drop_everything();
  std::atomic<int> connections{0};
  std::promise<void> enough;

  const listener_watchdog check{{"127.0.0.1", unreachable.port(), 1ms, 50ms},
                                [] { return std::uint64_t{7}; },
                                [&] { return unreachable.waiting(); },
                                [&](std::uint16_t port) {
                                  if (port != 0 && ++connections == 3)
                                    enough.set_value();
                                },
                                [](std::string_view what) { ADD_FAILURE() << what; }};

  // It tries again and again, so each time before was taken for none of the port's fault.
  enough.get_future().get();
}

TEST(ListenerWatchdog, DeafPortIsToldOfThoughNoMoreConnectionsCanWaitThere) {
  const deaf_port deaf{0};
  const raw_client waiting{deaf.port()};
  std::promise<void> told;

  // The system drops the check's own connection, as it drops every other.
  const listener_watchdog check{{"127.0.0.1", deaf.port(), 1ms, 50ms},
                                [] { return std::uint64_t{7}; },
                                [&] { return deaf.waiting(); },
                                [](std::uint16_t) {},
                                [&](std::string_view) { told.set_value(); }};

  told.get_future().get();
}

TEST(WaitingConnections, AreThoseThatNobodyHasTaken) {
  const deaf_port deaf;
  EXPECT_EQ(deaf.waiting(), 0U);

  const raw_client first{deaf.port()};
  const raw_client second{deaf.port()};

  EXPECT_EQ(deaf.waiting(), 2U);
  EXPECT_EQ(http::waiting_connections(-1), std::nullopt);
  EXPECT_EQ(http::waiting_connections(first.native_handle()), std::nullopt);
}

TEST(ListenerWatchdog, WhileClientsComeItDoesNotConnect) {
  const deaf_port deaf;
  std::atomic<std::uint64_t> asked{0};
  std::atomic<bool> has_connected{false};
  std::promise<void> enough;
  {
    const listener_watchdog check{{"127.0.0.1", deaf.port(), 1ms, 50ms},
                                  [&] {
                                    if (++asked == 50)
                                      enough.set_value();
                                    return asked.load();
                                  },
                                  [&] { return deaf.waiting(); },
                                  [&](std::uint16_t) { has_connected = true; },
                                  [](std::string_view) { ADD_FAILURE() << "clients have come"; }};
    enough.get_future().get();
  }

  EXPECT_FALSE(has_connected);
}

TEST(ListenerWatchdog, EndsAtOnceWhateverItWaitsFor) {
  const deaf_port deaf;
  std::promise<void> connecting;
  std::atomic<bool> is_first{true};

  const listener_watchdog resting{{"127.0.0.1", deaf.port(), 1h, 1h},
                                  [] { return std::uint64_t{0}; },
                                  [&] { return deaf.waiting(); },
                                  [](auto) {},
                                  [](auto) {}};
  const listener_watchdog waiting{{"127.0.0.1", deaf.port(), 1ms, 1h},
                                  [] { return std::uint64_t{0}; },
                                  [&] { return deaf.waiting(); },
                                  [&](std::uint16_t) {
                                    if (is_first.exchange(false))
                                      connecting.set_value();
                                  },
                                  [](auto) { ADD_FAILURE() << "there is an hour left"; }};

  connecting.get_future().get();
}

TEST(ListenerWatchdog, ServerThatHearsGoesOnAndItsOwnConnectionsTakeNoPlace) {
  http_options options;
  options.connections_max = 1;
  options.watchdog_interval = 5ms;
  for (const auto* address : {"127.0.0.1", "localhost", "0.0.0.0", "::1", "::"}) {
    SCOPED_TRACE(address);
    options.address = address;
    options.allow_insecure = true;
    running_server running{calling::inside, options};
    running.server->on_fatal([](std::string_view what) { ADD_FAILURE() << what; });
    if (std::string_view{address} == "::1")
      continue; // the client speaks IPv4 only; that nothing is told is all that there is to see
    auto client = running.connect();

    // Meanwhile it checks itself many times; were its place taken, this would be answered 503.
    for (int i = 0; i < 300; ++i)
      ASSERT_EQ(client.exchange(make_request("GET", job_path)).status, 200);
  }
}

TEST(ListenerWatchdog, ServerWhoseListenerIsDeafSaysSo) {
  http_options options;
  options.watchdog_interval = 5ms;
  running_server running{calling::inside, options};
  std::promise<std::string> told;
  const auto port = running.server->port();
  const auto listening = listening_socket(port);
  ASSERT_GE(listening, 0);
  auto client = running.connect();
  ASSERT_EQ(client.exchange(make_request("GET", "/livez")).status, 200);

  // Another socket in its place: the port is gone, and the server has not been told.
  const auto other = ::socket(AF_INET, SOCK_STREAM, 0);
  ASSERT_EQ(::dup2(other, listening), listening);
  ::close(other);
  running.server->on_fatal([&](std::string_view what) { told.set_value(std::string{what}); });

  EXPECT_EQ(told.get_future().get(),
            "port " + std::to_string(port) + " no longer accepts connections");
  EXPECT_EQ(client.exchange(make_request("GET", "/livez")).status, 200);
}

} // namespace
} // namespace callboard::tests
