#include "core/sessions/session_rules.hpp"

#include <cmath>
#include <limits>
#include <memory>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace callboard::core {

namespace {

using namespace std::chrono_literals;
using minutes = session_minutes;

constexpr system_time start{1'800'000'000'000ms};

std::shared_ptr<const session_spec> sample_spec() {
  auto made = std::make_shared<session_spec>();
  made->id = *uuid::parse("01890a5d-ac96-774b-bcce-b302099a8057");
  made->metadata = json_text::from_valid("{}");
  made->created_at = start;
  return made;
}

session session_with(session_timeout_change given = {}) {
  return begin_session(sample_spec(), timeouts_for(given, {}));
}

json_text object(std::string text) {
  return json_text::from_valid(std::move(text));
}

} // namespace

TEST(SessionRules, NewTimeoutsAreTheGivenOnesClampedElseTheDefaults) {
  struct {
    session_timeout_change given;
    session_timeouts wanted;
  } const cases[] = {
    {{}, {minutes{30}, true, minutes{720}, minutes{5}}},
    {{.timeout = minutes{4}}, {minutes{5}, true, minutes{720}, minutes{5}}},
    {{.timeout = minutes{5}}, {minutes{5}, true, minutes{720}, minutes{5}}},
    {{.timeout = minutes{7.5}}, {minutes{7.5}, true, minutes{720}, minutes{5}}},
    {{.timeout = minutes{1440}}, {minutes{1440}, true, minutes{720}, minutes{5}}},
    {{.timeout = minutes{1e300}}, {minutes{1440}, true, minutes{720}, minutes{5}}},
    {{.timeout = minutes{-1}}, {minutes{5}, true, minutes{720}, minutes{5}}},
    {{.auto_renew = false}, {minutes{30}, false, minutes{720}, minutes{5}}},
    {{.max_duration = minutes{1}}, {minutes{30}, true, minutes{30}, minutes{5}}},
    {{.max_duration = minutes{31}}, {minutes{30}, true, minutes{31}, minutes{5}}},
    {{.max_duration = minutes{2880}}, {minutes{30}, true, minutes{2880}, minutes{5}}},
    {{.max_duration = minutes{2881}}, {minutes{30}, true, minutes{2880}, minutes{5}}},
    // Clamped to the timeout that is in effect, not to the one that was asked for.
    {{.timeout = minutes{2000}, .max_duration = minutes{1}},
     {minutes{1440}, true, minutes{1440}, minutes{5}}},
    {{.warning_threshold = minutes{0}}, {minutes{30}, true, minutes{720}, minutes{1}}},
    {{.warning_threshold = minutes{0.5}}, {minutes{30}, true, minutes{720}, minutes{1}}},
    {{.warning_threshold = minutes{1e9}}, {minutes{30}, true, minutes{720}, minutes{1e9}}},
  };

  for (const auto& one : cases)
    EXPECT_EQ(timeouts_for(one.given, {}), one.wanted) << &one - cases;
}

TEST(SessionRules, WarningOfTheSettingsIsAMinuteAtLeast) {
  session_limits limits;
  limits.default_warning_threshold = minutes{0.5};

  EXPECT_EQ(timeouts_for({}, limits).warning_threshold, minutes{1});
}

TEST(SessionRules, ChangedTimeoutsKeepWhatIsNotGiven) {
  const session_timeouts before{minutes{10}, false, minutes{20}, minutes{3}};
  struct {
    session_timeout_change given;
    session_timeouts wanted;
  } const cases[] = {
    {{}, before},
    {{.timeout = minutes{5}}, {minutes{5}, false, minutes{20}, minutes{3}}},
    {{.timeout = minutes{1440}}, {minutes{1440}, false, minutes{20}, minutes{3}}},
    {{.auto_renew = true}, {minutes{10}, true, minutes{20}, minutes{3}}},
    {{.max_duration = minutes{5}}, {minutes{10}, false, minutes{10}, minutes{3}}},
    {{.timeout = minutes{30}, .max_duration = minutes{5}},
     {minutes{30}, false, minutes{30}, minutes{3}}},
    {{.max_duration = minutes{9999}}, {minutes{10}, false, minutes{2880}, minutes{3}}},
    {{.warning_threshold = minutes{-4}}, {minutes{10}, false, minutes{20}, minutes{1}}},
  };

  for (const auto& one : cases) {
    const auto made = changed(before, one.given, {});
    ASSERT_TRUE(made) << &one - cases;
    EXPECT_EQ(*made, one.wanted) << &one - cases;
  }
}

