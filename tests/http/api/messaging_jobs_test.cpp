#include "http/api/messaging/messaging_jobs.hpp"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "http/application.hpp"
#include "tests/http/fake_service.hpp"
#include "tests/http/sample_jobs.hpp"
#include "tests/http/test_exchange.hpp"

namespace callboard::tests {
namespace {

using namespace std::chrono_literals;
using nlohmann::json;
using testing::ElementsAre;
using testing::HasSubstr;

const std::string jobs_path = "/api/messaging/jobs";
const std::string job_path = jobs_path + '/' + std::string{sample_job_id};

class MessagingJobs : public testing::Test {
protected:
  raw_response ask(const sample_request& sample) {
    return tests::ask(app_, sample);
  }

  raw_response get(std::string target) {
    return ask({.target = std::move(target)});
  }

  raw_response create(std::string query = "") {
    return ask(new_message(std::move(query)));
  }

  static sample_request new_message(std::string query = "") {
    return post_json(jobs_path + query, json{{"userId", sample_user}, {"content", "hello"}}.dump());
  }

  static std::string text_error(const std::string& text) {
    return R"({"success":false,"error":")" + text + "\"}";
  }

  fake_service service_;
  http::application app_{{}, service_, nullptr, std::make_shared<http::in_flight>()};
};

TEST_F(MessagingJobs, CreationAnswers201WithLocation) {
  const auto answer = create();

  EXPECT_EQ(answer.status, 201);
  EXPECT_EQ(answer.header("Location"), job_path);
  EXPECT_EQ(answer.header("Content-Type"), "application/json");
  EXPECT_EQ(answer.header("Cache-Control"), "no-store");
  EXPECT_EQ(answer.count("Preference-Applied"), 0u);
  EXPECT_EQ(json::parse(answer.body)["status"], "pending");
  ASSERT_EQ(service_.submitted.size(), 1u);
  EXPECT_EQ(service_.submitted[0].first.organisation, "default");
  EXPECT_EQ(service_.submitted[0].first.time_limit, 30s);
  EXPECT_EQ(service_.submitted[0].second, 0ms);
}

TEST_F(MessagingJobs, CreationShowsOneOfTwoStatuses) {
  service_.on_submit = [](const new_job&) { return sample_job(job_state::processing); };
  EXPECT_EQ(json::parse(create().body)["status"], "processing");

  service_.on_submit = [](const new_job&) { return sample_job(job_state::completed); };
  EXPECT_EQ(json::parse(create().body)["status"], "processing");
}

TEST_F(MessagingJobs, RefusedCreationHasTheEnginesText) {
  struct row {
    error fault;
    int status;
    std::string text;
    std::string retry_after;
  };
  const row table[] = {
    {{errc::capacity, "Job capacity reached (10000 jobs)"},
     503,
     "Job capacity reached (10000 jobs)",
     "1"},
    {{errc::agent_busy, "Agent echo is busy"}, 503, "Agent echo is busy", "1"},
    {{errc::unavailable, "the server is stopping"}, 503, "the server is stopping", "1"},
    {{errc::no_agents, "x"}, 404, "No agents available on server", ""},
    {{errc::agent_not_found, "Agent a not found"}, 404, "Agent a not found", ""},
    {{errc::invalid_argument, "content is odd"}, 400, "content is odd", ""},
    {{errc::internal, "null pointer in /src/x.cpp"}, 500, "Internal server error", ""},
    {{errc::io, "/var/lib/callboard.db is gone"}, 500, "Internal server error", ""},
  };

  for (const auto& [fault, status, text, retry_after] : table) {
    service_.on_submit
      = [fault = fault](const new_job&) -> result<job_ptr> { return tl::unexpected{fault}; };
    const auto answer = create();
    EXPECT_EQ(answer.status, status) << text;
    EXPECT_EQ(answer.body, text_error(text));
    EXPECT_EQ(answer.header("Retry-After"), retry_after) << text;
    EXPECT_EQ(answer.count("Location"), 0u) << text;
  }
}

TEST_F(MessagingJobs, BrokenRuleNeverReachesTheService) {
  EXPECT_EQ(ask(post_json(jobs_path, "{}")).status, 400);
  EXPECT_TRUE(service_.submitted.empty());
}

TEST_F(MessagingJobs, CreationWithPreferenceWaitsForTheDetails) {
  service_.on_submit = [](const new_job&) { return sample_job(job_state::completed); };

  const auto answer = ask(new_message().with("Prefer", "wait=7"));

  EXPECT_EQ(service_.submitted[0].second, 7s);
  EXPECT_EQ(answer.status, 201);
  EXPECT_EQ(answer.header("Location"), job_path);
  EXPECT_EQ(answer.header("Preference-Applied"), "wait=7");
  EXPECT_EQ(json::parse(answer.body)["status"], "completed");
  EXPECT_TRUE(json::parse(answer.body).contains("result"));
}

TEST_F(MessagingJobs, CreationWhoseWaitIsOverShowsTheUsualBody) {
  service_.on_submit = [](const new_job&) { return sample_job(job_state::processing); };

  const auto answer = ask(new_message().with("Prefer", "wait=90"));

  EXPECT_EQ(service_.submitted[0].second, 60s);
  EXPECT_EQ(answer.header("Preference-Applied"), "wait=60");
  EXPECT_EQ(json::parse(answer.body).size(), 4u);
}

TEST_F(MessagingJobs, CreationTakesWaitInItsQueryToo) {
  const auto answer = create("?wait=2.5");

  EXPECT_EQ(answer.status, 201);
  EXPECT_EQ(service_.submitted[0].second, 2500ms);
  EXPECT_EQ(answer.count("Preference-Applied"), 0u);
}

TEST_F(MessagingJobs, UnusableWaitInTheQueryIs400) {
  const auto text = text_error("wait must be a number of seconds, 0 or more");

  EXPECT_EQ(create("?wait=x").body, text);
  EXPECT_EQ(get(job_path + "?wait=-1").status, 400);
  EXPECT_EQ(get(job_path + "?wait=-1").body, text);
  EXPECT_TRUE(service_.submitted.empty());
}

TEST_F(MessagingJobs, UnusablePreferenceIsIgnored) {
  const auto answer = ask(new_message().with("Prefer", "wait=soon"));

  EXPECT_EQ(answer.status, 201);
  EXPECT_EQ(service_.submitted[0].second, 0ms);
  EXPECT_EQ(answer.count("Preference-Applied"), 0u);
}

TEST_F(MessagingJobs, JobIsAskedForAsAMessageOfTheOrganisation) {
  service_.on_get = [](const job_ref&) { return sample_job(job_state::pending); };

  const auto answer = get(job_path);

  EXPECT_EQ(answer.status, 200);
  ASSERT_EQ(service_.asked.size(), 1u);
  EXPECT_EQ(service_.asked[0].id.to_string(), sample_job_id);
  EXPECT_EQ(service_.asked[0].kind, job_kind::message);
  EXPECT_EQ(service_.asked[0].organisation, "default");
  EXPECT_TRUE(service_.waited.empty());
}

TEST_F(MessagingJobs, IdIsTakenInAnyCase) {
  service_.on_get = [](const job_ref&) { return sample_job(job_state::pending); };

  EXPECT_EQ(get(jobs_path + "/0198A1B2-C3D4-7E5F-8A9B-0C1D2E3F4A5B/").status, 200);
}

TEST_F(MessagingJobs, UnknownIdOfAnyFormIs404) {
  for (const auto* id : {"x", "0198a1b2-c3d4-7e5f-8a9b-000000000000", "%ff%fe", "a%2Fb", "a+b",
                         "..", "0198a1b2c3d47e5f8a9b0c1d2e3f4a5b", "null", "%20"}) {
    const auto answer = get(jobs_path + '/' + id);
    EXPECT_EQ(answer.status, 404) << id;
    EXPECT_EQ(answer.body, text_error("Job not found")) << id;
  }
}

TEST_F(MessagingJobs, JobOfAnotherOrganisationIs404) {
  service_.on_get = [](const job_ref&) -> result<job_ptr> { return fail(errc::forbidden, "no"); };

  EXPECT_EQ(get(job_path).status, 404);
  EXPECT_EQ(get(job_path).body, text_error("Job not found"));
}

TEST_F(MessagingJobs, StoreFaultIs503) {
  service_.on_get
    = [](const job_ref&) -> result<job_ptr> { return fail(errc::unavailable, "the store fails"); };

  EXPECT_EQ(get(job_path).status, 503);
  EXPECT_EQ(get(job_path).header("Retry-After"), "1");
}

TEST_F(MessagingJobs, WaitingAsksTheServiceToWait) {
  service_.on_get = [](const job_ref&) { return sample_job(job_state::completed); };

  EXPECT_EQ(get(job_path + "?wait=3").count("Preference-Applied"), 0u);
  EXPECT_EQ(
    ask(sample_request{.target = job_path}.with("prefer", "wait=5")).header("Preference-Applied"),
    "wait=5");
  EXPECT_THAT(service_.waited, ElementsAre(3s, 5s));
}

TEST_F(MessagingJobs, WaitBeyondTheLimitShowsTheJobAsItStands) {
  service_.on_get = [](const job_ref&) { return sample_job(job_state::pending); };
  service_.has_no_room_to_wait = true;

  const auto answer = get(job_path + "?wait=3");

  EXPECT_EQ(answer.status, 200);
  EXPECT_THAT(answer.body, HasSubstr(R"("status":"pending")"));
  EXPECT_THAT(service_.waited, ElementsAre(3s));
}

TEST_F(MessagingJobs, WaitOfZeroDoesNotWait) {
  service_.on_get = [](const job_ref&) { return sample_job(job_state::pending); };

  EXPECT_EQ(get(job_path + "?wait=0").status, 200);
  EXPECT_TRUE(service_.waited.empty());
}

TEST_F(MessagingJobs, HeadHasTheLengthOfTheBody) {
  service_.on_get = [](const job_ref&) { return sample_job(job_state::completed); };

  const auto full = get(job_path);
  const auto head = ask({.method = "HEAD", .target = job_path});

  EXPECT_EQ(head.status, 200);
  EXPECT_EQ(head.header("Content-Length"), std::to_string(full.body.size()));
}

TEST_F(MessagingJobs, ListAsksForTheNewestMessages) {
  get(jobs_path + "?limit=7&status=failed");

  ASSERT_EQ(service_.listed.size(), 1u);
  EXPECT_EQ(service_.listed[0].kind, job_kind::message);
  EXPECT_EQ(service_.listed[0].organisation, "default");
  EXPECT_EQ(service_.listed[0].limit, 7u);
  EXPECT_EQ(service_.listed[0].text_bytes_max, http_options{}.unsent_bytes_max);
  EXPECT_THAT(service_.listed[0].states, ElementsAre(job_state::failed, job_state::canceled));
}

TEST_F(MessagingJobs, FailedListSaysSo) {
  service_.page = fail(errc::unavailable, "the store fails");

  EXPECT_EQ(get(jobs_path).status, 503);
  EXPECT_EQ(get(jobs_path).body, text_error("the store fails"));
}

TEST_F(MessagingJobs, CancelAnswersWithTheJob) {
  service_.on_cancel = [](const job_ref&) { return sample_job(job_state::canceled); };

  const auto answer = ask({.method = "POST", .target = job_path + "/cancel"});

  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(json::parse(answer.body)["status"], "failed");
  EXPECT_EQ(json::parse(answer.body)["error"], "Job was canceled");
}

TEST_F(MessagingJobs, CancelOfAFinishedJobSaysHowItEnded) {
  const std::pair<job_state, std::string> table[] = {{job_state::completed, "completed"},
                                                     {job_state::failed, "failed"},
                                                     {job_state::timeout, "timeout"},
                                                     {job_state::canceled, "failed"}};

  for (const auto& [state, word] : table) {
    service_.on_cancel
      = [state = state](const job_ref&) -> result<job_ptr> { return fail_as_over(state); };
    const auto answer = ask({.method = "POST", .target = job_path + "/cancel"});
    EXPECT_EQ(answer.status, 409);
    EXPECT_EQ(answer.body, text_error("Job is already " + word));
  }
}

TEST_F(MessagingJobs, CancelOfAnUnknownJobIs404) {
  EXPECT_EQ(ask({.method = "POST", .target = job_path + "/cancel"}).status, 404);
  EXPECT_EQ(ask({.method = "POST", .target = jobs_path + "/x/cancel"}).body,
            text_error("Job not found"));
}

TEST_F(MessagingJobs, AnyOtherEndpointIsUnknown) {
  const std::string unknown
    = R"({"success":false,"error":{"message":"API endpoint not found","code":404}})";
  const std::pair<std::string, std::string> table[] = {
    {"GET", "/api/messaging"},
    {"GET", "/api/messaging/"},
    {"GET", "/api/messaging/nothing"},
    {"DELETE", jobs_path},
    {"PUT", job_path},
    {"PATCH", job_path},
    {"OPTIONS", jobs_path},
    {"TRACE", jobs_path},
    {"POST", job_path},
    {"GET", job_path + "/cancel"},
    {"POST", jobs_path + "/health"},
    {"GET", jobs_path + "//"},
    {"GET", jobs_path + "/a/b/c/d/e/f/g/h/i/j/k/l/m/n/o/p"},
    {"GET", "/api/%6Dessaging/nothing"},
  };

  for (const auto& [method, target] : table) {
    const auto answer = ask({.method = method, .target = target});
    EXPECT_EQ(answer.status, 404) << method << ' ' << target;
    EXPECT_EQ(answer.body, unknown) << method << ' ' << target;
    EXPECT_EQ(answer.count("Allow"), 0u);
  }
}

TEST_F(MessagingJobs, BadEscapeInThePathIs400) {
  const auto answer = get(jobs_path + "/%zz");

  EXPECT_EQ(answer.status, 400);
  EXPECT_EQ(answer.body, text_error("path has a percent sign without two hex digits"));
}

TEST_F(MessagingJobs, ServiceThatDropsItsCallbackIs500) {
  fake_service silent{calling::never};
  http::application app{{}, silent, nullptr, std::make_shared<http::in_flight>()};
  auto asked = std::make_shared<test_exchange>(sample_request{.target = job_path});
  asked->begin();
  const auto written = asked->written();

  app.handle(asked);
  asked.reset();

  ASSERT_TRUE(written->has_value());
  EXPECT_EQ(take_apart(**written).status, 500);
}

TEST_F(MessagingJobs, ServiceThatThrowsIs500InTheFormOfTheApi) {
  service_.on_get = [](const job_ref&) -> result<job_ptr> { throw std::runtime_error{"secret"}; };

  const auto answer = get(job_path);

  EXPECT_EQ(answer.status, 500);
  EXPECT_EQ(answer.body, text_error("an internal error occurred"));
}

} // namespace
} // namespace callboard::tests
