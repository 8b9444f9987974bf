// What a connection holds while its bytes wait for the parser.

#include "http/framing/request_framer.hpp"

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "tests/http/framing/framing_run.hpp"

namespace callboard::tests {
namespace {

using http::message_reader;
using http::request_framer;

/// What the parser of the server has room for.
constexpr std::size_t room = 2048;
/// Twice what is ever left of a request whose end has not come, as strings grow.
constexpr std::size_t held_bytes_max = 2 * (http::head_reader::head_bytes_max + room);

std::string request_of(std::size_t bytes) {
  const std::string head = "GET /livez HTTP/1.1\r\nHost: a\r\n";
  std::string made = head;
  while (bytes - made.size() > 8192)
    made += "X: " + std::string(4000, 'x') + "\r\n";
  return made + "Y: " + std::string(bytes - made.size() - 7, 'y') + "\r\n\r\n";
}

/// An `request_framer` that takes bytes as the server does: read by read, each given to the parser at once.
struct connection {
  void take(std::string_view bytes) {
    std::string buffer(room, '\0');
    while (!bytes.empty()) {
      const auto count = std::min(bytes.size(), room);
      bytes.copy(buffer.data(), count);
      bytes.remove_prefix(count);
      auto given = in.came(buffer.data(), count, room);
      while (given > 0)
        given = in.take(buffer.data(), room);
      most = std::max(most, in.held_bytes());
    }
  }

  request_framer in{{.body_bytes_max = 1000, .asked_body_bytes_max = 1000}};
  std::size_t most = 0;
};

TEST(RequestFramer, PipelineThatNeverEndsWhereAReadDoesHoldsNoMoreThanOneHead) {
  // Symptom: what had been given to the parser was freed only when nothing else was left, so that one
  // connection made the server keep every byte that it had ever sent.
  constexpr std::size_t sent_bytes = 4 * 1024 * 1024;
  for (const std::size_t size : {60, 2047, 2048, 2049, 8192, 81920}) {
    SCOPED_TRACE(size);
    const auto request = request_of(size);
    ASSERT_EQ(request.size(), size);
    std::string bytes = "\r\n";
    while (bytes.size() < sent_bytes)
      bytes += request;
    bytes += "GET /";
    connection client;

    client.take(bytes);

    EXPECT_EQ(client.in.fault(), nullptr);
    EXPECT_EQ(client.in.count(), (bytes.size() - 7) / size);
    EXPECT_LE(client.most, held_bytes_max);
  }
}

TEST(RequestFramer, LongHeadLeavesNothingBehind) {
  connection client;

  client.take(request_of(81920) + "GET /");
  client.take(" HTTP/1.1\r\n");

  EXPECT_GT(client.most, 81920U - room);
  EXPECT_LE(client.in.held_bytes(), room);
}

TEST(RequestFramer, IdleConnectionHoldsNothing) {
  connection client;

  client.take(request_of(8192) + request_of(60));

  EXPECT_EQ(client.in.held_bytes(), std::string{}.capacity());
}

/// A judge that always says the same.
struct one_verdict final : http::head_judge {
  explicit one_verdict(verdict its_answer) : answer(its_answer) {
    // nop
  }

  verdict judge(std::string_view head) noexcept override {
    heads += head;
    return answer;
  }

