// The strict reader of requests, fed with every table of bytes in every way that a network may cut
// them, alone and with the parser that is behind it in the server.

#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "tests/http/framing/framing_cases.hpp"
#include "tests/http/framing/framing_run.hpp"

namespace callboard::tests {
namespace {

using namespace std::string_literals;
using http::message_reader;
namespace faults = http::faults;

/// Long cases are cut in so many places only.
constexpr std::size_t cuts_max = 400;

std::vector<std::vector<std::string_view>> two_part_splits(std::string_view bytes) {
  std::vector<std::vector<std::string_view>> made;
  const auto step = bytes.size() / cuts_max + 1;
  for (std::size_t cut = 1; cut < bytes.size(); cut += step)
    made.push_back({bytes.substr(0, cut), bytes.substr(cut)});
  return made;
}

TEST(Framing, EveryCaseIsTakenOrRefusedAsTheTableSays) {
  for (const auto& each : framing_cases()) {
    const auto found = read_pieces({each.bytes});

    EXPECT_EQ(found.status(), each.status) << each.name << (found.fault ? found.fault->detail : "");
    EXPECT_EQ(found.requests.size(), each.served) << each.name;
  }
}

TEST(Framing, SplitsMakeNoDifference) {
  for (const auto& each : framing_cases()) {
    const auto whole = read_pieces({each.bytes});

    EXPECT_EQ(read_pieces(split_everywhere(each.bytes)), whole) << each.name;
    for (const auto& split : two_part_splits(each.bytes))
      ASSERT_EQ(read_pieces(split), whole) << each.name << ", cut at " << split.front().size();
  }
}

TEST(Framing, ParserBehindSeesTheSameRequests) {
  for (const auto& each : framing_cases()) {
    SCOPED_TRACE(each.name);
    auto expected = read_pieces({each.bytes});
    for (auto& request : expected.requests)
      request = describe(request);

    ASSERT_EQ(parse_pieces({each.bytes}, 4096), expected);
    ASSERT_EQ(parse_pieces({each.bytes}, 1 << 20), expected);
    ASSERT_EQ(parse_pieces({each.bytes}, 7), expected);
    ASSERT_EQ(parse_pieces(split_everywhere(each.bytes), 4096), expected);
  }
}

TEST(Framing, TrailersAreLeftOut) {
  const auto head = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"s;

  const auto found = read_pieces({head + "1\r\nx\r\n0\r\nX-Sum: 1\r\n\r\n"});

  ASSERT_EQ(found.requests.size(), 1u);
  EXPECT_EQ(found.requests.front(), head + "1\r\nx\r\n0\r\n\r\n");
}

TEST(Framing, NothingOfARequestGoesOnBeforeItsHeadIsWhole) {
  message_reader reader{tested_limits};
  const auto head = "GET / HTTP/1.1\r\nHost: a\r\n\r\n"s;

  for (std::size_t size = 0; size < head.size(); ++size)
    EXPECT_EQ(reader.read(head.substr(0, size)).pass, 0u);
  const auto found = reader.read(head);

  EXPECT_EQ(found.pass, head.size());
  EXPECT_TRUE(found.is_end);
}

TEST(Framing, ClientThatWaitsForA100IsSaidToWait) {
  const auto head
    = "POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n"s;
  const auto asks = [](const std::string& bytes) {
    return message_reader{tested_limits}.read(bytes).asks_to_continue;
  };

  EXPECT_TRUE(asks(head));
  EXPECT_FALSE(asks(head + "h"));
  EXPECT_FALSE(asks("GET / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\n\r\n"));
  EXPECT_FALSE(asks("POST / HTTP/1.0\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n"));
}

TEST(Framing, RequestThatStandsForABadOneHasItsRequestLineIfThatWasSound) {
  const auto stand_in = [](const std::string& bytes) {
    message_reader reader{tested_limits};
    EXPECT_NE(reader.read(bytes).fault, nullptr);
    return reader.missing_end(bytes);
  };

  EXPECT_EQ(stand_in("POST /p HTTP/1.0\r\nX : 1\r\n"), "POST /p HTTP/1.0\r\n\r\n");
  EXPECT_EQ(stand_in("POST /p HTTP/3.0\r\n"), "GET * HTTP/1.1\r\n\r\n");
}

TEST(Framing, RequestThatEndsAnywhereIsReportedWithItsFault) {
  const std::string requests[] = {
    "POST /p HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello",
    "POST /p HTTP/1.1\r\nHost: a\r\nContent-Length: 900\r\n\r\nhello",
    "POST /p HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
    "5\r\nhello\r\n1;a=b\r\n!\r\n0\r\nX: y\r\n\r\n",
  };
  for (const auto& request : requests)
    for (std::size_t count = 1; count < request.size(); ++count)
      for (const std::size_t room : {1, 7, 4096}) {
        SCOPED_TRACE(request.substr(0, count));
        const auto result
          = parse_unfinished(std::string_view{request}.substr(0, count), faults::slow_body, room);
        EXPECT_TRUE(result.requests.empty());
        EXPECT_EQ(result.fault, &faults::slow_body);
      }
}

TEST(Framing, FaultsFromOutsideEndTheRequestThatHasBegun) {
  message_reader reader{tested_limits};
  const auto bytes = "GET /a HTTP/1.1\r\nHost:"s;
  EXPECT_FALSE(reader.is_in_head());
  reader.read(bytes);
  EXPECT_TRUE(reader.is_in_head());

  reader.fail(faults::slow_head);

  EXPECT_EQ(reader.read(bytes).fault, &faults::slow_head);
  EXPECT_EQ(reader.missing_end(bytes), "GET /a HTTP/1.1\r\n\r\n");
}

} // namespace
} // namespace callboard::tests
