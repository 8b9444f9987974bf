#include "agents/http/host_names.hpp"

#include "agents/http/url_host.hpp"

#include "tests/support/counter.hpp"

#include <gtest/gtest.h>

#include <mutex>
#include <string>
#include <vector>

namespace callboard::agents {

namespace {

using namespace std::chrono_literals;

class HostNames : public ::testing::Test {
protected:
  const steady_time now{1h};
  test::counter lookups;
  std::string addresses = "10.0.0.1,[::1]";
  host_names names{[](const host_addresses&) {},
                   [this](const std::string& host) {
                     lookups.add();
                     return host_addresses{.host = host, .addresses = {}};
                   }};
};

TEST_F(HostNames, HostIsLookedUpOnceForAllThatWait) {
  for (std::uint64_t id = 1; id <= 100; ++id)
    EXPECT_EQ(names.find("agent.example", id, now), nullptr);

  const auto waiting = names.note({.host = "agent.example", .addresses = addresses}, now);

  lookups.await(1);
  EXPECT_EQ(lookups.value(), 1u);
  ASSERT_EQ(waiting.size(), 100u);
  EXPECT_EQ(waiting.front(), 1u);
  EXPECT_EQ(waiting.back(), 100u);
}

TEST_F(HostNames, FoundAddressesCountForAMinute) {
  names.find("agent.example", 1, now);
  names.note({.host = "agent.example", .addresses = addresses}, now);

  const auto* known = names.find("agent.example", 2, now + 59s);
  ASSERT_NE(known, nullptr);
  EXPECT_EQ(*known, addresses);

  EXPECT_EQ(names.find("agent.example", 3, now + 60s), nullptr);
  lookups.await(2);
}

TEST_F(HostNames, FailureIsToldToAllAndNotKept) {
  names.find("agent.example", 1, now);
  names.find("agent.example", 2, now);

  EXPECT_EQ(names.note({.host = "agent.example", .addresses = {}}, now).size(), 2u);

  EXPECT_EQ(names.find("agent.example", 3, now), nullptr);
  lookups.await(2);
}

TEST_F(HostNames, EachHostHasALookupOfItsOwn) {
  names.find("slow.example", 1, now);
  names.find("fast.example", 2, now);

  lookups.await(2);
  EXPECT_EQ(names.note({.host = "fast.example", .addresses = addresses}, now),
            std::vector<std::uint64_t>{2});
}

TEST(UrlHost, NamesAreToBeLookedUpAndAddressesAreNot) {
  struct url_case {
    std::string url;
    std::string name;
    std::string port;
    bool is_to_be_looked_up;
  };
  for (const auto& one : {url_case{"http://agent.example/tasks", "agent.example", "80", true},
                          url_case{"https://Agent.Example:8443", "Agent.Example", "8443", true},
                          url_case{"http://127.0.0.1:9000/", "127.0.0.1", "9000", false},
                          url_case{"http://127.1/", "127.0.0.1", "80", false},
                          url_case{"http://[::1]:80/", "[::1]", "80", false},
                          url_case{"http://localhost/", "localhost", "80", false},
                          url_case{"http://a.LOCALHOST/", "a.LOCALHOST", "80", false},
                          url_case{"http://notlocalhost/", "notlocalhost", "80", true},
                          url_case{"nonsense", "", "", false}}) {
    SCOPED_TRACE(one.url);
    const auto found = host_of(one.url);
    EXPECT_EQ(found.name, one.name);
    EXPECT_EQ(found.port, one.port);
    EXPECT_EQ(found.is_to_be_looked_up, one.is_to_be_looked_up);
  }
}

} // namespace

} // namespace callboard::agents
