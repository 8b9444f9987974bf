// What an agent can send without an end.

#include "agents/http/outbound_http.hpp"
#include "tests/agents/asking.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace callboard::agents {

namespace {

using test::ask;
using test::fake_peer;
using test::request_to;
using test::say;

/// A script that reads one request, says a beginning and then something again and again.
fake_peer::script say_on(std::string begin, std::string again, std::size_t times) {
  return [=](fake_peer::connection& talk) {
    talk.read();
    talk.send(begin);
    std::string block;
    for (std::size_t n = 0; n < times; ++n)
      block += again;
    talk.send(block);
  };
}

// Trailers without an end filled the memory: 407 MB after 300 MB of them.
TEST(OutboundHttp, HeadsWithoutAnEndAreAFault) {
  struct endless_case {
    std::string name;
    fake_peer::script script;
    int status;
  };
  const std::string line = "X: " + std::string(1000, 'a') + "\r\n";
  const std::string chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
  const std::vector<endless_case> cases{
    {"trailers", say_on(chunked + "2\r\n{}\r\n0\r\n", line, 300), 200},
    {"short trailers", say_on(chunked + "2\r\n{}\r\n0\r\n", "X:\r\n", 1100), 200},
    {"headers", say_on("HTTP/1.1 200 OK\r\n", line, 300), 200},
    {"short headers", say_on("HTTP/1.1 200 OK\r\n", "X:\r\n", 1100), 200},
    {"interim responses", say_on("", "HTTP/1.1 103 Hints\r\n\r\n", 600), 0},
    {"long interim responses", say_on("", "HTTP/1.1 103 Hints\r\n" + line + "\r\n", 300), 0},
    {"one header line", say_on("HTTP/1.1 200 OK\r\nX: ", std::string(1024, 'a'), 1100), 200},
    {"status line", say_on("HTTP/1.1 200 ", std::string(1024, 'a'), 1100), 0},
  };
  for (const auto& endless : cases) {
    SCOPED_TRACE(endless.name);
    fake_peer peer{endless.script};
    outbound_http client;

    const auto response = ask(client, request_to(peer.url()));

    EXPECT_EQ(response.fault, http_fault::head_too_large);
    EXPECT_EQ(response.status, endless.status);
  }
}

TEST(OutboundHttp, LongHeadAndTrailersAreTaken) {
  std::string headers;
  for (int n = 0; n < 200; ++n)
    headers += "X-" + std::to_string(n) + ": " + std::string(1000, 'a') + "\r\n";
  fake_peer peer{say("HTTP/1.1 200 OK\r\n" + headers
                     + "Transfer-Encoding: chunked\r\n\r\n2\r\nab\r\n0\r\n"
                     + headers.substr(0, 50'000) + "\r\n\r\n")};
  outbound_http client;

  const auto response = ask(client, request_to(peer.url()));

  EXPECT_EQ(response.fault, http_fault::none);
  EXPECT_EQ(response.body, "ab");
}

TEST(OutboundHttp, BodyOfTheLargestSizeIsTaken) {
  const std::string body(response_bytes_max, 'x');
  fake_peer peer{test::answer_with([&](const auto&) { return test::http_response(200, body); })};
  outbound_http client;

  const auto response = ask(client, request_to(peer.url()));

  EXPECT_EQ(response.fault, http_fault::none);
  EXPECT_EQ(response.body.size(), response_bytes_max);
}

// Nothing of it was kept, but it was read until the job's deadline.
TEST(OutboundHttp, FramingWithoutAnEndIsAFault) {
  const std::string chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
  const std::string block(1024 * 1024, 'a');
  fake_peer peer{[&](fake_peer::connection& talk) {
    talk.read();
    talk.send(chunked + "2;");
    // Ends with the connection, or else shortly after the limit.
    for (int n = 0; n < 80; ++n)
      talk.send(block);
  }};
  outbound_http client;

  EXPECT_EQ(ask(client, request_to(peer.url())).fault, http_fault::too_large);
}

} // namespace

} // namespace callboard::agents