  verdict answer;
  std::string heads;
};

/// What the parser is given of bytes that come one by one.
std::string given_of(request_framer& in, std::string_view bytes) {
  std::string all;
  std::string buffer(room, '\0');
  for (const char each : bytes) {
    buffer[0] = each;
    auto given = in.came(buffer.data(), 1, room);
    while (given > 0) {
      all.append(buffer, 0, given);
      given = in.take(buffer.data(), room);
    }
  }
  return all;
}

constexpr message_reader::limits small_limits{.body_bytes_max = 1000, .asked_body_bytes_max = 500};
const std::string next_request = "GET /next HTTP/1.1\r\nHost: a\r\n\r\n";
const std::string stand_in = "POST /p?q HTTP/1.1\r\n\r\n";

struct bodied {
  std::string head;
  std::string body;
};

std::vector<bodied> requests_with_bodies() {
  const std::string line = "POST /p?q HTTP/1.1\r\nHost: a\r\n";
  return {{line + "Content-Length: 5\r\n\r\n", "hello"},
          {line + "Content-Length: 900\r\n\r\n", std::string(900, '\n')},
          {line + "Transfer-Encoding: chunked\r\n\r\n", "0\r\n\r\n"},
          {line + "Transfer-Encoding: chunked\r\n\r\n",
           "5;a=b\r\nhello\r\n1\r\n!\r\n0\r\nX: y\r\nZ: z\r\n\r\n"}};
}

TEST(RequestFramer, BodyOfARequestThatIsAnsweredEarlyIsDroppedAndTheNextRequestFollows) {
  for (const auto& each : requests_with_bodies()) {
    one_verdict judge{one_verdict::verdict::answer};
    request_framer in{small_limits, &judge};

    EXPECT_EQ(given_of(in, each.head), stand_in);
    EXPECT_TRUE(in.is_dropping());
    EXPECT_EQ(given_of(in, each.body), "");
    EXPECT_FALSE(in.is_dropping());
    EXPECT_EQ(given_of(in, next_request), next_request);

    EXPECT_EQ(judge.heads, each.head);
    EXPECT_EQ(in.fault(), nullptr);
    EXPECT_EQ(in.count(), 2U);
  }
}

// Clients that sent refused bodies as fast as they could made others wait twenty times as long, as all of
// it was read in pieces of 2 KiB.
TEST(RequestFramer, ContentThatIsDroppedMayBeThrownAwayUnseenUpToItsLastByte) {
  const struct {
    const char* length_line;
    const char* before;
    std::uint64_t discardable;
    const char* after;
  } cases[] = {
    {"Content-Length: 900\r\n\r\n", "", 899, "!"},
    {"Content-Length: 900\r\n\r\n", "12", 897, "!"},
    {"Content-Length: 2\r\n\r\n", "", 1, "!"},
    {"Content-Length: 1\r\n\r\n", "", 0, "!"},
    {"Transfer-Encoding: chunked\r\n\r\n", "", 0, "0\r\n\r\n"},
    {"Transfer-Encoding: chunked\r\n\r\n", "ff\r\n", 254, "!\r\n0\r\n\r\n"},
    {"Transfer-Encoding: chunked\r\n\r\n", "1\r\n", 0, "!\r\n0\r\n\r\n"},
    {"Transfer-Encoding: chunked\r\n\r\n", "2\r\nab\r\n5\r\n", 4, "!\r\n0\r\n\r\n"},
  };
  for (const auto& each : cases) {
    one_verdict judge{one_verdict::verdict::answer};
    request_framer in{small_limits, &judge};
    given_of(in, std::string{"POST /p?q HTTP/1.1\r\nHost: a\r\n"} + each.length_line);
    given_of(in, each.before);

    EXPECT_EQ(in.discardable(), each.discardable) << each.length_line << each.before;
    in.discard(in.discardable());
    EXPECT_EQ(in.discardable(), 0U);

    EXPECT_EQ(given_of(in, each.after), "");
    EXPECT_EQ(given_of(in, next_request), next_request) << each.length_line << each.before;
    EXPECT_EQ(in.fault(), nullptr);
  }
}

TEST(RequestFramer, SeveralThatAreAnsweredEarlyMayComeAtOnce) {
  for (const auto& each : requests_with_bodies()) {
    one_verdict judge{one_verdict::verdict::answer};
    request_framer in{small_limits, &judge};
    // The second one comes whole, but its end is not known by its head if it is in chunks.
    std::string bytes = each.head + each.body + each.head + each.body + next_request;
    bytes.resize(std::max(bytes.size(), std::size_t{4096}));
    const auto size = 2 * (each.head.size() + each.body.size()) + next_request.size();

    std::string all;
    auto given = in.came(bytes.data(), size, bytes.size());
    for (; given > 0; given = in.take(bytes.data(), bytes.size()))
      all.append(bytes, 0, given);

    EXPECT_TRUE(all.ends_with(next_request));
    EXPECT_EQ(in.count(), 3U);
  }
}

TEST(RequestFramer, NothingFollowsARequestThatEndsItsConnection) {
  for (const auto& each : requests_with_bodies()) {
    one_verdict judge{one_verdict::verdict::answer_and_end};
    request_framer in{small_limits, &judge};

    EXPECT_EQ(given_of(in, each.head), stand_in);
    EXPECT_EQ(given_of(in, each.body + next_request), "");
    EXPECT_NE(in.fault(), nullptr);
  }
}

TEST(RequestFramer, ClientThatWaitsForA100OrSendsTooMuchEndsItsConnection) {
  const std::string line = "POST /p?q HTTP/1.1\r\nHost: a\r\n";
  for (const auto& head : {line + "Expect: 100-continue\r\nContent-Length: 5\r\n\r\n",
                           line + "Content-Length: 1001\r\n\r\n"}) {
    one_verdict judge{one_verdict::verdict::answer};
    request_framer in{small_limits, &judge};

    EXPECT_EQ(given_of(in, head), stand_in);
    EXPECT_FALSE(in.must_say_continue());
    EXPECT_EQ(in.fault(), &http::faults::answered_early);
  }
}

TEST(RequestFramer, BodyThatIsWantedGoesOnAndIsCounted) {
  for (const auto& each : requests_with_bodies()) {
    one_verdict judge{one_verdict::verdict::go_on};
    request_framer in{small_limits, &judge};

    EXPECT_EQ(given_of(in, each.head), each.head);
    EXPECT_EQ(in.parsed_bytes(), each.head.size());
    given_of(in, each.body.substr(0, each.body.size() - 1));
    EXPECT_GE(in.parsed_bytes(), each.head.size());
    given_of(in, each.body.substr(each.body.size() - 1));

    EXPECT_EQ(in.parsed_bytes(), 0U);
    EXPECT_EQ(in.count(), 1U);
  }
}

TEST(RequestFramer, FaultBehindAnEarlyAnswerIsNotAnswered) {
  one_verdict judge{one_verdict::verdict::answer};
  request_framer in{small_limits, &judge};
  given_of(in, requests_with_bodies().back().head);

  EXPECT_EQ(given_of(in, "zz\r\n" + next_request), "");
  EXPECT_EQ(in.fault(), &http::faults::bad_chunk_size);
}

} // namespace
} // namespace callboard::tests
