// Lists that go out in portions, over real connections.

#include <chrono>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "tests/http/transport/server_fixture.hpp"
#include "tests/support/patience.hpp"

namespace callboard::tests {
namespace {

using std::chrono::steady_clock;

/// The least that can be set: less than the list.
constexpr std::size_t unsent_bytes_max = 16 * 1024 * 1024;
constexpr std::size_t jobs_in_list = 20;
constexpr std::size_t bytes_in_job = 1'000'000;
constexpr std::size_t portion_bytes_max = bytes_in_job + 300'000;

const auto list_request = make_request("GET", "/api/jobs");

struct large_list : running_server {
  large_list() : running_server(calling::inside, options()) {
    auto what = schedule_definition{};
    what.name = "large";
    what.payload = json_text::from_valid("{\"x\":\"" + std::string(bytes_in_job, 'p') + "\"}");
    auto job = std::make_shared<scheduled_job>();
    job->definition = std::make_shared<const schedule_definition>(std::move(what));
    service.scheduled.jobs.assign(jobs_in_list, std::move(job));
  }

  static http_options options() {
    http_options made;
    made.unsent_bytes_max = unsent_bytes_max;
    return made;
  }

  /// Whether so many bytes are held for clients at last.
  bool holds(std::size_t least, std::size_t most) const {
    const auto end = steady_clock::now() + test::patience;
    for (;;) {
      const auto bytes = server->unsent_bytes();
      if (bytes >= least && bytes <= most)
        return true;
      if (steady_clock::now() > end)
        return false;
      std::this_thread::yield();
    }
  }
};

TEST(ServerPortions, ListLargerThanAllThatMayBeUnreadArrivesWhole) {
  const large_list running;
  auto client = running.connect();

  for (int i = 0; i < 2; ++i) {
    const auto answer = client.exchange(list_request);

    EXPECT_EQ(answer.status, 200);
    EXPECT_EQ(answer.header("Transfer-Encoding"), "chunked");
    EXPECT_GT(answer.body.size(), jobs_in_list * bytes_in_job);
    EXPECT_TRUE(answer.body.ends_with("}]"));
  }
  EXPECT_EQ(client.exchange(make_request("GET", job_path)).status, 200);
  EXPECT_TRUE(running.holds(0, 0));
}

TEST(ServerPortions, OldClientGetsItUntilTheConnectionEnds) {
  const large_list running;
  auto client = running.connect();

  client.send("GET /api/jobs HTTP/1.0\r\nHost: localhost\r\n\r\n");
  const auto bytes = client.receive_until_closed();

  EXPECT_GT(bytes.size(), jobs_in_list * bytes_in_job);
  EXPECT_TRUE(bytes.ends_with("}]"));
}

TEST(ServerPortions, ConnectionEndsWithTheListIfItsClientSaysSo) {
  const large_list running;
  auto client = running.connect();

  client.send(make_request("GET", "/api/jobs", "Connection: close\r\n"));

  EXPECT_TRUE(client.receive_until_closed().ends_with("}]\r\n0\r\n\r\n"));
}

TEST(ServerPortions, ClientsThatDoNotReadHoldAPortionEach) {
  const large_list running;
  constexpr std::size_t clients = 8;
  std::vector<raw_client> idle;
  for (std::size_t i = 0; i < clients; ++i) {
    idle.push_back(running.connect());
    idle.back().send(list_request);
  }

  EXPECT_TRUE(running.holds(clients * bytes_in_job, clients * portion_bytes_max));
  EXPECT_EQ(running.connect().exchange(make_request("GET", job_path)).status, 200);
  // They get all of it as soon as they read.
  for (auto& client : idle)
    EXPECT_GT(client.receive().body.size(), jobs_in_list * bytes_in_job);
}

TEST(ServerPortions, ClientThatLeavesLeavesNothingBehind) {
  const large_list running;
  auto client = running.connect();
  client.send(list_request);
  ASSERT_TRUE(running.holds(bytes_in_job, portion_bytes_max));

  client.reset();

  EXPECT_TRUE(running.holds(0, 0));
}

TEST(ServerPortions, ServerStopsBesideAClientThatDoesNotRead) {
  large_list running;
  auto client = running.connect();
  client.send(list_request);
  ASSERT_TRUE(running.holds(bytes_in_job, portion_bytes_max));

  running.server->stop(std::chrono::milliseconds{0});

  EXPECT_FALSE(client.receive_until_closed().ends_with("0\r\n\r\n"));
}

} // namespace
} // namespace callboard::tests
