#include "bench/load/requests.hpp"

#include <map>
#include <set>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace callboard::bench {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

const endpoint where{"127.0.0.1", 3000};

nlohmann::json body_of(std::string_view request) {
  return nlohmann::json::parse(request.substr(request.find("\r\n\r\n") + 4));
}

TEST(Scenario, NamesAreReadBack) {
  for (auto kind :
       {scenario::create, scenario::get, scenario::create_wait, scenario::list, scenario::mixed})
    EXPECT_EQ(parse_scenario(to_string(kind)), kind);
  EXPECT_EQ(parse_scenario("delete"), std::nullopt);
}

TEST(RequestSet, CreationOfAnAgentJobNamesItsType) {
  request_set set{where, {.content_bytes = 321, .job_type_id = "report", .key = "secret"}};

  EXPECT_THAT(set.create, StartsWith("POST /services/agent-jobs HTTP/1.1\r\n"));
  EXPECT_THAT(set.create, HasSubstr("\r\nAuthorization: Bearer secret\r\n"));
  auto body = body_of(set.create);
  EXPECT_EQ(body.at("job_type_id"), "report");
  EXPECT_TRUE(body.at("target_channel").contains("platform"));
  EXPECT_EQ(body.at("config").at("start_prompt").get<std::string>().size(), 321u);
}

TEST(RequestSet, CreationIsACompletePost) {
  request_set set{where, {.content_bytes = 1234, .agent_id = "some-agent"}};

  EXPECT_THAT(set.create, StartsWith("POST /api/messaging/jobs HTTP/1.1\r\n"));
  EXPECT_THAT(set.create, HasSubstr("\r\nHost: 127.0.0.1:3000\r\n"));
  EXPECT_THAT(set.create, Not(HasSubstr("Prefer")));
  auto body = body_of(set.create);
  EXPECT_EQ(body.at("content").get<std::string>().size(), 1234u);
  EXPECT_EQ(body.at("agentId"), "some-agent");
  EXPECT_THAT(set.create, HasSubstr("Content-Length: " + std::to_string(body.dump().size())));
}

TEST(RequestSet, WaitingCreationDiffersByItsPreference) {
  request_set set{where, {.wait_seconds = 7}};

  EXPECT_THAT(set.create_wait, HasSubstr("\r\nPrefer: wait=7\r\n"));
  EXPECT_EQ(body_of(set.create_wait), body_of(set.create));
}

TEST(RequestSet, KeyGoesIntoEveryRequest) {
  request_set set{where, {.key = "secret"}};

  for (const auto& each : {set.create, set.create_wait, set.list, set.get_job("x")})
    EXPECT_THAT(each, HasSubstr("\r\nAuthorization: Bearer secret\r\n"));
}

TEST(RequestSequence, GetReadsEveryKnownJob) {
  request_set set{where, {}};
  set.add_gets({"a", "b", "c"});
  request_sequence sequence{set, scenario::get, 1};

  std::set<std::string> seen;
  for (int i = 0; i < 200; ++i)
    seen.emplace(sequence.next());

  EXPECT_THAT(seen,
              testing::UnorderedElementsAre(set.get_job("a"), set.get_job("b"), set.get_job("c")));
}

TEST(RequestSequence, SameSeedGivesTheSameRequests) {
  request_set set{where, {}};
  set.add_gets({"a", "b", "c"});
  request_sequence first{set, scenario::mixed, 5};
  request_sequence second{set, scenario::mixed, 5};

  for (int i = 0; i < 500; ++i)
    ASSERT_EQ(first.next(), second.next());
}

TEST(RequestSequence, MixedKeepsItsShares) {
  request_set set{where, {}};
  set.add_gets({"a"});
  request_sequence sequence{set, scenario::mixed, 3};

  std::map<std::string, int> seen;
  for (int i = 0; i < 20'000; ++i)
    ++seen[std::string{sequence.next()}];

  // 4, 1, 1 and 14 of 20, each within a tenth of itself at the least.
  EXPECT_NEAR(seen[set.create], 4000, 400);
  EXPECT_NEAR(seen[set.create_wait], 1000, 150);
  EXPECT_NEAR(seen[set.list], 1000, 150);
  EXPECT_NEAR(seen[set.get_job("a")], 14'000, 600);
}

TEST(RequestSequence, LearnedJobReplacesTheOldest) {
  request_set set{where, {}};
  set.add_gets({"a", "b"});
  request_sequence sequence{set, scenario::mixed, 3};

  sequence.learn(R"({"jobId":"c","status":"pending"})");
  sequence.learn(R"({"jobs":[]})");

  std::set<std::string> seen;
  for (int i = 0; i < 1000; ++i)
    seen.emplace(sequence.next());
  EXPECT_TRUE(seen.contains(set.get_job("b")));
  EXPECT_TRUE(seen.contains(set.get_job("c")));
  EXPECT_FALSE(seen.contains(set.get_job("a")));
}

} // namespace
} // namespace callboard::bench
