// More requests than one lane takes, and fewer descriptors than there are requests.

#include "agents/http/http_lane.hpp"
#include "agents/http/outbound_http.hpp"
#include "tests/agents/asking.hpp"
#include "tests/agents/http/silent_peer.hpp"
#include "tests/support/counter.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include <sys/resource.h>

namespace callboard::agents {

namespace {

using namespace std::chrono_literals;
using test::ask;
using test::request_to;
using test::silent_peer;

constexpr std::size_t held_requests = 2 * http_lane::running_max + 10;

// What a client held in more than one place it had to end in each of them.
class OutboundLanes : public ::testing::Test {
protected:
  OutboundLanes() {
    // Both ends of each connection are here.
    rlimit open_files{};
    getrlimit(RLIMIT_NOFILE, &open_files);
    open_files.rlim_cur = open_files.rlim_max;
    setrlimit(RLIMIT_NOFILE, &open_files);
  }

  /// Lets the agent owe this many answers.
  std::vector<outbound_http::request_id> hold(outbound_http& client, std::size_t count) {
    std::vector<outbound_http::request_id> ids;
    for (std::size_t n = 0; n < count; ++n)
      ids.push_back(
        client.post(request_to(peer.url("/hold")), [this](const http_response& response) {
          {
            std::lock_guard guard{mutex_};
            faults_.push_back(response.fault);
          }
          ended.add();
        }));
    return ids;
  }

  std::vector<http_fault> faults() {
    std::lock_guard guard{mutex_};
    return faults_;
  }

  silent_peer peer;
  test::counter ended;

private:
  std::mutex mutex_;
  std::vector<http_fault> faults_;
};

// Beyond 256 answers that were owed each request made a connection of its own.
TEST_F(OutboundLanes, ConnectionIsUsedAgainBesideManyHeldAnswers) {
  outbound_http client;
  hold(client, held_requests);
  peer.await_held(held_requests);

  for (int n = 0; n < 20; ++n)
    EXPECT_EQ(ask(client, request_to(peer.url("/"))).body, "ok");

  EXPECT_EQ(peer.connections(), held_requests + 1);
}

TEST_F(OutboundLanes, AllEndOnceWhenTheHostDies) {
  outbound_http client;
  hold(client, held_requests);
  peer.await_held(held_requests);

  peer.die();

  ended.await(held_requests);
  EXPECT_EQ(faults(), std::vector<http_fault>(held_requests, http_fault::no_response));
}

TEST_F(OutboundLanes, AllAreAbortedAtOnce) {
  outbound_http client;
  const auto ids = hold(client, held_requests);
  peer.await_held(held_requests);

  for (const auto id : ids)
    client.abort(id);

  peer.await_closed(held_requests);
  EXPECT_EQ(ask(client, request_to(peer.url("/"))).body, "ok");
  EXPECT_EQ(ended.value(), 0u);
}

TEST_F(OutboundLanes, DestructionEndsWhatIsUnderWayAndWhatWaits) {
  auto client = std::make_unique<outbound_http>(address_policy{}, "", 100);
  hold(*client, held_requests);
  peer.await_held(75);

  client.reset();

  EXPECT_EQ(faults(), std::vector<http_fault>(held_requests, http_fault::stopped));
}

// Without a descriptor they failed as if the agent's port were closed.
TEST_F(OutboundLanes, RequestsBeyondTheBudgetWaitInOrder) {
  // A quarter is for connections that are kept.
  outbound_http client{address_policy{}, "", 4};
  const auto ids = hold(client, 3);
  peer.await_held(3);
  std::mutex mutex;
  std::vector<int> order;
  test::counter answered;
  for (int n = 0; n < 50; ++n)
    client.post(request_to(peer.url("/")), [&, n](const http_response& response) {
      EXPECT_EQ(response.body, "ok");
      std::lock_guard guard{mutex};
      order.push_back(n);
      answered.add();
    });

  client.abort(ids.front());

  answered.await(50);
  std::lock_guard guard{mutex};
  EXPECT_TRUE(std::is_sorted(order.begin(), order.end()));
  EXPECT_LE(peer.connections(), 4u);
}

TEST_F(OutboundLanes, DeadlineRunsWhileARequestWaits) {
  outbound_http client{address_policy{}, "", 1};
  hold(client, 1);
  peer.await_held(1);
  auto request = request_to(peer.url("/"));
  request.timeout = 50ms;

  EXPECT_EQ(ask(client, request).fault, http_fault::no_connection);
}

TEST_F(OutboundLanes, WaitingRequestCanBeAborted) {
  outbound_http client{address_policy{}, "", 1};
  const auto held = hold(client, 1);
  peer.await_held(1);
  test::counter aborted;
  const auto id
    = client.post(request_to(peer.url("/")), [&](const http_response&) { aborted.add(); });

  client.abort(id);
  client.abort(held.front());

  EXPECT_EQ(ask(client, request_to(peer.url("/"))).body, "ok");
  EXPECT_EQ(aborted.value(), 0u);
}

/// Takes all descriptors from the process for as long as it lives.
class no_descriptors {
public:
  no_descriptors() {
    getrlimit(RLIMIT_NOFILE, &before_);
    auto none = before_;
    // The standard streams have these.
    none.rlim_cur = 3;
    setrlimit(RLIMIT_NOFILE, &none);
  }

  ~no_descriptors() {
    setrlimit(RLIMIT_NOFILE, &before_);
  }

  no_descriptors(const no_descriptors&) = delete;
  no_descriptors& operator=(const no_descriptors&) = delete;

private:
  rlimit before_{};
};

TEST_F(OutboundLanes, NothingIsLostForWantOfDescriptors) {
  outbound_http client;
  test::counter answered;
  constexpr std::size_t requests = 40;
  {
    const no_descriptors now;
    for (std::size_t n = 0; n < requests; ++n)
      client.post(request_to(peer.url("/")), [&](const http_response& response) {
        EXPECT_EQ(response.body, "ok");
        answered.add();
      });
    auto request = request_to(peer.url("/"));
    request.timeout = 50ms;
    EXPECT_EQ(ask(client, request).fault, http_fault::no_connection);
    EXPECT_EQ(answered.value(), 0u);
  }

  answered.await(requests);
}

} // namespace

} // namespace callboard::agents
