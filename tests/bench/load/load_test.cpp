#include "bench/load/load.hpp"

#include <atomic>
#include <numeric>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "bench/load/load_printer.hpp"
#include "tests/bench/load/scripted_server.hpp"

namespace callboard::bench {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using after = scripted_server::after;
using reply = scripted_server::reply;

/// The load asks this once, before it begins, to see that the server is there.
bool is_probe(const std::string& request) {
  return request.starts_with("GET /livez");
}

/// A load of a fixed number of requests, so that tests do not depend on the machine's speed. The
/// durations are limits that no passing test comes near.
load_options some_requests(const scripted_server& server, std::uint64_t requests) {
  load_options options;
  options.target = server.where();
  options.connections = 4;
  options.duration = seconds{40};
  options.requests_max = requests;
  return options;
}

std::uint64_t losses(const load_report& report, loss why) {
  return report.counts.losses[static_cast<std::size_t>(why)];
}

result<load_report> prepare_and_run(const load_options& options) {
  auto requests = prepare_requests(options);
  if (!requests)
    return tl::unexpected(requests.error());
  return run_load(options, *requests);
}

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

/// A server whose jobs end like that: creations show the end if they wait, else GET does.
scripted_server::reply ending(const std::string& request, std::size_t number,
                              const std::string& status) {
  const auto is_shown = request.starts_with("GET") || request.find("Prefer: wait") != request.npos;
  return {answer(request.starts_with("POST") ? 201 : 200,
                 R"({"jobId":"job-)" + std::to_string(number) + R"(","status":")"
                   + (is_shown ? status : "pending") + R"("})")};
}

// Symptom: a load whose jobs all failed looked like one that went well.
TEST(Load, LooksAtWhatBecomesOfJobs) {
  struct sample {
    scenario kind;
    const char* status;
    job_outcome_seen seen;
    verdict how;
  };
  constexpr sample samples[] = {
    {scenario::create_wait, "completed", job_outcome_seen::completed, verdict::all_well},
    {scenario::create_wait, "failed", job_outcome_seen::failed, verdict::nothing_worked},
    {scenario::create_wait, "timeout", job_outcome_seen::timeout, verdict::nothing_worked},
    {scenario::create_wait, "processing", job_outcome_seen::unfinished, verdict::all_well},
    {scenario::create, "completed", job_outcome_seen::completed, verdict::all_well},
    {scenario::create, "failed", job_outcome_seen::failed, verdict::nothing_worked},
    {scenario::create, "pending", job_outcome_seen::unfinished, verdict::all_well},
  };
  for (const auto& [kind, status, seen, how] : samples) {
    scripted_server server{[status = std::string{status}](const auto& request, auto number) {
      return ending(request, number, status);
    }};
    auto options = some_requests(server, 20);
    options.kind = kind;

    const auto report = prepare_and_run(options);

    ASSERT_TRUE(report);
    EXPECT_EQ(report->counts.jobs[static_cast<std::size_t>(seen)], 20u) << status;
    EXPECT_EQ(verdict_of(report->counts), how) << status;
  }
}

TEST(Load, LooksAtOnlySomeOfManyJobs) {
  scripted_server server{[](const auto& request, auto number) {
    return ending(request, number, number % 2 ? "completed" : "failed");
  }};

  const auto report = prepare_and_run(some_requests(server, 500));

  ASSERT_TRUE(report);
  const auto& jobs = report->counts.jobs;
  EXPECT_EQ(std::accumulate(jobs.begin(), jobs.end(), std::uint64_t{0}), 100u);
  EXPECT_EQ(verdict_of(report->counts), verdict::some_failed);
}

TEST(Load, DoesNotReadJobsThatHaveFailed) {
  scripted_server server{
    [](const auto& request, auto number) { return ending(request, number, "failed"); }};
  auto options = some_requests(server, 10);
  options.kind = scenario::get;

  const auto report = prepare_and_run(options);

  ASSERT_FALSE(report);
  EXPECT_THAT(report.error().message, testing::HasSubstr("has failed"));
}

