// How many connections a server takes, and what becomes of those beyond.

#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "http/transport/connection_places.hpp"
#include "tests/http/transport/server_fixture.hpp"

namespace callboard::tests {
namespace {

using http::connection_places;
using testing::HasSubstr;

/// Connects until the server has room: it notices closed connections in its own time.
raw_response ask_until_served(const running_server& running) {
  for (;;) {
    auto client = running.connect();
    client.send_if_open(make_request("GET", "/livez"));
    auto received = client.receive_until_closed_or_answered();
    const auto answer = take_response(received);
    if (answer && answer->status != 503)
      return *answer;
  }
}

TEST(ConnectionPlaces, AreAsManyAsTheLimitAndFreeAgainWhenTheyGo) {
  const auto places = std::make_shared<connection_places>(2, 0);
  auto first = places->take({});
  const auto second = places->take({});
  ASSERT_TRUE(first && second);

  EXPECT_FALSE(places->take({}));
  EXPECT_EQ(places->taken(), 2u);
  first.reset();

  EXPECT_EQ(places->taken(), 1u);
  EXPECT_TRUE(places->take({}));
}

TEST(ConnectionPlaces, MoveWithTheirOwner) {
  const auto places = std::make_shared<connection_places>(1, 1);
  auto taken = places->take({});

  const auto moved = std::move(*taken);
  taken.reset();

  EXPECT_EQ(places->taken(), 1u);
  EXPECT_FALSE(places->take({}));
}

TEST(ConnectionPlaces, EachAddressHasItsOwnLimit) {
  const auto places = std::make_shared<connection_places>(10, 2);
  auto first = places->take({1});
  const auto second = places->take({1});
  ASSERT_TRUE(first && second);

  EXPECT_FALSE(places->take({1}));
  EXPECT_TRUE(places->take({2}));
  EXPECT_EQ(places->taken(), 2u);
  first.reset();

  EXPECT_TRUE(places->take({1}));
}

TEST(ServerConnections, OneBeyondTheLimitIsRefusedAtOnceAndItsPlaceIsFreedLater) {
  http_options options;
  options.connections_max = 5;
  running_server running{calling::inside, options};
  std::vector<raw_client> clients;
  for (int i = 0; i < 5; ++i) {
    clients.push_back(running.connect());
    ASSERT_EQ(clients.back().exchange(make_request("GET", "/livez")).status, 200);
  }

  auto refused = running.connect();
  const auto answer = refused.receive();
  EXPECT_EQ(answer.status, 503);
  EXPECT_EQ(answer.header("Retry-After"), "1");
  EXPECT_THAT(answer.body, HasSubstr("too_many_connections"));
  EXPECT_EQ(refused.receive_until_closed(), "");
  EXPECT_EQ(clients.front().exchange(make_request("GET", "/livez")).status, 200);

  clients.pop_back();
  EXPECT_EQ(ask_until_served(running).status, 200);
}

TEST(ServerConnections, LivenessIsAnsweredAlsoBeyondTheLimit) {
  // Symptom: whoever watches the process took it for dead, and restarted it, because it was busy.
  http_options options;
  options.connections_max = 1;
  const running_server running{calling::elsewhere, options};
  const auto held = running.connect();
  const std::pair<std::string, int> cases[] = {
    {make_request("GET", "/livez"), 200},
    {make_request("GET", "/livez/?x"), 200},
    {make_request("HEAD", "/livez"), 200},
    {make_request("POST", "/livez"), 405},
    {make_request("GET", "/readyz"), 503},
    {make_request("GET", "/nothing"), 503},
    {make_request("GET", job_path), 503},
    {make_request("POST", jobs_path, {}, std::string(10'000, 'x')), 503},
    {make_request("POST", jobs_path, "Expect: 100-continue\r\nContent-Length: 5\r\n"), 503},
    {"nonsense\r\n\r\n", 400},
    {"", 503},
  };
  for (const auto& [request, status] : cases) {
    SCOPED_TRACE(request.substr(0, 40));
    auto client = running.connect();
    client.send_if_open(request);

    const auto answer = client.receive(request.starts_with("HEAD"));

    EXPECT_EQ(answer.status, status);
    EXPECT_EQ(answer.header("Connection"), "close");
    EXPECT_EQ(answer.header("Retry-After"), status == 503 ? "1" : "");
    EXPECT_EQ(client.receive_until_closed(), "");
  }
}

TEST(ServerConnections, ManyBeyondTheLimitAreAllAnswered) {
  http_options options;
  options.connections_max = 1;
  const running_server running{calling::inside, options};
  const auto held = running.connect();
  std::vector<raw_client> silent;
  for (int i = 0; i < 200; ++i)
    silent.push_back(running.connect());

  for (auto& each : silent)
    EXPECT_EQ(each.receive().status, 503);
  silent.clear();
  EXPECT_EQ(ask_until_served(running).status, 200);
}

TEST(ServerConnections, OneAddressMayHaveItsOwnLimit) {
  http_options options;
  options.connections_per_address_max = 1;
  running_server running{calling::inside, options};
  {
    auto client = running.connect();
    ASSERT_EQ(client.exchange(make_request("GET", "/livez")).status, 200);

    EXPECT_EQ(running.connect().receive().status, 503);
  }

  EXPECT_EQ(ask_until_served(running).status, 200);
}

TEST(ServerConnections, RefusedOnesReadWhyWhileTheyAreSending) {
  http_options options;
  options.connections_max = 1;
  running_server running{calling::inside, options};
  auto client = running.connect();
  ASSERT_EQ(client.exchange(make_request("GET", "/livez")).status, 200);

  for (int i = 0; i < 20; ++i) {
    auto refused = running.connect();
    refused.send_if_open(make_request("POST", jobs_path, {}, std::string(10'000, 'x')));
    ASSERT_EQ(refused.receive().status, 503);
  }
}

TEST(ServerConnections, ResetBeforeTheyAreAcceptedLeaveNoTrace) {
  // Symptom: RESTinio's own limiter counted each connection that was reset before it was accepted as
  // open for ever; after as many as the limit the server took no more.
  http_options options;
  options.connections_max = 3;
  running_server running{calling::inside, options};

  for (int i = 0; i < 300; ++i)
    running.connect().reset();

  EXPECT_EQ(ask_until_served(running).status, 200);
}

TEST(ServerConnections, ThousandsThatSayNothingHurtNobody) {
  running_server running;
  std::vector<raw_client> idle;
  for (int i = 0; i < 2000; ++i)
    idle.push_back(running.connect());

  EXPECT_EQ(running.connect().exchange(make_request("GET", job_path)).status, 200);
  EXPECT_EQ(idle.front().exchange(make_request("GET", job_path)).status, 200);
}

} // namespace
} // namespace callboard::tests
