#include <callboard/http_server.hpp>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <future>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "tests/http/transport/server_fixture.hpp"
#include "tests/support/patience.hpp"

namespace callboard::tests {
namespace {

using namespace std::chrono_literals;

bool refuses_connections(std::uint16_t port) {
  try {
    raw_client client{port};
    return false;
  } catch (const std::runtime_error&) {
    return true;
  }
}

TEST(ServerStop, RequestsInFlightAreAnswered) {
  running_server running{calling::when_released};
  std::vector<raw_client> clients;
  for (int i = 0; i < 10; ++i) {
    clients.push_back(running.connect());
    clients.back().send(make_request("GET", job_path));
  }
  running.service.await_held(10);

  auto stopping = std::async(std::launch::async, [&] { running.server->stop(test::patience); });
  while (!refuses_connections(running.server->port()))
    std::this_thread::yield();
  EXPECT_EQ(stopping.wait_for(0s), std::future_status::timeout);
  running.service.release();

  for (auto& client : clients) {
    const auto answer = client.receive();
    EXPECT_EQ(answer.status, 200);
    EXPECT_EQ(answer.header("Connection"), "close");
    EXPECT_EQ(client.receive_until_closed(), "");
  }
  EXPECT_EQ(stopping.wait_for(test::patience), std::future_status::ready);
}

TEST(ServerStop, LargeAnswerUnderWayArrivesWhole) {
  running_server running{calling::when_released};
  auto large = sample_job(job_state::completed);
  auto outcome = std::make_shared<job_outcome>(*large->outcome);
  outcome->content = std::make_shared<const std::string>(5'000'000, 'x');
  large->outcome = std::move(outcome);
  running.service.on_get = [large](const job_ref&) { return large; };
  auto client = running.connect();
  client.send(make_request("GET", job_path));
  running.service.await_held(1);
  running.service.release();

  auto stopping = std::async(std::launch::async, [&] { running.server->stop(test::patience); });

  EXPECT_GT(client.receive().body.size(), 5'000'000u);
  EXPECT_EQ(stopping.wait_for(test::patience), std::future_status::ready);
}

TEST(ServerStop, OpenConnectionsAreServedAndTold) {
  running_server running;
  auto client = running.connect();
  EXPECT_EQ(client.exchange(make_request("GET", "/readyz")).status, 200);

  running.server->stop_accepting();

  EXPECT_TRUE(refuses_connections(running.server->port()));
  const auto answer = client.exchange(make_request("GET", "/readyz"));
  EXPECT_EQ(answer.status, 503);
  EXPECT_EQ(answer.header("Connection"), "close");
  EXPECT_EQ(client.receive_until_closed(), "");
}

TEST(ServerStop, IdleConnectionsDoNotHoldItUp) {
  running_server running;
  std::vector<raw_client> clients;
  for (int i = 0; i < 20; ++i) {
    clients.push_back(running.connect());
    clients.back().exchange(make_request("GET", "/livez"));
  }

  auto stopping = std::async(std::launch::async, [&] { running.server->stop(10min); });

  EXPECT_EQ(stopping.wait_for(test::patience), std::future_status::ready);
  for (auto& client : clients)
    EXPECT_EQ(client.receive_until_closed(), "");
}

TEST(ServerStop, RequestsWithoutAnswerAreCutWhenTheGraceIsOver) {
  running_server running{calling::when_released};
  auto client = running.connect();
  client.send(make_request("GET", job_path));
  running.service.await_held(1);

  running.server->stop(0ms);

  EXPECT_EQ(client.receive_until_closed(), "");
}

TEST(ServerStop, AnswersAfterTheServerHasGoneAreDropped) {
  // Symptom: a callback that came when the server was gone touched its connections.
  running_server running{calling::when_released};
  auto first = running.connect();
  auto second = running.connect();
  first.send(make_request("GET", job_path));
  second.send(make_request("GET", jobs_path));
  running.service.await_held(2);

  running.server.reset();
  running.service.release();

  EXPECT_EQ(first.receive_until_closed(), "");
  EXPECT_EQ(second.receive_until_closed(), "");
}

TEST(ServerStop, CallbacksMayComeWhileItStops) {
  for (int round = 0; round < 20; ++round) {
    running_server running{calling::elsewhere};
    std::vector<raw_client> clients;
    for (int i = 0; i < 10; ++i) {
      clients.push_back(running.connect());
      clients.back().send(make_request("GET", i % 2 == 0 ? job_path : jobs_path));
    }

    running.server->stop(0ms);

    for (auto& client : clients)
      client.receive_until_closed();
  }
}

TEST(ServerStop, EveryRequestOfBusyClientsIsAnswered) {
  // A server that stops takes clients for idle that say nothing for so long. On a busy machine that
  // happens to these, too; then they have no claim to an answer.
  constexpr std::chrono::milliseconds idle_after{100};
  using std::chrono::steady_clock;
  http_options options;
  options.threads = 2;
  running_server running{calling::elsewhere, options};
  std::atomic<int> started{0};
  std::atomic<int> unanswered{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i)
    threads.emplace_back([&] {
      auto client = running.connect();
      // The server has last heard of this client after that.
      auto asked_at = steady_clock::now();
      for (;;) {
        const auto asked_before_at = std::exchange(asked_at, steady_clock::now());
        auto sent_at = steady_clock::time_point::max();
        try {
          client.send(make_request("GET", job_path));
          sent_at = steady_clock::now();
          const auto answer = client.receive();
          ++started;
          if (answer.header("Connection") == "close")
            return;
        } catch (const std::runtime_error&) {
          if (std::min(sent_at, steady_clock::now()) < asked_before_at + idle_after)
            ++unanswered;
          return;
        }
      }
    });
  while (started < 200)
    std::this_thread::yield();

  running.server->stop(test::patience);

  for (auto& each : threads)
    each.join();
  EXPECT_EQ(unanswered.load(), 0);
}

TEST(ServerStop, MayBeCalledAgain) {
  running_server running;

  running.server->stop(1s);
  running.server->stop(1s);
  running.server->stop_accepting();

  EXPECT_GT(running.server->port(), 0);
}

TEST(ServerStop, ServerMayBeMoved) {
  running_server running;
  auto client = running.connect();

  http_server moved{std::move(*running.server)};
  EXPECT_EQ(client.exchange(make_request("GET", "/livez")).status, 200);
  running.server.emplace(std::move(moved));

  EXPECT_EQ(client.exchange(make_request("GET", "/livez")).status, 200);
}

} // namespace
} // namespace callboard::tests
