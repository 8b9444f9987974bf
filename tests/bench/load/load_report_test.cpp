#include "bench/load/load.hpp"

#include <numeric>
#include <optional>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "bench/load/load_printer.hpp"
#include "tests/bench/load/load_fixtures.hpp"

namespace callboard::bench {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

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
