// Bodies that come bit by bit.

#include <cstdint>
#include <cstdio>
#include <fstream>
#include <string>
#include <string_view>

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include "tests/http/transport/server_fixture.hpp"

namespace callboard::tests {
namespace {

/// A messaging job whose text is so long.
std::string body_of(std::size_t bytes) {
  return R"({"userId":"6ba7b810-9dad-11d1-80b4-00c04fd430c8","content":")" + std::string(bytes, 'x')
         + R"("})";
}

const auto next_request = make_request("GET", "/livez");

/// Returns when the server has done whatever it can with all that it was sent.
void settle(const running_server& running) {
  auto other = running.connect();
  for (int i = 0; i < 20; ++i)
    ASSERT_EQ(other.exchange(next_request).status, 200);
}

std::uint16_t port_of(const raw_client& client) {
  sockaddr_in name{};
  socklen_t size = sizeof name;
  EXPECT_EQ(::getsockname(client.native_handle(), reinterpret_cast<sockaddr*>(&name), &size), 0);
  return ntohs(name.sin_port);
}

/// How many bytes from a client the server has not fetched from the system; -1: no such connection.
long unread_bytes(std::uint16_t from) {
  std::ifstream table{"/proc/net/tcp"};
  std::string line;
  while (std::getline(table, line)) {
    unsigned remote = 0;
    unsigned long unread = 0;
    if (std::sscanf(line.c_str(), "%*s %*8x:%*x %*8x:%x %*x %*x:%lx", &remote, &unread) == 2
        && remote == from)
      return static_cast<long>(unread);
  }
  return -1;
}

const std::string type_line = "Content-Type: application/json\r\n";

/// The same request with a length, and as one chunk.
struct framed_body {
  std::string head;
  std::string body;
};

framed_body with_length(std::size_t bytes) {
  const auto body = body_of(bytes);
  const auto whole = make_request("POST", jobs_path, type_line, body);
  return {whole.substr(0, whole.size() - body.size()), body};
}

framed_body in_a_chunk(std::size_t bytes) {
  const auto body = body_of(bytes);
  char size[17];
  std::snprintf(size, sizeof size, "%zx", body.size());
  return {make_request("POST", jobs_path, type_line + "Transfer-Encoding: chunked\r\n") + size
            + "\r\n",
          body + "\r\n0\r\n\r\n"};
}

TEST(ServerBodies, ContentThatDribblesInWakesNobody) {
  for (const auto& sent : {with_length(50'000), in_a_chunk(50'000)}) {
    const running_server running;
    auto slow = running.connect();
    slow.send(sent.head + sent.body.substr(0, 1));
    settle(running);
    ASSERT_EQ(unread_bytes(port_of(slow)), 0);

    // Many more would fill the system's buffer, as each takes some kilobytes there.
    for (std::size_t i = 0; i < 10; ++i)
      slow.send(sent.body.substr(1 + i * 10, 10));
    settle(running);

    EXPECT_EQ(unread_bytes(port_of(slow)), 100);
  }
}

TEST(ServerBodies, ContentIsFetchedWhenItIsThereHoweverItCame) {
  for (const auto& sent : {with_length(50'000), in_a_chunk(50'000)})
    for (const std::size_t cut : {1, 100, 16'383, 16'384, 16'385, 49'999}) {
      const running_server running;
      auto client = running.connect();
      client.send(sent.head);
      settle(running);
      client.send(std::string_view{sent.body}.substr(0, cut));
      settle(running);
      client.send(std::string_view{sent.body}.substr(cut, sent.body.size() - cut - 1));
      settle(running);
      client.send(std::string_view{sent.body}.substr(sent.body.size() - 1));

      EXPECT_EQ(client.receive().status, 201) << cut;
      EXPECT_EQ(client.exchange(next_request).status, 200) << cut;
    }
}

TEST(ServerBodies, ClientThatLeavesInTheMiddleIsNoticed) {
  const running_server running;
  const auto sent = with_length(50'000);
  auto client = running.connect();
  client.send(sent.head + sent.body.substr(0, 1));
  settle(running);

  client.send(sent.body.substr(1, 10));
  client.finish_sending();

  EXPECT_EQ(client.receive_until_closed(), "");
}

} // namespace
} // namespace callboard::tests
