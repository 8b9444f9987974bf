// One request is sent once, whatever becomes of the connection that it is sent on.

#include "agents/http/outbound_http.hpp"
#include "tests/agents/asking.hpp"
#include "tests/support/counter.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <memory>
#include <string>
#include <utility>

namespace callboard::agents {

namespace {

using test::ask;
using test::fake_peer;
using test::request_to;

/// A script that answers the first request of each connection and cuts the connection at the second.
fake_peer::script cut_when_used_again(std::atomic<int>& requests) {
  return [&requests](fake_peer::connection& talk) {
    if (!talk.read())
      return;
    ++requests;
    talk.send(test::http_response(200, "first"));
    if (talk.read())
      ++requests;
  };
}

// libcurl sends a request again, up to five times, when a kept connection ends without an answer.
TEST(OutboundConnections, RequestIsSentOnceWhenAKeptConnectionIsCut) {
  std::atomic<int> requests{0};
  fake_peer peer{cut_when_used_again(requests)};
  outbound_http client;
  constexpr int rounds = 3;

  for (int n = 0; n < rounds; ++n) {
    EXPECT_EQ(ask(client, request_to(peer.url())).body, "first");
    const auto cut = ask(client, request_to(peer.url()));
    EXPECT_EQ(cut.fault, http_fault::no_response);
    EXPECT_EQ(cut.status, 0);
  }

  EXPECT_EQ(requests.load(), 2 * rounds);
}

TEST(OutboundConnections, RequestIsSentOnceWhenManyKeptConnectionsAreCut) {
  std::atomic<int> requests{0};
  fake_peer peer{[&](fake_peer::connection& talk) {
    if (!talk.read())
      return;
    ++requests;
    // All at once, so that each has a connection of its own.
    talk.hold();
    talk.send(test::http_response(200, "first"));
    if (talk.read())
      ++requests;
  }};
  outbound_http client;
  test::counter done;
  constexpr std::size_t kept = 8;
  for (std::size_t n = 0; n < kept; ++n)
    client.post(request_to(peer.url()), [&](const http_response&) { done.add(); });
  peer.await_held(kept);
  peer.let_go();
  done.await(kept);

  EXPECT_EQ(ask(client, request_to(peer.url())).fault, http_fault::no_response);

  EXPECT_EQ(requests.load(), static_cast<int>(kept) + 1);
}

// "could not connect" would mean that the agent has not begun.
TEST(OutboundConnections, AgentThatDiesAtWorkIsNotSaidToBeUnreachable) {
  std::unique_ptr<fake_peer> peer;
  peer = std::make_unique<fake_peer>([](fake_peer::connection& talk) {
    talk.read();
    talk.send(test::http_response(200, "first"));
    talk.read();
    talk.hold();
  });
  outbound_http client;
  const auto url = peer->url();
  EXPECT_EQ(ask(client, request_to(url)).body, "first");
  std::promise<http_response> second;

  client.post(request_to(url),
              [&](http_response response) { second.set_value(std::move(response)); });
  peer->await_held(1);
  peer.reset();

  EXPECT_EQ(second.get_future().get().fault, http_fault::no_response);
}

// A restarted agent has closed its connections: the next task must not be lost by that.
TEST(OutboundConnections, ConnectionThatWasClosedWhileIdleIsReplaced) {
  std::atomic<int> requests{0};
  fake_peer peer{[&](fake_peer::connection& talk) {
    if (talk.read())
      ++requests;
    talk.send(test::http_response(200, "ok"));
  }};
  outbound_http client;
  constexpr std::size_t rounds = 5;

  for (std::size_t n = 1; n <= rounds; ++n) {
    EXPECT_EQ(ask(client, request_to(peer.url())).body, "ok");
    peer.await_ended(n);
  }

  EXPECT_EQ(requests.load(), static_cast<int>(rounds));
}

TEST(OutboundConnections, AllThatWereClosedWhileIdleAreReplacedAtOnce) {
  fake_peer peer{[](fake_peer::connection& talk) {
    talk.read();
    talk.hold();
    talk.send(test::http_response(200, "ok"));
  }};
  outbound_http client;
  test::counter done;
  constexpr std::size_t kept = 8;
  for (std::size_t n = 0; n < kept; ++n)
    client.post(request_to(peer.url()), [&](const http_response&) { done.add(); });
  peer.await_held(kept);
  peer.let_go();
  done.await(kept);
  peer.await_ended(kept);

  EXPECT_EQ(ask(client, request_to(peer.url())).body, "ok");
}

// Its farewell was taken for the answer to the next request.
TEST(OutboundConnections, ConnectionWithBytesNobodyAskedForIsReplaced) {
  std::atomic<int> connections{0};
  test::counter farewells;
  fake_peer peer{[&](fake_peer::connection& talk) {
    const bool is_first = ++connections == 1;
    talk.read();
    talk.send(test::http_response(200, "ok"));
    if (is_first && talk.hold()) {
      talk.send(test::http_response(408, "too slow"));
      farewells.add();
    }
    talk.read();
  }};
  outbound_http client;
  EXPECT_EQ(ask(client, request_to(peer.url())).body, "ok");
  peer.await_held(1);
  peer.let_go();
  farewells.await(1);

  const auto second = ask(client, request_to(peer.url()));

  EXPECT_EQ(second.status, 200);
  EXPECT_EQ(second.body, "ok");
  EXPECT_EQ(connections.load(), 2);
}

} // namespace

} // namespace callboard::agents
