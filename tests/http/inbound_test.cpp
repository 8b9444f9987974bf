// What a connection holds while its bytes wait for the parser.

#include "http/inbound.hpp"

#include <algorithm>
#include <string>
#include <string_view>

#include <gtest/gtest.h>

#include "tests/http/framing_run.hpp"

namespace callboard::tests {
namespace {

using http::inbound;

/// What the parser of the server has room for.
constexpr std::size_t room = 2048;
/// Twice what is ever left of a request whose end has not come, as strings grow.
constexpr std::size_t held_bytes_max = 2 * (http::head_reader::head_bytes_max + room);

std::string request_of(std::size_t bytes) {
  const std::string head = "GET /livez HTTP/1.1\r\nHost: a\r\n";
  std::string made = head;
  while (bytes - made.size() > 8192)
    made += "X: " + std::string(4000, 'x') + "\r\n";
  return made + "Y: " + std::string(bytes - made.size() - 7, 'y') + "\r\n\r\n";
}

/// An `inbound` that takes bytes as the server does: read by read, each given to the parser at once.
struct connection {
  void take(std::string_view bytes) {
    std::string buffer(room, '\0');
    while (!bytes.empty()) {
      const auto count = std::min(bytes.size(), room);
      bytes.copy(buffer.data(), count);
      bytes.remove_prefix(count);
      auto given = in.came(buffer.data(), count, room);
      while (given > 0)
        given = in.take(buffer.data(), room);
      most = std::max(most, in.held_bytes());
    }
  }

  inbound in{{.body_bytes_max = 1000, .asked_body_bytes_max = 1000}};
  std::size_t most = 0;
};

TEST(Inbound, PipelineThatNeverEndsWhereAReadDoesHoldsNoMoreThanOneHead) {
  // Symptom: what had been given to the parser was freed only when nothing else was left, so that one
  // connection made the server keep every byte that it had ever sent.
  constexpr std::size_t sent_bytes = 4 * 1024 * 1024;
  for (const std::size_t size : {60, 2047, 2048, 2049, 8192, 81920}) {
    SCOPED_TRACE(size);
    const auto request = request_of(size);
    ASSERT_EQ(request.size(), size);
    std::string bytes = "\r\n";
    while (bytes.size() < sent_bytes)
      bytes += request;
    bytes += "GET /";
    connection client;

    client.take(bytes);

    EXPECT_EQ(client.in.fault(), nullptr);
    EXPECT_EQ(client.in.count(), (bytes.size() - 7) / size);
    EXPECT_LE(client.most, held_bytes_max);
  }
}

TEST(Inbound, LongHeadLeavesNothingBehind) {
  connection client;

  client.take(request_of(81920) + "GET /");
  client.take(" HTTP/1.1\r\n");

  EXPECT_GT(client.most, 81920U - room);
  EXPECT_LE(client.in.held_bytes(), room);
}

TEST(Inbound, IdleConnectionHoldsNothing) {
  connection client;

  client.take(request_of(8192) + request_of(60));

  EXPECT_EQ(client.in.held_bytes(), std::string{}.capacity());
}

} // namespace
} // namespace callboard::tests