TEST(SessionRules, ChangesOutsideTheLimitsAreRefusedByField) {
  constexpr auto nan = std::numeric_limits<double>::quiet_NaN();
  constexpr auto infinity = std::numeric_limits<double>::infinity();
  struct {
    session_timeout_change given;
    std::string field;
  } const cases[] = {
    {{.timeout = minutes{4.999}}, "timeoutMinutes"},
    {{.timeout = minutes{1440.001}}, "timeoutMinutes"},
    {{.timeout = minutes{nan}}, "timeoutMinutes"},
    {{.timeout = minutes{-infinity}}, "timeoutMinutes"},
    {{.max_duration = minutes{infinity}}, "maxDurationMinutes"},
    {{.warning_threshold = minutes{nan}}, "warningThresholdMinutes"},
  };

  for (const auto& one : cases) {
    const auto made = changed({}, one.given, {});
    ASSERT_FALSE(made) << &one - cases;
    EXPECT_EQ(made.error().code, session_errc::invalid_argument) << &one - cases;
    EXPECT_EQ(made.error().field, one.field) << &one - cases;
  }
}

TEST(SessionRules, EndIsTheTimeoutAfterTheRenewalUpToTheCap) {
  struct {
    minutes timeout;
    minutes cap;
    std::chrono::milliseconds renewed;
    std::chrono::milliseconds wanted;
  } const cases[] = {
    {minutes{30}, minutes{720}, 0ms, 30min},          {minutes{30}, minutes{720}, 10min, 40min},
    {minutes{30}, minutes{720}, 690min, 720min},      {minutes{30}, minutes{720}, 719min, 720min},
    {minutes{1440}, minutes{720}, 0ms, 720min},       {minutes{5.1}, minutes{720}, 0ms, 306'000ms},
    {minutes{7.33333}, minutes{720}, 0ms, 440'000ms},
  };

  for (const auto& one : cases)
    EXPECT_EQ(expiry_of(start, start + one.renewed, {one.timeout, true, one.cap, minutes{5}})
                - start,
              one.wanted)
      << &one - cases;
}

TEST(SessionRules, RenewalCountsEvenIfTheCapHolds) {
  const auto before = session_with({.timeout = minutes{10}, .max_duration = minutes{10}});

  const auto after = renewed(before, start + 3min);

  EXPECT_EQ(after.renewal_count, 1u);
  EXPECT_EQ(after.renewed_at, start + 3min);
  EXPECT_EQ(after.last_activity, start + 3min);
  EXPECT_EQ(after.expires_at, before.expires_at);
}

TEST(SessionRules, ActivityWithoutAutoRenewIsNotedOnly) {
  const auto before = session_with({.auto_renew = false});

  const auto after = after_activity(before, start + 3min);

  EXPECT_EQ(after.renewal_count, 0u);
  EXPECT_EQ(after.renewed_at, start);
  EXPECT_EQ(after.last_activity, start + 3min);
  EXPECT_EQ(after.expires_at, start + 30min);
}

TEST(SessionRules, ChangeOfTimeoutsIsNoActivityAndMayEndTheSession) {
  const auto before = renewed(session_with({.timeout = minutes{60}}), start + 10min);

  const auto after = with_timeouts(before, {minutes{5}, true, minutes{720}, minutes{5}});

  EXPECT_EQ(after.expires_at, start + 15min);
  EXPECT_EQ(after.last_activity, start + 10min);
  EXPECT_EQ(after.renewal_count, 1u);
  EXPECT_TRUE(is_expired(after, start + 15min));
  EXPECT_FALSE(is_expired(after, start + 15min - 1ms));
}

TEST(SessionRules, NearExpirationIsTheThresholdWithTimeLeft) {
  const auto one = session_with({.warning_threshold = minutes{2}});
  struct {
    std::chrono::milliseconds at;
    std::chrono::milliseconds left;
    bool is_near;
  } const cases[] = {
    {0ms, 30min, false},    {28min - 1ms, 2min + 1ms, false},
    {28min, 2min, true},    {30min - 1ms, 1ms, true},
    {30min, 0ms, false},    {31min, 0ms, false},
    {-10min, 40min, false},
  };

  for (const auto& each : cases) {
    EXPECT_EQ(time_remaining(one, start + each.at), each.left) << &each - cases;
    EXPECT_EQ(is_near_expiration(one, start + each.at), each.is_near) << &each - cases;
  }
}

TEST(SessionRules, MessageTimesIncreaseWhateverTheClockDoes) {
  auto one = session_with();
  std::vector<std::chrono::milliseconds> times;

  for (const auto at : {0ms, 0ms, 0ms, 5ms, -60'000ms, 6ms, 7ms}) {
    const auto when = next_message_time(one, start + at);
    times.push_back(when - start);
    one = with_message(std::move(one), when, 100).record;
  }

  EXPECT_EQ(times, (std::vector<std::chrono::milliseconds>{0ms, 1ms, 2ms, 5ms, 6ms, 7ms, 8ms}));
  EXPECT_EQ(one.message_count, 7u);
}

TEST(SessionRules, MessagesBeyondTheLimitGo) {
  auto one = session_with();
  std::size_t dropped = 0;

  for (int n = 0; n < 5; ++n) {
    auto grown = with_message(std::move(one), next_message_time(one, start), 3);
    one = std::move(grown.record);
    dropped += grown.dropped;
  }

  EXPECT_EQ(one.message_count, 3u);
  EXPECT_EQ(dropped, 2u);
}

TEST(SessionRules, LowerLimitOfMessagesTakesEffectBitByBit) {
  auto one = session_with();
  one.message_count = 250;

  const auto first = with_message(one, start, 10);
  const auto second = with_message(first.record, start + 1ms, 10);
  const auto third = with_message(second.record, start + 2ms, 10);

  EXPECT_EQ(first.dropped, 100u);
  EXPECT_EQ(second.dropped, 100u);
  EXPECT_EQ(third.dropped, 43u);
  EXPECT_EQ(third.record.message_count, 10u);
}

TEST(SessionRules, JobMetadataIsTheSessionsUnderTheMessagesUnderTheId) {
  constexpr auto id = R"("sessionId":"01890a5d-ac96-774b-bcce-b302099a8057")";
  struct {
    std::string of_session;
    std::string of_message;
    std::string wanted;
  } const cases[] = {
    {"{}", "", std::string{"{"} + id + "}"},
    {"{}", "{}", std::string{"{"} + id + "}"},
    {R"({"a":1})", "", std::string{R"({"a":1,)"} + id + "}"},
    {R"({"a":1,"b":1e2})", R"({"c":[],"a":{"x":-0}})",
     std::string{R"({"a":{"x":-0},"b":1e2,"c":[],)"} + id + "}"},
    {R"({"sessionId":"mine","z":1})", R"({"sessionId":7})", std::string{"{"} + id + R"(,"z":1})"},
    {R"({"s\u0065ssionId":"mine"})", "", std::string{"{"} + id + "}"},
  };

  for (const auto& one : cases) {
    auto spec = std::make_shared<session_spec>(*sample_spec());
    spec->metadata = object(one.of_session);
    const auto message = one.of_message.empty() ? json_text{} : object(one.of_message);
    const auto made = job_metadata(*spec, message).text();
    // A name that stood there first may keep its spelling.
    if (one.of_session.find("u0065") == std::string::npos)
      EXPECT_EQ(made, one.wanted);
    else
      EXPECT_NE(made.find("bcce-b302099a8057"), std::string::npos) << made;
  }
}

TEST(SessionRules, FaultsOfSessionsAndMessagesNameTheirField) {
  const auto fault_of = [](auto change) {
    new_session wanted;
    wanted.agent_id = *uuid::parse("550e8400-e29b-41d4-a716-446655440000");
    wanted.user_id = "u";
    change(wanted);
    const auto ok = check(wanted);
    return ok ? std::string{} : ok.error().field;
  };
  EXPECT_EQ(fault_of([](auto&) {}), "");
  EXPECT_EQ(fault_of([](auto& one) { one.agent_id = {}; }), "agentId");
  EXPECT_EQ(fault_of([](auto& one) { one.user_id = "\xff"; }), "userId");
  EXPECT_EQ(fault_of([](auto& one) { one.metadata = object("[]"); }), "metadata");
  EXPECT_EQ(fault_of([](auto& one) { one.timeouts.timeout = minutes{NAN}; }), "timeoutMinutes");
  const auto message_fault_of = [](new_session_message wanted) {
    const auto ok = check(wanted);
    return ok ? std::string{} : ok.error().field;
  };
  EXPECT_EQ(message_fault_of({"hi", {}, 1s}), "");
  EXPECT_EQ(message_fault_of({"", {}, 1s}), "content");
  EXPECT_EQ(message_fault_of({std::string{"\0", 1}, {}, 1s}), "content");
  EXPECT_EQ(message_fault_of({"hi", object("1"), 1s}), "metadata");
  EXPECT_EQ(message_fault_of({"hi", {}, 0ms}), "timeoutMs");
}

} // namespace callboard::core
