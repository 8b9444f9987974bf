#include "bench/load/recorded_answer.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace callboard::bench {
namespace {

using testing::ElementsAre;
using testing::Pair;

TEST(RecordedAnswer, KeepsStatusFieldsAndBody) {
  auto made = parse_answer("HTTP/1.1 201 Created\r\nContent-Type: application/json\r\n"
                           "X-Request-Id:abc\r\n\r\n{\"a\":1}\r\n\r\n");

  ASSERT_TRUE(made);
  EXPECT_EQ(made->status, 201);
  EXPECT_EQ(made->reason, "Created");
  EXPECT_THAT(made->fields,
              ElementsAre(Pair("Content-Type", "application/json"), Pair("X-Request-Id", "abc")));
  EXPECT_EQ(made->body, "{\"a\":1}\r\n\r\n");
}

TEST(RecordedAnswer, LeavesOutWhatBelongsToTheConnection) {
  auto made = parse_answer("HTTP/1.1 200 OK\r\nConnection: keep-alive\r\ncontent-length: 1\r\n"
                           "Keep-Alive: timeout=5\r\nVary: Origin\r\n\r\nx");

  ASSERT_TRUE(made);
  EXPECT_THAT(made->fields, ElementsAre(Pair("Vary", "Origin")));
}

TEST(RecordedAnswer, TakesEmptyReasonFieldAndBody) {
  auto made = parse_answer("HTTP/1.1 204\r\nX-Empty:\r\n\r\n");

  ASSERT_TRUE(made);
  EXPECT_EQ(made->status, 204);
  EXPECT_EQ(made->reason, "");
  EXPECT_THAT(made->fields, ElementsAre(Pair("X-Empty", "")));
  EXPECT_EQ(made->body, "");
}

TEST(RecordedAnswer, RefusesWhatIsNone) {
  for (const auto* text :
       {"", "GET / HTTP/1.1\r\n\r\n", "HTTP/1.1 200 OK\r\nA: b\r\n", "HTTP/1.1 xyz OK\r\n\r\n",
        "HTTP/1.1\r\n\r\n", "HTTP/1.1 200 OK\r\nno colon\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"}) {
    auto made = parse_answer(text);
    ASSERT_FALSE(made) << text;
    EXPECT_EQ(made.error().code, errc::invalid_argument) << text;
  }
}

} // namespace
} // namespace callboard::bench
