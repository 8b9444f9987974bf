// Each rule of the Sessions API in its order.
#include "http/api/sessions/session_request.hpp"

#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "tests/http/sample_jobs.hpp"
#include "tests/http/test_exchange.hpp"

namespace callboard::tests {
namespace {

using namespace std::chrono_literals;
using nlohmann::json;

const std::string agent = std::string{sample_agent_id};
const std::string user = std::string{sample_user};

std::string repeated(std::size_t count) {
  return std::string(count, 'x');
}

/// A metadata object whose compact JSON has so many characters.
std::string metadata_of(std::size_t units) {
  return R"({"a":")" + repeated(units - 8) + R"("})";
}

// --- creation

tl::expected<new_session, http::response> read_session(const std::string& body) {
  const auto sample = post_json("/api/messaging/sessions", body);
  const std::vector agents{sample_agent()};
  return http::read_new_session(sample.view(), agents);
}

std::string session_with(const std::string& more) {
  return R"({"agentId":")" + agent + R"(","userId":")" + user + '"' + more + '}';
}

struct refusal {
  int status;
  std::string code;
  std::string message;

  friend bool operator==(const refusal&, const refusal&) = default;
  friend void PrintTo(const refusal& shown, std::ostream* out) {
    *out << shown.status << ' ' << shown.code << ' ' << shown.message;
  }
};

refusal refusal_in(const http::response& made) {
  const auto body = json::parse(made.body());
  const auto& error = body["error"];
  EXPECT_TRUE(error["timestamp"].is_string()) << made.body();
  return {made.status(), error["code"], error["message"]};
}

refusal invalid(std::string message) {
  return {400, "VALIDATION_ERROR", std::move(message)};
}

