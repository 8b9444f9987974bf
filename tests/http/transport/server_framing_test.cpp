// The strict reader in the server: what it refuses is answered, in its turn and in the form of the
// API, and read by clients that are still sending.

#include <string>
#include <string_view>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "http/framing/chunk_reader.hpp"
#include "tests/http/framing/framing_cases.hpp"
#include "tests/http/transport/server_fixture.hpp"

namespace callboard::tests {
namespace {

using namespace std::string_literals;
using testing::HasSubstr;

const std::string good = make_request("GET", "/livez");

/// An answer without what differs from one to the next.
std::string gist(const raw_response& answer) {
  return std::to_string(answer.status) + ' ' + answer.header("Connection") + ' ' + answer.body;
}

/// What comes back for bytes that are sent in two parts.
std::string answers_to(const running_server& running, std::string_view bytes, std::size_t cut,
                       std::size_t count) {
  auto client = running.connect();
  client.send(bytes.substr(0, cut));
  client.send(bytes.substr(cut));
  std::string made;
  for (; count > 0; --count)
    made += gist(client.receive()) + '\n';
  return made;
}

/// Whether a case is about limits of bodies that the server does not have.
bool is_about_tested_limits(const framing_case& each) {
  return each.status == 413;
}

TEST(ServerFraming, EveryCaseIsAnsweredAsTheTableSays) {
  running_server running;

  for (const auto& each : framing_cases()) {
    if (is_about_tested_limits(each))
      continue;
    SCOPED_TRACE(each.name);
    auto client = running.connect();
    client.send(each.bytes);
    for (std::size_t i = 0; i < each.served; ++i)
      ASSERT_NE(client.receive().header("X-Request-Id"), "");
    if (each.status != 0) {
      const auto answer = client.receive();
      ASSERT_EQ(answer.status, each.status);
      ASSERT_EQ(answer.header("Connection"), "close");
      ASSERT_EQ(client.receive_until_closed(), "");
    } else if (each.bytes.find("HTTP/1.0") == std::string::npos) {
      ASSERT_EQ(client.exchange(good).status, 200);
    }
  }
}

TEST(ServerFraming, EverySplitIsAnsweredLikeTheWhole) {
  running_server running{calling::elsewhere};
  const auto body = R"({"userId":"550e8400-e29b-41d4-a716-446655440000","content":"x"})"s;
  const std::pair<std::string, std::size_t> samples[] = {
    {make_request("POST", jobs_path, "Content-Type: application/json\r\n", body) + good, 2},
    {"POST " + jobs_path
       + " HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n"
         "3\r\n{}\n\r\n0\r\nX: 1\r\n\r\n"
       + good,
     2},
    {good + "GET /x HTTP/1.1\r\nHost : a\r\n\r\n", 2},
    {good + "POST /x HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabcd\r\n", 2},
  };

  for (const auto& [bytes, count] : samples) {
    const auto whole = answers_to(running, bytes, bytes.size(), count);
    for (std::size_t cut = 1; cut < bytes.size(); ++cut)
      ASSERT_EQ(answers_to(running, bytes, cut, count), whole) << "cut at " << cut;
  }
}

TEST(ServerFraming, FaultIsAnsweredAfterAllThatCameBeforeIt) {
  running_server running{calling::elsewhere};
  auto client = running.connect();
  std::string all;
  for (int i = 0; i < 50; ++i)
    all += make_request("GET", job_path, "X-Request-Id: " + std::to_string(i) + "\r\n");

  client.send(all + "GET / HTTP/1.1\nHost: a\n\n" + good);

  for (int i = 0; i < 50; ++i)
    ASSERT_EQ(client.receive().header("X-Request-Id"), std::to_string(i));
  EXPECT_EQ(client.receive().status, 400);
  EXPECT_EQ(client.receive_until_closed(), "");
}

TEST(ServerFraming, FaultIsToldInTheFormOfTheApi) {
  running_server running;

  const auto messaging
    = running.connect().exchange("GET " + jobs_path + " HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n");
  EXPECT_EQ(messaging.body, R"({"success":false,"error":{"message":"the request must have exactly )"
                            R"(one Host header, naming a host","code":400}})");
  const auto other = running.connect().exchange("nonsense\r\n\r\n");
  EXPECT_EQ(other.header("Content-Type"), "application/problem+json");
  EXPECT_EQ(other.header("X-Content-Type-Options"), "nosniff");
  EXPECT_THAT(other.body, HasSubstr(R"("code":"bad_request")"));
}

TEST(ServerFraming, FaultsAreLogged) {
  std::string logged;
  http_options options;
  options.threads = 1;
  {
    running_server running{calling::inside, options, [&logged](const http_log_entry& entry) {
                             logged += std::string{entry.method} + ' ' + std::string{entry.path}
                                       + ' ' + std::to_string(entry.status) + '\n';
                           }};
    running.connect().exchange("GET /a?b HTTP/1.1\r\n\r\n");
    running.connect().exchange("nonsense\r\n\r\n");
    running.server->stop(std::chrono::seconds{10});
  }

  EXPECT_EQ(logged, "GET /a 400\nGET * 400\n");
}