// Symptom: 41,463 answers of 401 were `p50 0 ns` and exit code 0.
TEST(LoadPrinter, DoesNotCallTotalFailureQuick) {
  load_report report;
  report.measured = seconds{2};
  for (int i = 0; i < 7; ++i)
    report.counts.answered(401, milliseconds{1});

  const auto text = to_text(load_options{}, report);
  const auto json = to_json(load_options{}, report);

  EXPECT_EQ(verdict_of(report.counts), verdict::nothing_worked);
  EXPECT_EQ(text.find("0 ns"), text.npos) << text;
  EXPECT_THAT(text, testing::ContainsRegex("p50 +-\n"));
  EXPECT_THAT(text, testing::HasSubstr("NOTHING WORKED: 0 of 7 requests"));
  for (const auto* name : {"p50", "p99", "max", "mean", "min"})
    EXPECT_TRUE(json.at("latencyMicroseconds").at(name).is_null()) << name;
}

TEST(Verdict, FollowsFromWhatWasSeen) {
  const auto of = [](int fine, int refused, int lost, int completed, int failed) {
    tally counts;
    for (int i = 0; i < fine; ++i)
      counts.answered(201, milliseconds{1});
    for (int i = 0; i < refused; ++i)
      counts.answered(503, milliseconds{1});
    counts.lost(loss::reset, static_cast<std::uint64_t>(lost));
    for (int i = 0; i < completed; ++i)
      counts.saw(job_outcome_seen::completed);
    for (int i = 0; i < failed; ++i)
      counts.saw(job_outcome_seen::failed);
    return verdict_of(counts);
  };
  using enum verdict;

  EXPECT_EQ(of(0, 0, 0, 0, 0), nothing_worked);
  EXPECT_EQ(of(0, 5, 0, 0, 0), nothing_worked);
  EXPECT_EQ(of(0, 0, 5, 0, 0), nothing_worked);
  EXPECT_EQ(of(5, 0, 0, 0, 5), nothing_worked);
  EXPECT_EQ(of(5, 1, 0, 0, 0), some_failed);
  EXPECT_EQ(of(5, 0, 1, 0, 0), some_failed);
  EXPECT_EQ(of(5, 0, 0, 4, 1), some_failed);
  EXPECT_EQ(of(5, 0, 0, 0, 0), all_well);
  EXPECT_EQ(of(5, 0, 0, 5, 0), all_well);
}

TEST(JobOutcome, IsReadFromTheBeginningOfABody) {
  using enum job_outcome_seen;
  EXPECT_EQ(outcome_in(R"({"jobId":"a","status":"completed","result":1})"), completed);
  EXPECT_EQ(outcome_in(R"({"jobId":"a","status":"failed"})"), failed);
  EXPECT_EQ(outcome_in(R"({"jobId":"a","status":"timeout"})"), timeout);
  EXPECT_EQ(outcome_in(R"({"jobId":"a","status":"pending"})"), unfinished);
  EXPECT_EQ(outcome_in(R"({"jobId":"a","status":"completed","error":"\"status\":\"failed\""})"),
            completed);
  for (const auto* none :
       {"", "x", R"({"jobId":"a"})", R"({"status":"failed"})", R"([{"jobId":"a"}])"})
    EXPECT_EQ(outcome_in(none), std::nullopt) << none;
  EXPECT_EQ(job_id_in(R"({"jobId":"a-b","status":"x"})"), "a-b");
  EXPECT_EQ(job_id_in("{}"), "");
}

TEST(LoadPrinter, ShowsLatencyStatusesAndLosses) {
  load_options options;
  load_report report;
  report.measured = seconds{2};
  report.counts.successes_in_time = 100;
  for (int i = 0; i < 100; ++i)
    report.counts.answered(201, milliseconds{3});
  report.counts.answered(503, milliseconds{1});
  report.counts.lost(loss::reset, 4);

  auto text = to_text(options, report);
  auto json = to_json(options, report);

  EXPECT_THAT(text, testing::ContainsRegex("throughput +50 /s"));
  EXPECT_THAT(text, testing::ContainsRegex("p99 +3.00 ms"));
  EXPECT_THAT(text, testing::ContainsRegex("status 503 +1\n"));
  EXPECT_THAT(text, testing::ContainsRegex("reset +4\n"));
  EXPECT_EQ(json.at("throughputPerSecond"), 50.0);
  EXPECT_EQ(json.at("latencyMicroseconds").at("p50"), 3000.0);
  EXPECT_EQ(json.at("statuses").at("503"), 1);
  EXPECT_EQ(json.at("lost").at("reset"), 4);
  EXPECT_THAT(text, testing::HasSubstr("SOME FAILED: 100 of 105 requests"));
}

} // namespace
} // namespace callboard::bench
