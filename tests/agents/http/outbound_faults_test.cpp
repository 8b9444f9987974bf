// Agents that break off, dawdle or race: each request is sent once and ends once.

#include "agents/http/outbound_http.hpp"
#include "tests/agents/asking.hpp"
#include "tests/support/counter.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <string>

namespace callboard::agents {

namespace {

using test::ask;
using test::fake_peer;
using test::request_to;

const std::string whole_answer
  = "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    "2\r\nok\r\n0\r\n\r\n";

TEST(OutboundFaults, AnswerResetAtAnyByteIsAFaultAndIsAskedForOnce) {
  for (std::size_t size = 0; size < whole_answer.size(); ++size) {
    SCOPED_TRACE(size);
    std::atomic<int> requests{0};
    fake_peer peer{[&](fake_peer::connection& talk) {
      // The second request goes out on a connection that is kept.
      for (const auto& answer : {whole_answer, whole_answer.substr(0, size)}) {
        if (!talk.read())
          return;
        ++requests;
        talk.send(answer);
      }
      talk.reset();
    }};
    outbound_http client;
    EXPECT_EQ(ask(client, request_to(peer.url())).body, "ok");

    const auto response = ask(client, request_to(peer.url()));

    EXPECT_TRUE(response.fault == http_fault::no_response || response.fault == http_fault::cut_off)
      << static_cast<int>(response.fault);
    EXPECT_EQ(requests.load(), 2);
  }
}

TEST(OutboundFaults, AnswerThatComesByteByByteIsRead) {
  fake_peer peer{[](fake_peer::connection& talk) {
    while (talk.read())
      for (const auto byte : whole_answer)
        talk.send({&byte, 1});
  }};
  outbound_http client;

  for (int n = 0; n < 3; ++n)
    EXPECT_EQ(ask(client, request_to(peer.url())).body, "ok");

  EXPECT_EQ(peer.connections(), 1u);
}

TEST(OutboundFaults, AgentThatClosesAfterEachAnswerLosesNoRequest) {
  // Whether the end is seen before the next request is sent is a race; a request that is sent all the
  // same fails, and is not sent twice.
  std::atomic<int> requests{0};
  fake_peer peer{[&](fake_peer::connection& talk) {
    if (!talk.read())
      return;
    ++requests;
    talk.send(test::http_response(200, "ok"));
  }};
  outbound_http client;
  constexpr int rounds = 200;
  int answered = 0;
  int cut = 0;

  for (int n = 0; n < rounds; ++n) {
    const auto response = ask(client, request_to(peer.url()));
    answered += response.body == "ok" ? 1 : 0;
    cut += response.fault == http_fault::no_response ? 1 : 0;
  }

  EXPECT_EQ(answered + cut, rounds);
  EXPECT_EQ(requests.load(), answered);
}

TEST(OutboundFaults, LongRequestThatNobodyReadsEndsWithItsTime) {
  fake_peer peer{[](fake_peer::connection& talk) { talk.hold(); }};
  outbound_http client;
  auto request = request_to(peer.url());
  request.body.assign(16 * 1024 * 1024, 'x');
  request.timeout = std::chrono::milliseconds{300};

  EXPECT_EQ(ask(client, request).fault, http_fault::timeout);
}

} // namespace

} // namespace callboard::agents
