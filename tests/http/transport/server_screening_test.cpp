// What is decided by the head of a request: its body is not waited for, not kept, and in nobody's way.

#include <chrono>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/http/sample_keys.hpp"
#include "tests/http/transport/server_fixture.hpp"
#include "tests/support/patience.hpp"

namespace callboard::tests {
namespace {

using namespace std::string_literals;
using std::chrono::steady_clock;
using testing::HasSubstr;

const std::string key_line = "X-API-Key: " + std::string{key_text} + "\r\n";
const std::string json_line = "Content-Type: application/json\r\n";
const auto alive = make_request("GET", "/livez", "X-Request-Id: after\r\n");
constexpr std::size_t mebibyte = 1024 * 1024;

http_options with_keys() {
  http_options options;
  options.keys = {key_with_all_scopes()};
  return options;
}

/// A messaging job that takes so many bytes: most of them are blanks.
std::string job_body(std::size_t bytes) {
  auto made = R"({"userId":"6ba7b810-9dad-11d1-80b4-00c04fd430c8","content":"x")"s;
  made.resize(bytes - 1, ' ');
  return made + "}";
}

/// A request in two parts: the head, and a body of which nothing comes with it.
struct parted {
  std::string head;
  std::string body;
};

parted with_length(std::string_view path, const std::string& lines, std::string body) {
  const auto whole = make_request("POST", path, lines, body);
  return {whole.substr(0, whole.size() - body.size()), std::move(body)};
}

parted in_chunks(std::string_view path, const std::string& lines, std::string_view body) {
  parted made{make_request("POST", path, lines + "Transfer-Encoding: chunked\r\n"), {}};
  for (; !body.empty(); body.remove_prefix(std::min<std::size_t>(body.size(), 1000))) {
    char size[24];
    std::snprintf(size, sizeof size, "%zx;a=b\r\n", std::min<std::size_t>(body.size(), 1000));
    made.body.append(size).append(body.substr(0, 1000)).append("\r\n");
  }
  made.body += "0\r\nX-Sum: 1\r\n\r\n";
  return made;
}

struct refusal {
  const char* what;
  int status;
  std::string path;
  std::string lines;
};

/// Requests that are refused whatever their body is. The order is that of the checks.
std::vector<refusal> refusals() {
  return {
    {"no such task", 404, "/agents/tasks/550e8400-e29b-41d4-a716-446655440000/result", ""},
    {"no such escape", 400, "/api/messaging/%zz", key_line},
    {"page of others", 403, jobs_path, key_line + "Origin: http://evil.example\r\n"},
    {"no key", 401, jobs_path, ""},
    {"no key, other form", 401, "/services/agent-jobs", ""},
    {"unknown key", 401, jobs_path, "Authorization: Bearer guess\r\n"},
    {"no key, and a page of others", 403, jobs_path, "Origin: http://evil.example\r\n"},
  };
}

TEST(ServerScreening, RefusalDoesNotWaitForTheBody) {
  // Symptom: bodies were kept before anybody had looked at the key, and 300 clients without one had
  // the server hold 600 MB for a minute.
  const running_server running{calling::inside, with_keys()};
  for (const auto& each : refusals())
    for (const auto& request : {with_length(each.path, each.lines, job_body(2 * mebibyte)),
                                in_chunks(each.path, each.lines, job_body(100'000))}) {
      SCOPED_TRACE(each.what);
      auto client = running.connect();
      client.send(request.head);
      client.send(std::string_view{request.body}.substr(0, request.body.size() / 2));

      const auto answer = client.receive();

      EXPECT_EQ(answer.status, each.status);
      EXPECT_EQ(answer.count("Connection"), 0U);
      EXPECT_EQ(answer.header("X-Request-Id").size(), 32U);
      client.send(std::string_view{request.body}.substr(request.body.size() / 2));
      EXPECT_EQ(client.exchange(alive).header("X-Request-Id"), "after") << "the connection goes on";
    }
  EXPECT_EQ(running.server->unread_bytes(), 0U);
}

TEST(ServerScreening, AnswersAreThoseOfWholeRequests) {
  const running_server running{calling::inside, with_keys()};
  for (const auto& each : refusals()) {
    SCOPED_TRACE(each.what);
    const auto lines = each.lines + "X-Request-Id: mine\r\n";
    const auto request = with_length(each.path, lines, "{}");
    const auto whole = running.connect().exchange(request.head + request.body);

    auto client = running.connect();
    const auto parts = client.exchange(request.head);

    EXPECT_EQ(parts.status, whole.status);
    EXPECT_EQ(parts.body, whole.body);
    EXPECT_EQ(parts.header("Content-Type"), whole.header("Content-Type"));
    EXPECT_EQ(parts.header("WWW-Authenticate"), whole.header("WWW-Authenticate"));
    EXPECT_EQ(parts.header("X-Request-Id"), "mine");
  }
}

TEST(ServerScreening, SizeIsCheckedAfterTheKey) {
  const running_server running{calling::inside, with_keys()};
  const auto length = [](std::size_t bytes) {
    return "Expect: 100-continue\r\nContent-Length: " + std::to_string(bytes) + "\r\n";
  };

  for (const std::size_t bytes : {3 * mebibyte, 100 * mebibyte}) {
    const auto lines = json_line + length(bytes);
    EXPECT_EQ(running.connect().exchange(make_request("POST", jobs_path, lines)).status, 401);
    const auto large
      = running.connect().exchange(make_request("POST", "/services/agent-jobs", lines + key_line));
    EXPECT_EQ(large.status, 413);
    EXPECT_THAT(large.body, HasSubstr("payload_too_large"));
  }
}

TEST(ServerScreening, ClientThatAsksFirstIsRefusedWithoutA100) {
  const running_server running{calling::inside, with_keys()};
  for (const auto& each : refusals())
    for (const auto* framing : {"Content-Length: 5\r\n", "Transfer-Encoding: chunked\r\n"}) {
      SCOPED_TRACE(each.what);
      auto client = running.connect();

      const auto answer = client.exchange(
        make_request("POST", each.path, each.lines + "Expect: 100-continue\r\n" + framing));

      // Whether the body comes all the same cannot be told from the next request.
      EXPECT_EQ(answer.status, each.status);
      EXPECT_EQ(answer.header("Connection"), "close");
      EXPECT_EQ(client.receive_until_closed(), "");
    }
}

TEST(ServerScreening, OrderOfAPipelineStaysWhereverItIsCut) {
  const running_server running{calling::elsewhere, with_keys()};
  const auto refused = with_length(jobs_path, json_line, R"({"a":1})");
  const auto chunked = in_chunks(jobs_path, json_line, R"({"a":1})");
  const auto taken = with_length(jobs_path, json_line + key_line, job_body(120));
  const auto bytes = alive + refused.head + refused.body + alive + chunked.head + chunked.body
                     + taken.head + taken.body + alive;

  for (std::size_t cut = 1; cut < bytes.size(); ++cut) {
    auto client = running.connect();
    client.send(bytes.substr(0, cut));
    client.send(bytes.substr(cut));

    for (const int status : {200, 401, 200, 401, 201, 200})
      ASSERT_EQ(client.receive().status, status) << "cut at " << cut;
  }
}

TEST(ServerScreening, LimitsAreCountedOnce) {
  auto options = with_keys();
  options.rates.window = std::chrono::hours{1};
  options.rates.failed_keys_per_address = 2;
  options.rates.requests_per_key = 3;
  const running_server running{calling::inside, options};
  const auto ask = [&](const std::string& lines, bool in_parts) {
    const auto request = with_length(jobs_path, json_line + lines, job_body(120));
    auto client = running.connect();
    client.send(in_parts ? request.head : request.head + request.body);
    if (in_parts)
      client.send_if_open(request.body);
    return client.receive();
  };

  EXPECT_EQ(ask("X-API-Key: guess\r\n", true).status, 401);
  EXPECT_EQ(ask("X-API-Key: guess\r\n", true).status, 401);
  const auto last = ask("X-API-Key: guess\r\n", true);
  EXPECT_EQ(last.status, 429);
  EXPECT_EQ(last.header("Connection"), "close");

  for (const bool in_parts : {true, false, true}) {
    const auto answer = ask(key_line, in_parts);
    EXPECT_EQ(answer.status, 201);
    EXPECT_EQ(answer.count("RateLimit"), 1U);
  }
  EXPECT_EQ(ask(key_line, true).status, 429);
}

TEST(ServerScreening, WhatWasFoundByTheHeadGoesIntoTheAnswer) {
  auto options = with_keys();
  options.allowed_origins = {"https://app.example"};
  running_server running{calling::elsewhere, options};
  const auto lines = json_line + key_line + "X-Request-Id: mine\r\nOrigin: https://app.example\r\n";

  for (const auto& request : {with_length(jobs_path, lines, job_body(50'000)),
                              in_chunks(jobs_path, lines, job_body(50'000))}) {
    auto client = running.connect();
    client.send(request.head);
    for (std::size_t at = 0; at < request.body.size(); at += 10'000)
      client.send(std::string_view{request.body}.substr(at, 10'000));
    const auto answer = client.receive();

    EXPECT_EQ(answer.status, 201);
    EXPECT_EQ(answer.header("X-Request-Id"), "mine");
    EXPECT_EQ(answer.count("Access-Control-Allow-Origin"), 1U);
    EXPECT_EQ(answer.count("X-Request-Id"), 1U);
  }
}

TEST(ServerScreening, RefusedBodyThatNeverEndsEndsTheConnectionAndIsNotAnsweredTwice) {
  auto options = with_keys();
  options.idle_limit = std::chrono::seconds{1};
  const running_server running{calling::inside, options};
  for (const auto& request : {with_length(jobs_path, json_line, job_body(1000)),
                              in_chunks(jobs_path, json_line, job_body(1000))}) {
    auto client = running.connect();
    client.send(request.head + request.body.substr(0, 10));
    EXPECT_EQ(client.receive().status, 401);

    EXPECT_EQ(client.receive_until_closed(), "");
  }
}

TEST(ServerScreening, FaultInARefusedBodyEndsTheConnectionAndIsNotAnsweredTwice) {
  const running_server running{calling::inside, with_keys()};
  auto client = running.connect();
  EXPECT_EQ(client.exchange(in_chunks(jobs_path, json_line, "{}").head).status, 401);

  client.send("zz\r\n" + alive);

  EXPECT_EQ(client.receive_until_closed(), "");
}

TEST(ServerScreening, FaultThatHasComeGoesFirst) {
  const running_server running{calling::inside, with_keys()};
  const auto request = in_chunks(jobs_path, json_line, "");

  for (const auto* body : {"zz\r\n", "2\r\n{}x", "2\r\n{}\r\n0\r\nHost: a\r\n\r\n"})
    EXPECT_EQ(running.connect().exchange(request.head + body).status, 400) << body;
}

TEST(ServerScreening, BodyThatNobodyReadsIsPassedOver) {
  const running_server running{calling::inside, with_keys()};
  for (const auto& [path, status] : {std::pair{"/nothing", 404}, std::pair{"/livez", 405}})
    for (const auto& request :
         {with_length(path, "", job_body(mebibyte)), in_chunks(path, "", job_body(mebibyte))}) {
      auto client = running.connect();
      client.send(request.head);
      client.send(request.body);

      EXPECT_EQ(client.receive().status, status);
      EXPECT_EQ(client.exchange(alive).status, 200);
    }
}

TEST(ServerScreening, SlowBodyThatIsWantedIsStill408) {
  auto options = with_keys();
  options.idle_limit = std::chrono::seconds{1};
  const running_server running{calling::inside, options};
  auto client = running.connect();
  client.send(with_length(jobs_path, json_line + key_line + "X-Request-Id: mine\r\n", "{}").head);

  const auto answer = client.receive();

  EXPECT_EQ(answer.status, 408);
  EXPECT_EQ(answer.header("X-Request-Id"), "mine");
}

/// The least that can be set.
constexpr std::size_t unread_bytes_max = 16 * mebibyte;

struct flooded : running_server {
  flooded() : running_server(calling::inside, options()) {
    // nop
  }

  static http_options options() {
    http_options made;
    made.unread_bytes_max = unread_bytes_max;
    return made;
  }

  /// A client in the middle of a large body, or refused.
  raw_client connect_and_begin() const {
    auto made = connect();
    const auto request = with_length(jobs_path, json_line, job_body(2 * mebibyte - 1));
    made.send_if_open(request.head + request.body.substr(0, request.body.size() - 1));
    return made;
  }
};

TEST(ServerScreening, RequestsUnderWayHoldNoMoreThanTheLimit) {
  const flooded running;
  std::vector<raw_client> others;
  for (int i = 0; i < 20; ++i) {
    others.push_back(running.connect_and_begin());
    ASSERT_LE(running.server->unread_bytes(), unread_bytes_max);
    const auto small = with_length(jobs_path, json_line, job_body(3000));
    auto client = running.connect();
    client.send(small.head);
    client.send(small.body);
    ASSERT_EQ(client.receive().status, 201) << "small ones do not count";
  }
}

TEST(ServerScreening, OneForWhomThereIsNoRoomIsToldSo) {
  const flooded running;
  std::vector<raw_client> others;
  for (int i = 0; i < 20; ++i)
    others.push_back(running.connect_and_begin());

  // Whoever it is: one of those who have stopped sending, or one who came too late.
  bool is_told = false;
  for (auto& each : others) {
    each.send_if_open("}");
    const auto answer = each.receive();
    is_told = is_told || answer.status == 503;
    if (answer.status == 503) {
      EXPECT_EQ(answer.header("Retry-After"), "1");
      EXPECT_EQ(answer.header("Connection"), "close");
    }
  }
  EXPECT_TRUE(is_told);
}

TEST(ServerScreening, ThoseWhoHaveStoppedSendingMakeRoomForOthers) {
  const flooded running;
  std::vector<raw_client> others;
  for (int i = 0; i < 8; ++i)
    others.push_back(running.connect_and_begin());
  const auto request = with_length(jobs_path, json_line, job_body(2 * mebibyte - 1));
  const auto end = steady_clock::now() + test::patience;

  raw_response answer;
  do {
    auto client = running.connect();
    client.send_if_open(request.head + request.body);
    answer = client.receive();
  } while (answer.status == 503 && steady_clock::now() < end);

  EXPECT_EQ(answer.status, 201);
}

TEST(ServerScreening, HeadsThatNeverEndHoldNoMoreThanTheLimit) {
  const flooded running;
  auto head = "GET /livez HTTP/1.1\r\nHost: localhost\r\n"s;
  for (int i = 0; i < 9; ++i)
    head += "X: " + std::string(8000, 'x') + "\r\n";
  // A string that grows bit by bit takes up to twice as much as is in it.
  std::vector<raw_client> others;
  for (int i = 0; i < 250; ++i) {
    others.push_back(running.connect());
    others.back().send_if_open(head);
    ASSERT_LE(running.server->unread_bytes(), unread_bytes_max);
  }

  EXPECT_EQ(running.connect().exchange(alive).status, 200);
}

TEST(ServerScreening, NothingCountsThatIsWholeOrGone) {
  const flooded running;
  auto client = running.connect();
  const auto request = with_length(jobs_path, json_line, job_body(mebibyte));
  client.send(request.head);
  client.send(request.body);
  EXPECT_EQ(client.receive().status, 201);
  EXPECT_EQ(running.server->unread_bytes(), 0U);

  running.connect_and_begin().reset();

  const auto end = steady_clock::now() + test::patience;
  while (running.server->unread_bytes() > 0 && steady_clock::now() < end)
    std::this_thread::yield();
  EXPECT_EQ(running.server->unread_bytes(), 0U);
}

} // namespace
} // namespace callboard::tests
