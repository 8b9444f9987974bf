#include "bench/load/load.hpp"

#include <atomic>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/bench/load/load_fixtures.hpp"

namespace callboard::bench {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using after = scripted_server::after;
using reply = scripted_server::reply;

TEST(ClosedLoop, CountsEveryAnswer) {
  scripted_server server{[](auto&, auto) { return reply{answer(201)}; }};

  auto report = prepare_and_run(some_requests(server, 500));

  ASSERT_TRUE(report);
  EXPECT_EQ(report->counts.statuses[201], 500u);
  EXPECT_EQ(report->counts.successes_in_time, 500u);
  EXPECT_EQ(report->counts.latency.count(), 500u);
  EXPECT_EQ(report->counts.lost_requests(), 0u);
  EXPECT_EQ(report->counts.reconnects, 0u);
  EXPECT_GT(report->throughput(), 0);
  EXPECT_EQ(server.requests(), 501u); // one probe
  EXPECT_EQ(server.connections(), 5u);
}

TEST(ClosedLoop, SharesConnectionsAndRequestsAmongThreads) {
  scripted_server server{[](auto&, auto) { return reply{answer(200)}; }};
  auto options = some_requests(server, 301);
  options.threads = 2;
  options.connections = 5;

  auto report = prepare_and_run(options);

  ASSERT_TRUE(report);
  EXPECT_EQ(report->counts.statuses[200], 301u);
  EXPECT_EQ(server.connections(), 6u);
}

TEST(ClosedLoop, PipelinesWhenAsked) {
  scripted_server server{[](auto&, auto) { return reply{answer(200)}; }};
  auto options = some_requests(server, 400);
  options.connections = 2;
  options.pipeline = 8;

  auto report = prepare_and_run(options);

  ASSERT_TRUE(report);
  EXPECT_EQ(report->counts.statuses[200], 400u);
  EXPECT_EQ(report->counts.lost_requests(), 0u);
}

TEST(ClosedLoop, KeepsRefusalsOutOfLatencyAndThroughput) {
  scripted_server server{
    [](auto&, auto number) { return reply{answer(number % 2 == 0 ? 503 : 201)}; }};

  auto report = prepare_and_run(some_requests(server, 100));

  ASSERT_TRUE(report);
  EXPECT_EQ(report->counts.statuses[201], 50u);
  EXPECT_EQ(report->counts.statuses[503], 50u);
  EXPECT_EQ(report->counts.latency.count(), 50u);
  EXPECT_EQ(report->counts.successes_in_time, 50u);
  EXPECT_EQ(report->counts.refusals(), 50u);
}

TEST(ClosedLoop, ConnectsAnewAfterConnectionClose) {
  scripted_server server{[](auto&, auto) {
    return reply{answer(200, "x", "Connection: close\r\n"), after::close};
  }};

  auto report = prepare_and_run(some_requests(server, 60));

  ASSERT_TRUE(report);
  EXPECT_EQ(report->counts.statuses[200], 60u);
  EXPECT_EQ(report->counts.lost_requests(), 0u);
  EXPECT_GE(report->counts.reconnects, 56u);
}

TEST(ClosedLoop, ReadsBodiesThatEndWithTheConnection) {
  scripted_server server{[](auto& request, auto) {
    return is_probe(request) ? reply{answer(200)}
                             : reply{"HTTP/1.1 200 OK\r\n\r\nto the end", after::close};
  }};

  auto report = prepare_and_run(some_requests(server, 20));

  ASSERT_TRUE(report);
  EXPECT_EQ(report->counts.statuses[200], 20u);
  EXPECT_EQ(report->counts.lost_requests(), 0u);
}

TEST(ClosedLoop, CountsResetsAndGoesOn) {
  scripted_server server{[](auto& request, auto number) {
    return number % 5 == 4 && !is_probe(request) ? reply{"", after::reset} : reply{answer(200)};
  }};

  auto report = prepare_and_run(some_requests(server, 50));

  ASSERT_TRUE(report);
  EXPECT_EQ(losses(*report, loss::reset), 10u);
  EXPECT_EQ(report->counts.statuses[200], 40u);
}

TEST(ClosedLoop, CountsAnswersThatAreCutShort) {
  scripted_server server{[](auto& request, auto number) {
    return number == 1 && !is_probe(request)
             ? reply{"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf", after::close}
             : reply{answer(200)};
  }};

  auto report = prepare_and_run(some_requests(server, 10));

  ASSERT_TRUE(report);
  EXPECT_EQ(losses(*report, loss::closed), 1u);
  EXPECT_EQ(report->counts.statuses[200], 9u);
}

TEST(ClosedLoop, CountsWhatIsNotHttp) {
  scripted_server server{[](auto& request, auto number) {
    return number == 1 && !is_probe(request) ? reply{"+OK ready\r\n\r\n"} : reply{answer(200)};
  }};

  auto report = prepare_and_run(some_requests(server, 10));

  ASSERT_TRUE(report);
  EXPECT_EQ(losses(*report, loss::malformed), 1u);
  EXPECT_EQ(report->counts.statuses[200], 9u);
}

TEST(ClosedLoop, GivesUpAnswersThatDoNotCome) {
  scripted_server server{[](auto& request, auto number) {
    return number == 1 && !is_probe(request) ? reply{""} : reply{answer(200)};
  }};
  auto options = some_requests(server, 10);
  options.answer_limit = milliseconds{300};

  auto report = prepare_and_run(options);

  ASSERT_TRUE(report);
  EXPECT_EQ(losses(*report, loss::late), 1u);
  EXPECT_EQ(report->counts.statuses[200], 9u);
}

TEST(ClosedLoop, EndsWhenToldTo) {
  std::atomic<bool> stop{false};
  scripted_server server{[&](auto&, auto number) {
    if (number == 100)
      stop = true;
    return reply{answer(200)};
  }};
  auto options = some_requests(server, 0);
  options.warm_up = milliseconds{0};
  options.stop = &stop;

  auto report = prepare_and_run(options);

  ASSERT_TRUE(report);
  EXPECT_GE(report->counts.statuses[200], 100u);
  EXPECT_LT(report->measured, seconds{40});
}

TEST(OpenLoop, SendsEveryArrival) {
  scripted_server server{[](auto&, auto) { return reply{answer(201)}; }};
  auto options = some_requests(server, 200);
  options.rate = 2000;

  auto report = prepare_and_run(options);

  ASSERT_TRUE(report);
  EXPECT_EQ(report->counts.statuses[201], 200u);
  EXPECT_EQ(report->counts.lost_requests(), 0u);
}

// One connection that never answers its second request: what would have been sent after it must show,
// not vanish.
TEST(OpenLoop, CountsWhatCouldNeverBeSent) {
  scripted_server server{[](auto& request, auto number) {
    return is_probe(request) || number == 1 ? reply{answer(200)} : reply{""};
  }};
  auto options = some_requests(server, 20);
  options.connections = 1;
  options.rate = 1000;
  options.duration = milliseconds{200};
  options.finish_limit = milliseconds{100};

  auto report = prepare_and_run(options);

  ASSERT_TRUE(report);
  EXPECT_EQ(report->counts.statuses[200], 1u);
  EXPECT_EQ(losses(*report, loss::unanswered), 19u);
}

TEST(Load, GetReadsJobsThatItHasMade) {
  std::atomic<std::size_t> reads{0};
  scripted_server server{[&](const std::string& request, auto number) {
    if (request.starts_with("POST"))
      return reply{answer(201, R"({"jobId":"job-)" + std::to_string(number) + R"("})")};
    if (request.starts_with("GET /api/messaging/jobs/job-"))
      ++reads;
    return reply{answer(200, R"({"jobId":"job"})")};
  }};
  auto options = some_requests(server, 50);
  options.kind = scenario::get;
  options.jobs_to_get = 10;

  auto report = prepare_and_run(options);

  ASSERT_TRUE(report);
  EXPECT_EQ(report->counts.statuses[200], 50u);
  EXPECT_EQ(reads, 50u);
}

TEST(Load, SaysWhyNoJobsCouldBeMade) {
  scripted_server server{[](auto&, auto) { return reply{answer(401, "no key")}; }};
  auto options = some_requests(server, 10);
  options.kind = scenario::mixed;

  auto report = prepare_and_run(options);

  ASSERT_FALSE(report);
  EXPECT_EQ(report.error().code, errc::unavailable);
  EXPECT_THAT(report.error().message, testing::HasSubstr("401: no key"));
}

TEST(Load, OfNobodyIsAnError) {
  endpoint nobody;
  {
    scripted_server gone{[](auto&, auto) { return reply{}; }};
    nobody = gone.where();
  }
  load_options options;
  options.target = nobody;

  auto report = prepare_and_run(options);

  ASSERT_FALSE(report);
  EXPECT_EQ(report.error().code, errc::unavailable);
}

TEST(Load, RefusesOptionsThatMakeNoSense) {
  scripted_server server{[](auto&, auto) { return reply{answer(200)}; }};
  auto good = some_requests(server, 10);
  auto no_connection = good;
  no_connection.connections = 0;
  auto more_threads = good;
  more_threads.threads = 5;
  auto no_pipeline = good;
  no_pipeline.pipeline = 0;
  auto piped_open_loop = good;
  piped_open_loop.pipeline = 2;
  piped_open_loop.rate = 10;
  auto no_duration = good;
  no_duration.duration = seconds{0};

  for (const auto& each :
       {no_connection, more_threads, no_pipeline, piped_open_loop, no_duration}) {
    auto report = prepare_and_run(each);
    ASSERT_FALSE(report);
    EXPECT_EQ(report.error().code, errc::invalid_argument);
  }
}

} // namespace
} // namespace callboard::bench
