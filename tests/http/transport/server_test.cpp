#include <callboard/http_server.hpp>

#include <condition_variable>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/http/transport/server_fixture.hpp"
#include "tests/support/patience.hpp"

namespace callboard::tests {
namespace {

using testing::HasSubstr;

/// The requests whose answers a test takes in their order: each asks with an id of its own.
std::string numbered_requests(std::size_t count) {
  std::string all;
  for (std::size_t i = 0; i < count; ++i)
    all += make_request("GET", job_path, "X-Request-Id: " + std::to_string(i) + "\r\n");
  return all;
}

class ServerCalledBack : public testing::TestWithParam<calling> {};

TEST_P(ServerCalledBack, ThousandPipelinedRequestsGetThousandAnswersInOrder) {
  running_server running{GetParam()};
  auto client = running.connect();
  constexpr std::size_t count = 1000;

  std::thread sender{[&] { client.send(numbered_requests(count)); }};
  for (std::size_t i = 0; i < count; ++i) {
    const auto answer = client.receive();
    ASSERT_EQ(answer.status, 200);
    ASSERT_EQ(answer.header("X-Request-Id"), std::to_string(i));
  }
  sender.join();
}

TEST_P(ServerCalledBack, RefusedAndServedRequestsMixInAPipeline) {
  // Symptom: answers given inside the handler, as refusals are, ended a pipeline after two of them.
  running_server running{GetParam()};
  auto client = running.connect();
  const std::pair<std::string, int> kinds[] = {{make_request("GET", "/nothing"), 404},
                                               {make_request("GET", job_path), 200},
                                               {make_request("PUT", "/livez"), 405},
                                               {make_request("GET", "/livez"), 200},
                                               {make_request("GET", jobs_path + "/%zz"), 400}};
  std::string all;
  for (int round = 0; round < 20; ++round)
    for (const auto& [request, status] : kinds)
      all += request;

  client.send(all);

  for (int round = 0; round < 20; ++round)
    for (const auto& [request, status] : kinds)
      ASSERT_EQ(client.receive().status, status) << request;
}

INSTANTIATE_TEST_SUITE_P(Calling, ServerCalledBack,
                         testing::Values(calling::inside, calling::elsewhere),
                         [](const auto& each) {
                           return each.param == calling::inside ? "Inside" : "Elsewhere";
                         });

TEST(Server, CreationRoundTrip) {
  running_server running;
  auto client = running.connect();

  const auto answer = client.exchange(
    make_request("POST", jobs_path, "Content-Type: application/json\r\n",
                 R"({"userId":"550e8400-e29b-41d4-a716-446655440000","content":"hello é"})"));

  EXPECT_EQ(answer.status, 201);
  EXPECT_EQ(answer.header("Location"), job_path);
  EXPECT_EQ(running.service.submitted.at(0).first.content, "hello é");
}

TEST(Server, AnswersCarryTheStandardHeadersAndNoBanner) {
  running_server running;

  const auto answer = running.connect().exchange(make_request("GET", "/nothing"));

  EXPECT_EQ(answer.header("X-Content-Type-Options"), "nosniff");
  EXPECT_EQ(answer.header("X-Frame-Options"), "SAMEORIGIN");
  EXPECT_EQ(answer.header("Referrer-Policy"), "no-referrer");
  EXPECT_EQ(answer.header("Cache-Control"), "no-store");
  EXPECT_EQ(answer.header("X-Request-Id").size(), 32u);
  EXPECT_THAT(answer.header("Date"), HasSubstr(" GMT"));
  EXPECT_EQ(answer.count("Server"), 0u);
  EXPECT_EQ(answer.count("Connection"), 0u);
}

TEST(Server, ConnectionStaysOpenBetweenRequests) {
  running_server running;
  auto client = running.connect();

  for (int i = 0; i < 3; ++i)
    EXPECT_EQ(client.exchange(make_request("GET", job_path)).status, 200);
}

TEST(Server, HeadHasNoBodyAndTheConnectionGoesOn) {
  running_server running;
  auto client = running.connect();

  client.send(make_request("HEAD", job_path));
  const auto head = client.receive(true);
  const auto full = client.exchange(make_request("GET", job_path));

  EXPECT_EQ(head.status, 200);
  EXPECT_EQ(head.header("Content-Length"), std::to_string(full.body.size()));
}

TEST(Server, NoContentIsFollowedByTheNextAnswer) {
  http_options options;
  options.allowed_origins = {"*"};
  running_server running{calling::inside, options};
  auto client = running.connect();

  client.send(
    make_request("OPTIONS", "/livez", "Origin: http://a\r\nAccess-Control-Request-Method: GET\r\n")
    + make_request("GET", "/livez"));

  EXPECT_EQ(client.receive().status, 204);
  EXPECT_EQ(client.receive().status, 200);
}

TEST(Server, Http10ConnectionIsClosedAfterTheAnswer) {
  running_server running;
  auto client = running.connect();

  client.send("GET /livez HTTP/1.0\r\n\r\n");
  const auto answer = client.receive();

  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.header("Connection"), "close");
  EXPECT_EQ(client.receive_until_closed(), "");
}

TEST(Server, Http10ClientMayKeepItsConnection) {
  running_server running;
  auto client = running.connect();

  for (int i = 0; i < 2; ++i) {
    const auto answer = client.exchange("GET /livez HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
    EXPECT_EQ(answer.status, 200);
    EXPECT_EQ(answer.header("Connection"), "keep-alive");
  }
}

TEST(Server, ConnectionIsClosedWhenTheClientWantsIt) {
  running_server running;
  auto client = running.connect();

  client.send(make_request("GET", "/livez", "Connection: close\r\n"));

  EXPECT_EQ(client.receive().header("Connection"), "close");
  EXPECT_EQ(client.receive_until_closed(), "");
}

TEST(Server, ClientThatHasClosedItsSideStillGetsItsAnswer) {
  running_server running{calling::when_released};
  auto client = running.connect();

  client.send(make_request("GET", job_path));
  client.finish_sending();
  running.service.await_held(1);
  running.service.release();

  EXPECT_EQ(client.receive().status, 200);
}

TEST(Server, ChunkedBodyIsRead) {
  running_server running;
  auto client = running.connect();
  std::string request = make_request(
    "POST", jobs_path, "Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n");
  const std::string body
    = R"({"userId":"550e8400-e29b-41d4-a716-446655440000","content":"in many pieces"})";
  for (const auto c : body)
    request += std::string{"1\r\n"} + c + "\r\n";

  const auto answer = client.exchange(request + "0\r\n\r\n");

  EXPECT_EQ(answer.status, 201);
  EXPECT_EQ(running.service.submitted.at(0).first.content, "in many pieces");
}

TEST(Server, LargeAnswerArrivesWhole) {
  running_server running;
  auto large = sample_job(job_state::completed);
  auto outcome = std::make_shared<job_outcome>(*large->outcome);
  outcome->content = std::make_shared<const std::string>(5'000'000, 'x');
  large->outcome = std::move(outcome);
  running.service.on_get = [large](const job_ref&) { return large; };
  auto client = running.connect();

  const auto answer = client.exchange(make_request("GET", job_path));

  EXPECT_GT(answer.body.size(), 5'000'000u);
  EXPECT_EQ(answer.body.back(), '}');
  EXPECT_EQ(client.exchange(make_request("GET", "/livez")).status, 200);
}

TEST(Server, LongListIsPrintedOnAServerThread) {
  running_server running{calling::elsewhere};
  job_page page;
  page.jobs.assign(1000, sample_job(job_state::completed));
  page.total = 1000;
  running.service.page = std::move(page);

  const auto answer = running.connect().exchange(make_request("GET", jobs_path));

  EXPECT_EQ(answer.status, 200);
  EXPECT_THAT(answer.body, HasSubstr(R"("total":1000,"filtered":1000})"));
}

TEST(Server, WaitingRequestIsAnsweredWhenTheServiceSays) {
  running_server running{calling::when_released};
  auto client = running.connect();

  client.send(make_request("GET", job_path + "?wait=60"));
  running.service.await_held(1);
  auto other = running.connect();
  EXPECT_EQ(other.exchange(make_request("GET", "/livez")).status, 200);
  running.service.release();

  EXPECT_EQ(client.receive().status, 200);
}

TEST(Server, CallbackThatIsDroppedIs500) {
  running_server running{calling::never};
  auto client = running.connect();

  EXPECT_EQ(client.exchange(make_request("GET", job_path)).status, 500);
  EXPECT_EQ(client.exchange(make_request("GET", "/livez")).status, 200);
}

TEST(Server, ServiceThatThrowsIs500AndTheConnectionGoesOn) {
  running_server running;
  running.service.on_get = [](const job_ref&) -> result<job_ptr> { throw 42; };
  auto client = running.connect();

  EXPECT_EQ(client.exchange(make_request("GET", job_path)).status, 500);
  EXPECT_EQ(client.exchange(make_request("GET", "/livez")).status, 200);
}

TEST(Server, AnswerForAClientThatHasGoneIsDropped) {
  running_server running{calling::when_released};
  {
    auto client = running.connect();
    client.send(make_request("GET", job_path));
    running.service.await_held(1);
    client.reset();
  }
  running.service.release();

  EXPECT_EQ(running.connect().exchange(make_request("GET", "/livez")).status, 200);
}

TEST(Server, ManyClientsAtOnceAreAllServed) {
  http_options options;
  options.threads = 4;
  running_server running{calling::elsewhere, options};
  std::vector<std::thread> threads;
  std::atomic<int> served{0};

  for (int i = 0; i < 8; ++i)
    threads.emplace_back([&] {
      auto client = running.connect();
      for (int round = 0; round < 50; ++round)
        served += client.exchange(make_request("GET", job_path)).status == 200 ? 1 : 0;
    });
  for (auto& each : threads)
    each.join();

  EXPECT_EQ(served.load(), 400);
}

TEST(Server, LogIsToldOfEachAnswer) {
  struct entry {
    std::string text;
    bool has_id = false;
  };
  std::mutex mutex;
  std::condition_variable changed;
  std::vector<entry> entries;
  running_server running{calling::elsewhere, {}, [&](const http_log_entry& told) {
                           const std::lock_guard guard{mutex};
                           entries.push_back({std::string{told.method} + ' '
                                                + std::string{told.path} + ' '
                                                + std::to_string(told.status),
                                              !told.request_id.empty()});
                           changed.notify_all();
                         }};

  running.connect().exchange(make_request("GET", job_path + "?wait=0"));
  running.connect().exchange(make_request("PUT", "/livez"));

  std::unique_lock guard{mutex};
  ASSERT_TRUE(changed.wait_for(guard, test::patience, [&] { return entries.size() >= 2; }));
  EXPECT_EQ(entries[0].text, "GET " + job_path + " 200");
  EXPECT_TRUE(entries[0].has_id);
  EXPECT_EQ(entries[1].text, "PUT /livez 405");
}

TEST(Server, TwoServersCannotShareAPort) {
  running_server running;
  fake_service other;
  http_options options;
  options.port = running.server->port();

  const auto started = http_server::start(options, other);

  ASSERT_FALSE(started);
  EXPECT_EQ(started.error().code, errc::io);
  EXPECT_THAT(started.error().message, HasSubstr("cannot listen on 127.0.0.1"));
}

TEST(Server, ListensOnIpv6) {
  fake_service service;
  http_options options;
  options.address = "::1";
  options.port = 0;

  const auto started = http_server::start(options, service);

  ASSERT_TRUE(started) << started.error().message;
  EXPECT_GT(started->port(), 0);
}

} // namespace
} // namespace callboard::tests