TEST(SessionRequest, CreationNamesTheFirstBrokenRule) {
  const std::string missing = "Missing required fields: agentId, userId";
  const std::string bad_timeouts
    = "Invalid timeout configuration: Invalid timeout configuration format";
  const std::string other = "770e8400-e29b-41d4-a716-446655440002";
  struct row {
    std::string body;
    refusal expected;
  };
  const row table[] = {
    {"", invalid(missing)},
    {"[]", invalid(missing)},
    {"null", invalid(missing)},
    {R"({"agentId":1,"userId":"u"})", invalid(missing)},
    {R"({"agentId":"x","userId":null})", invalid(missing)},
    {R"({"agentId":"","userId":"u"})", invalid("Invalid UUID format for field 'agentId'")},
    {R"({"agentId":"x","userId":"u"})", invalid("Invalid UUID format for field 'agentId'")},
    {R"({"agentId":")" + other + R"(","userId":"u"})",
     invalid("Invalid UUID format for field 'userId'")},
    {R"({"agentId":")" + other + R"(","userId":")" + user + R"(","metadata":1})",
     {404, "AGENT_NOT_FOUND", "Agent with ID '" + other + "' not found"}},
    {session_with(R"(,"metadata":[],"timeoutConfig":1)"),
     invalid("Invalid metadata: Metadata must be an object")},
    {session_with(R"(,"metadata":"x")"), invalid("Invalid metadata: Metadata must be an object")},
    {session_with(R"(,"metadata":)" + metadata_of(10'241)),
     invalid("Invalid metadata: Metadata exceeds maximum size of 10240 bytes")},
    {session_with(R"(,"timeoutConfig":1)"), invalid(bad_timeouts)},
    {session_with(R"(,"timeoutConfig":[])"), invalid(bad_timeouts)},
    {session_with(R"(,"timeoutConfig":{"autoRenew":"true"})"), invalid(bad_timeouts)},
    {session_with(R"(,"timeoutConfig":{"timeoutMinutes":"soon"})"), invalid(bad_timeouts)},
    {session_with(R"(,"timeoutConfig":{"timeoutMinutes":""})"), invalid(bad_timeouts)},
    {session_with(R"(,"timeoutConfig":{"timeoutMinutes":" 5"})"), invalid(bad_timeouts)},
    {session_with(R"(,"timeoutConfig":{"timeoutMinutes":"0x10"})"), invalid(bad_timeouts)},
    {session_with(R"(,"timeoutConfig":{"maxDurationMinutes":true})"), invalid(bad_timeouts)},
    {session_with(R"(,"timeoutConfig":{"maxDurationMinutes":1e999})"), invalid(bad_timeouts)},
    {session_with(R"(,"timeoutConfig":{"warningThresholdMinutes":"1e999"})"),
     invalid(bad_timeouts)},
  };
  for (const auto& [body, expected] : table) {
    const auto read = read_session(body);
    ASSERT_FALSE(read) << body;
    EXPECT_EQ(refusal_in(read.error()), expected) << body;
  }
}

TEST(SessionRequest, CreationSaysWhichFieldsAreMissing) {
  const auto missing_in = [](const std::string& body) {
    return json::parse(read_session(body).error().body())["error"]["details"]["missingFields"];
  };

  EXPECT_EQ(missing_in("{}"), json({"agentId", "userId"}));
  EXPECT_EQ(missing_in(R"({"agentId":"x"})"), json({"userId"}));
  EXPECT_EQ(missing_in(R"({"userId":"x"})"), json({"agentId"}));
}

TEST(SessionRequest, CreationKeepsWhatWasGiven) {
  const auto upper = std::string{"660E8400-E29B-41D4-A716-446655440001"};
  const auto read = read_session(
    R"({"agentId":")" + upper + R"(","userId":"550E8400-e29b-41d4-a716-446655440000",)"
    + R"("metadata":{"n":1e2},"timeoutConfig":{"timeoutMinutes":"7.5","autoRenew":false,)"
    + R"("maxDurationMinutes":90,"warningThresholdMinutes":1e1,"other":[]}})");

  ASSERT_TRUE(read);
  EXPECT_EQ(read->agent_id, sample_agent().id);
  EXPECT_EQ(read->user_id, "550E8400-e29b-41d4-a716-446655440000");
  EXPECT_EQ(read->metadata.text(), R"({"n":1e2})");
  EXPECT_EQ(read->timeouts.timeout, session_minutes{7.5});
  EXPECT_EQ(read->timeouts.auto_renew, false);
  EXPECT_EQ(read->timeouts.max_duration, session_minutes{90});
  EXPECT_EQ(read->timeouts.warning_threshold, session_minutes{10});
}

TEST(SessionRequest, CreationTakesWhatIsAbsentAndWhatJustFits) {
  for (const auto* more :
       {"", R"(,"metadata":null)", R"(,"timeoutConfig":null)", R"(,"timeoutConfig":{})"}) {
    const auto read = read_session(session_with(more));
    ASSERT_TRUE(read) << more;
    EXPECT_TRUE(read->metadata.is_empty()) << more;
    EXPECT_FALSE(read->timeouts.timeout) << more;
    EXPECT_FALSE(read->timeouts.auto_renew) << more;
  }
  EXPECT_TRUE(read_session(session_with(R"(,"metadata":)" + metadata_of(10'240))));
}

TEST(SessionRequest, BodiesOfOtherTypesAndMalformedOnesAreRefusedAsByMessagingJobs) {
  auto sample = post_json("/api/messaging/sessions", "{");
  const std::vector agents{sample_agent()};
  const auto malformed = http::read_new_session(sample.view(), agents);
  ASSERT_FALSE(malformed);
  EXPECT_EQ(json::parse(malformed.error().body())["error"]["code"], 400);

  sample.headers.back().second = "text/plain";
  const auto plain = http::read_new_session(sample.view(), agents);
  ASSERT_FALSE(plain);
  EXPECT_EQ(json::parse(plain.error().body())["error"]["code"], "INVALID_CONTENT_TYPE");
}

// --- timeouts

TEST(SessionRequest, ChangeOfTimeoutsIsRefusedOutsideTheBounds) {
  const std::string format = "Invalid timeout configuration: Invalid timeout configuration format";
  const std::string bounds
    = "Invalid timeout configuration: Timeout must be between 5 and 1440 minutes";
  struct row {
    std::string body;
    std::string message;
  };
  const row table[] = {
    {"", format},
    {"null", format},
    {"[]", format},
    {R"({"autoRenew":1})", format},
    {R"({"autoRenew":null})", format},
    {R"({"timeoutMinutes":4.99})", bounds},
    {R"({"timeoutMinutes":1440.5})", bounds},
    {R"({"timeoutMinutes":"-1"})", bounds},
    {R"({"timeoutMinutes":5})", ""},
    {R"({"timeoutMinutes":"1440"})", ""},
    {R"({"maxDurationMinutes":-1,"warningThresholdMinutes":0})", ""},
    {"{}", ""},
  };
  for (const auto& [body, message] : table) {
    const auto sample = post_json("/api/messaging/sessions/x/timeout", body);
    const auto read = http::read_timeout_change(sample.view(), {});
    EXPECT_EQ(read.has_value(), message.empty()) << body;
    if (!read) {
      EXPECT_EQ(refusal_in(read.error()), invalid(message)) << body;
    }
  }
}

TEST(SessionRequest, TextOfTheBoundsShowsTheSettings) {
  session_limits limits;
  limits.timeout_min = session_minutes{0.05};
  limits.timeout_max = session_minutes{60};
  const auto sample = post_json("/api/messaging/sessions/x/timeout", R"({"timeoutMinutes":61})");

  EXPECT_EQ(refusal_in(http::read_timeout_change(sample.view(), limits).error()),
            invalid("Invalid timeout configuration: Timeout must be between 0.05 and 60 minutes"));
}

// --- messages

tl::expected<http::read_message, http::response> read_message(const std::string& body) {
  const auto sample = post_json("/api/messaging/sessions/x/messages", body);
  return http::read_session_message(sample.view(), 30s);
}

TEST(SessionRequest, MessageIsRefusedBeforeItsSessionIsLookedFor) {
  const std::string format = "Invalid content: Invalid message request format";
  const auto bad_type = [](const std::string& type) {
    return "Invalid content: Invalid transport type \"" + type + "\". Transport must be a string.";
  };
  const auto bad_name = [](const std::string& name) {
    return "Invalid content: Invalid transport \"" + name
           + "\". Must be one of: http, sse, websocket, sync, stream";
  };
  struct row {
    std::string body;
    std::string message;
  };
  const row table[] = {
    {"", format},
    {"[]", format},
    {"7", format},
    {R"({"transport":1})", bad_type("number")},
    {R"({"transport":false})", bad_type("boolean")},
    {R"({"transport":{}})", bad_type("object")},
    {R"({"transport":[]})", bad_type("object")},
    {R"({"mode":2,"content":"x"})", bad_type("number")},
    {R"({"transport":null,"mode":[],"content":"x"})", bad_type("object")},
    {R"({"transport":"","content":"x"})", bad_name("")},
    {R"({"transport":"HTTP","content":"x"})", bad_name("HTTP")},
    {R"({"mode":"later","content":"x"})", bad_name("later")},
    {R"({})", format},
    {R"({"content":null})", format},
    {R"({"content":7,"transport":"http"})", format},
    {R"({"content":[],"metadata":1})", format},
  };
  for (const auto& [body, message] : table) {
    const auto read = read_message(body);
    ASSERT_FALSE(read) << body;
    EXPECT_EQ(refusal_in(read.error()), invalid(message)) << body;
  }
}

TEST(SessionRequest, MessageIsRefusedOnceItsSessionIsKnown) {
  const std::string attachments = "Invalid content: Attachments must be an array of objects";
  const std::string too_large = "Invalid metadata: Metadata exceeds maximum size of 10240 bytes";
  struct row {
    std::string members;
    std::string message;
  };
  const row table[] = {
    {R"("content":"","metadata":1)", "Invalid content: Content cannot be empty"},
    {R"("content":")" + repeated(4001) + '"',
     "Invalid content: Content exceeds maximum length of 4000 characters"},
    {R"("content":")" + repeated(3999) + "\U0001F600\"",
     "Invalid content: Content exceeds maximum length of 4000 characters"},
    {R"("content":"a\u0000b","metadata":1)",
     "Invalid content: Content must not contain NUL characters"},
    {R"("content":"\u0000")", "Invalid content: Content must not contain NUL characters"},
    {R"("content":")" + repeated(4000) + R"(\u0000")",
     "Invalid content: Content exceeds maximum length of 4000 characters"},
    {R"("content":"x","metadata":[],"attachments":1)",
     "Invalid metadata: Metadata must be an object"},
    {R"("content":"x","metadata":)" + metadata_of(10'241), too_large},
    {R"("content":"x","attachments":{},"timeoutMs":1)", attachments},
    {R"("content":"x","attachments":["a"])", attachments},
    {R"("content":"x","attachments":[{},null])", attachments},
    {
      R"("content":"x","metadata":)" + metadata_of(10'200) + R"(,"attachments":[{"url":"u"}])",
      "",
    },
    {R"("content":"x","metadata":)" + metadata_of(10'230) + R"(,"attachments":[{"url":"u"}])",
     too_large},
    {R"("content":"x","timeoutMs":null)", "timeoutMs must be a positive number"},
    {R"("content":"x","timeoutMs":"5000")", "timeoutMs must be a positive number"},
    {R"("content":"x","timeoutMs":-1)", "timeoutMs must be a positive number"},
    {R"("content":"x","timeoutMs":999)", "timeoutMs must be at least 1000ms"},
    {R"("content":"x","timeoutMs":300001)", "timeoutMs cannot exceed 300000ms"},
    {R"("content":"x","timeoutMs":1000)", ""},
    {R"("content":")" + repeated(4000) + '"', ""},
    {R"("content":"x","metadata":null,"attachments":null,"transport":null,"mode":null)", ""},
  };
  for (const auto& [members, message] : table) {
    const auto read = read_message("{" + members + "}");
    ASSERT_TRUE(read) << members;
    EXPECT_EQ(!read->refused, message.empty()) << members;
    if (read->refused) {
      EXPECT_EQ(refusal_in(*read->refused), invalid(message)) << members;
    }
  }
}

TEST(SessionRequest, TransportsHaveTwoNamesAndTwoMembers) {
  using transport = http::message_transport;
  struct row {
    std::string members;
    transport expected;
  };
  const row table[] = {
    {"", transport::websocket},
    {R"(,"transport":"websocket")", transport::websocket},
    {R"(,"transport":"http")", transport::http},
    {R"(,"transport":"sync")", transport::http},
    {R"(,"transport":"sse")", transport::sse},
    {R"(,"transport":"stream")", transport::sse},
    {R"(,"mode":"sync")", transport::http},
    {R"(,"transport":null,"mode":"stream")", transport::sse},
    {R"(,"transport":"websocket","mode":"sync")", transport::websocket},
    {R"(,"transport":"http","mode":7)", transport::http},
  };
  for (const auto& [members, expected] : table) {
    const auto read = read_message(R"({"content":"x")" + members + '}');
    ASSERT_TRUE(read) << members;
    EXPECT_EQ(read->transport, expected) << members;
  }
}

TEST(SessionRequest, AttachmentsBecomeMetadata) {
  const auto metadata_of_message = [](const std::string& members) {
    return read_message(R"({"content":"x",)" + members + '}')->message.metadata.text();
  };

  EXPECT_EQ(metadata_of_message(R"("attachments":[{"url":"u","size":1e2}])"),
            R"({"attachments":[{"url":"u","size":1e2}]})");
  EXPECT_EQ(metadata_of_message(R"("metadata":{"a":1},"attachments":[])"),
            R"({"a":1,"attachments":[]})");
  EXPECT_EQ(metadata_of_message(R"("metadata":{"attachments":"mine","a":1},"attachments":[{}])"),
            R"({"a":1,"attachments":[{}]})");
  EXPECT_EQ(metadata_of_message(R"("metadata":{"attachments":"mine"})"),
            R"({"attachments":"mine"})");
}

TEST(SessionRequest, TimeLimitIsTheMessagesOrTheDefault) {
  EXPECT_EQ(read_message(R"({"content":"x"})")->message.time_limit, 30s);
  EXPECT_EQ(read_message(R"({"content":"x","timeoutMs":60000.5})")->message.time_limit, 60s);
}

} // namespace
} // namespace callboard::tests