TEST(ServerFraming, AnswerToHeadHasNoBody) {
  running_server running;
  auto client = running.connect();

  client.send("HEAD / HTTP/1.1\r\n\r\n");

  EXPECT_EQ(client.receive(true).status, 400);
  EXPECT_EQ(client.receive_until_closed(), "");
}

TEST(ServerFraming, ClientThatIsStillSendingReadsWhyItWasRefused) {
  // Symptom: a connection that is closed while bytes of its client are on the way is reset, and with
  // it goes the answer that the client has not read.
  running_server running;
  const auto request
    = "POST " + jobs_path + " HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9999999999\r\n\r\n";

  for (int i = 0; i < 20; ++i) {
    auto client = running.connect();
    client.send_if_open(request + std::string(1 << 20, 'x'));
    ASSERT_EQ(client.receive().status, 413);
  }
}

TEST(ServerFraming, SlowHeadIs408) {
  http_options options;
  options.head_limit = std::chrono::milliseconds{50};
  running_server running{calling::inside, options};

  for (const auto* part : {"G", "GET /x HTTP/1.1", "GET /x HTTP/1.1\r\nHost: a\r\n"}) {
    auto client = running.connect();
    client.send(part);
    const auto answer = client.receive();
    EXPECT_EQ(answer.status, 408) << part;
    EXPECT_THAT(answer.body, HasSubstr("request_timeout"));
    EXPECT_EQ(client.receive_until_closed(), "");
  }
}

TEST(ServerFraming, SlowHeadBehindOtherRequestsIs408InItsTurn) {
  http_options options;
  options.head_limit = std::chrono::milliseconds{50};
  running_server running{calling::elsewhere, options};
  auto client = running.connect();

  client.send(good + good + "GET /x");

  EXPECT_EQ(client.receive().status, 200);
  EXPECT_EQ(client.receive().status, 200);
  EXPECT_EQ(client.receive().status, 408);
  EXPECT_EQ(client.receive_until_closed(), "");
}

TEST(ServerFraming, TimeLimitOfHeadsIsNoneOfIdleOnes) {
  http_options options;
  options.head_limit = std::chrono::milliseconds{20};
  running_server running{calling::inside, options};
  auto slow = running.connect();
  auto idle = running.connect();
  ASSERT_EQ(idle.exchange(good).status, 200);

  // As long as this takes, the other was idle for longer than a head may take.
  slow.send("G");
  EXPECT_EQ(slow.receive().status, 408);

  EXPECT_EQ(idle.exchange(good).status, 200);
}

TEST(ServerFraming, ClientThatAsksFirstIsToldToGoOn) {
  running_server running;
  auto client = running.connect();
  const auto head = "POST " + jobs_path
                    + " HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\n"
                      "Content-Type: application/json\r\n";

  client.send(head + "Content-Length: 2\r\n\r\n");
  EXPECT_EQ(client.receive().status, 100);
  client.send("{}");
  EXPECT_EQ(client.receive().status, 400);

  client.send(head + "Transfer-Encoding: chunked\r\n\r\n");
  EXPECT_EQ(client.receive().status, 100);
  client.send("2\r\n{}\r\n0\r\n\r\n");
  EXPECT_EQ(client.receive().status, 400);
}

TEST(ServerFraming, ClientThatAsksFirstIsToldThatItsBodyIsTooLarge) {
  running_server running;
  auto client = running.connect();

  client.send("POST " + jobs_path
              + " HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\n"
                "Content-Length: "
              + std::to_string(http_options{}.body_bytes_max + 1) + "\r\n\r\n");

  EXPECT_EQ(client.receive().status, 413);
  EXPECT_EQ(client.receive_until_closed(), "");
}

TEST(ServerFraming, OldClientsAreServedTheirWay) {
  running_server running;

  auto once = running.connect();
  const auto answer = once.exchange("GET /livez HTTP/1.0\r\n\r\n");
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.header("Connection"), "close");
  EXPECT_NE(answer.header("Content-Length"), "");
  EXPECT_EQ(once.receive_until_closed(), "");

  auto kept = running.connect();
  for (int i = 0; i < 2; ++i) {
    const auto again = kept.exchange("GET /livez HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
    EXPECT_EQ(again.header("Connection"), "keep-alive");
  }
}

TEST(ServerFraming, QuestionAboutTheServerAsAWholeIsAnswered) {
  running_server running;
  auto client = running.connect();

  EXPECT_EQ(client.exchange("OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n").status, 204);
  EXPECT_EQ(client.exchange(good).status, 200);
}

} // namespace
} // namespace callboard::tests
