// Lists of scheduled jobs and of their runs: pages, links, and how much may be unread.

#include "tests/http/api/schedules_fixture.hpp"

namespace callboard::tests {

namespace {

TEST_F(SchedulesApi, ListIsPagedOnRequest) {
  struct row {
    std::string query;
    /// Jobs that the engine finds.
    std::vector<std::string> found;
    /// What the engine is asked.
    std::size_t limit;
    std::string after;
    /// The answer.
    std::size_t shown;
    std::string link;
  };
  const std::string start = "</api/jobs?limit=";
  const std::string end = ">; rel=\"next\"";
  const row table[] = {
    {"", {"a", "b"}, 0, "-", 2, ""},
    {"?limit=2", {"a", "b"}, 3, "-", 2, ""},
    {"?limit=2", {"a", "b", "c"}, 3, "-", 2, start + "2&after=b" + end},
    {"?limit=1&after=a", {"b", "c"}, 2, "a", 1, start + "1&after=b" + end},
    {"?after=x%20y", {"z"}, 0, "x y", 1, ""},
    {"?after=", {"z"}, 0, "", 1, ""},
    {"?limit=1000", {}, 1001, "-", 0, ""},
    {"?limit=1",
     {"caf\u00e9 \"&=>", "z"},
     2,
     "-",
     1,
     start + "1&after=caf%C3%A9%20%22%26%3D%3E" + end},
    {"?limit=1&status=active&agentId=550e8400-e29b-41d4-a716-446655440000",
     {"a", "b"},
     2,
     "-",
     1,
     start + "1&after=a&agentId=550e8400-e29b-41d4-a716-446655440000&status=active" + end},
  };
  for (const auto& each : table) {
    engine.scheduled.jobs.clear();
    for (const auto& name : each.found)
      engine.scheduled.jobs.push_back(named(name));

    const auto answer = ask(asking("GET", "/api/jobs" + each.query));

    const auto& asked = engine.scheduled.listed.back();
    EXPECT_EQ(answer.status, 200) << each.query;
    EXPECT_EQ(json::parse(answer.body).size(), each.shown) << each.query;
    EXPECT_EQ(answer.header("Link"), each.link) << each.query;
    EXPECT_EQ(asked.limit, each.limit) << each.query;
    EXPECT_EQ(asked.after ? asked.after->name : "-", each.after) << each.query;
    EXPECT_TRUE(!asked.after || asked.after->organisation == "default");
  }
}

TEST_F(SchedulesApi, LinkLeadsToTheNextPage) {
  engine.scheduled.jobs = {named("100% \u00e9"), named("z")};

  const auto link = ask(asking("GET", "/api/jobs?limit=1")).header("Link");
  ask(asking("GET", link.substr(1, link.find('>') - 1)));

  EXPECT_EQ(engine.scheduled.listed.back().after->name, "100% \u00e9");
  EXPECT_EQ(engine.scheduled.listed.back().limit, 2U);
}

// Such a list was refused with 503 whenever it was asked for.
TEST_F(SchedulesApi, ListThatIsLargerThanAllThatMayBeUnreadIsSentInPortions) {
  auto large = *named("large")->definition;
  large.payload = json_text::from_valid("{\"x\":\"" + std::string(2'000'000, 'p') + "\"}");
  auto job = named("large");
  job->definition = std::make_shared<const schedule_definition>(large);
  engine.scheduled.jobs = std::vector<scheduled_job_ptr>(20, job);
  http::application app{
    {}, engine, nullptr, std::make_shared<http::in_flight>(nullptr, std::size_t{16'777'216})};

  const auto answer = tests::ask(app, asking("GET", "/api/jobs"));

  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.header("Transfer-Encoding"), "chunked");
  EXPECT_EQ(json::parse(answer.body).size(), 20U);
}

TEST_F(SchedulesApi, RunsAreAskedForUpToWhatMayBeUnread) {
  ask(asking("GET", std::string{job_path} + "/runs"));

  EXPECT_EQ(engine.scheduled.run_lists.back().text_bytes_max, http_options{}.unsent_bytes_max);
}

} // namespace

} // namespace callboard::tests
