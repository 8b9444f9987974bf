#include "http/pipeline/event_stream.hpp"

#include <chrono>

#include <gtest/gtest.h>

#include "tests/http/test_exchange.hpp"

namespace callboard::tests {
namespace {

using namespace std::chrono_literals;
using http::event_stream;
using http::in_flight;
using http::response;

class EventStream : public testing::Test {
protected:
  std::shared_ptr<test_exchange> receive(sample_request sample = {}) {
    auto made = std::make_shared<test_exchange>(std::move(sample), shared_);
    made->begin();
    return made;
  }

  static std::shared_ptr<event_stream> open(test_exchange& asked) {
    return asked.open_stream(response{200, {}, "text/event-stream"});
  }

  std::shared_ptr<in_flight> shared_ = std::make_shared<in_flight>();
};

TEST_F(EventStream, SendsHeadAndEventsAtOnceInChunks) {
  const auto asked = receive();

  const auto stream = open(*asked);
  EXPECT_NE(asked->portions().find("Transfer-Encoding: chunked\r\n"), std::string::npos);
  EXPECT_TRUE(stream->send("tick", R"({"n":1})"));
  EXPECT_TRUE(asked->portions().ends_with("\r\n1b\r\nevent: tick\ndata: {\"n\":1}\n\n\r\n"));
  EXPECT_EQ(shared_->count(), 1u);
  stream->end("done", "{}");

  const auto answer = asked->answered();
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.header("Content-Type"), "text/event-stream");
  EXPECT_EQ(answer.header("X-Accel-Buffering"), "no");
  EXPECT_EQ(answer.body, "event: tick\ndata: {\"n\":1}\n\nevent: done\ndata: {}\n\n");
  EXPECT_EQ(shared_->count(), 0u);
  EXPECT_FALSE(asked->is_released());
}

TEST_F(EventStream, NothingIsSentBehindTheEnd) {
  const auto asked = receive();
  const auto stream = open(*asked);

  stream->end("done", "{}");

  EXPECT_FALSE(stream->send("late", "{}"));
  stream->end("late", "{}");
  stream->send_comment();
  EXPECT_EQ(asked->answered().body, "event: done\ndata: {}\n\n");
}

TEST_F(EventStream, WaitsForTheClientAndJoinsWhatCameMeanwhile) {
  const auto asked = receive();
  asked->holds_portions = true;
  const auto stream = open(*asked);

  EXPECT_TRUE(stream->send("a", "1"));
  EXPECT_TRUE(stream->send("b", "2"));
  EXPECT_EQ(asked->portion_count(), 1u);
  asked->end_portion(true);

  EXPECT_EQ(asked->portion_count(), 2u);
  stream->end("c", "3");
  EXPECT_FALSE(asked->is_answered());
  asked->end_portion(true);
  EXPECT_EQ(asked->answered().body,
            "event: a\ndata: 1\n\nevent: b\ndata: 2\n\nevent: c\ndata: 3\n\n");
}

TEST_F(EventStream, ClientThatTakesNothingGetsNoMoreButTheEnd) {
  const auto asked = receive();
  asked->holds_portions = true;
  const auto stream = open(*asked);
  const std::string large(event_stream::unread_bytes_max, 'x');

  EXPECT_TRUE(stream->send("first", large));
  EXPECT_FALSE(stream->send("second", "{}"));
  stream->end("done", large);

  asked->holds_portions = false;
  asked->end_portion(true);
  EXPECT_NE(asked->answered().body.find("event: done\n"), std::string::npos);
  EXPECT_EQ(asked->answered().body.find("event: second\n"), std::string::npos);
}

TEST_F(EventStream, TellsOnceThatTheClientHasGone) {
  const auto asked = receive();
  asked->holds_portions = true;
  const auto stream = open(*asked);
  auto told = 0;
  stream->on_gone([&] { ++told; });

  asked->end_portion(false);

  EXPECT_EQ(told, 1);
  EXPECT_TRUE(asked->is_released());
  EXPECT_EQ(shared_->count(), 0u);
  EXPECT_FALSE(stream->send("late", "{}"));
  stream->end("done", "{}");
  EXPECT_FALSE(asked->is_answered());
  stream->on_gone([&] { ++told; });
  EXPECT_EQ(told, 2);
}

TEST_F(EventStream, DroppedUnendedLetsGoOfTheConnection) {
  const auto asked = receive();

  open(*asked).reset();

  EXPECT_TRUE(asked->is_released());
  EXPECT_EQ(shared_->count(), 0u);
}

TEST_F(EventStream, OldClientsGetNoChunks) {
  sample_request sample;
  sample.version = 10;
  const auto asked = receive(sample);

  const auto stream = open(*asked);
  stream->send("a", "1");

  EXPECT_EQ(asked->portions().find("chunked"), std::string::npos);
  EXPECT_NE(asked->portions().find("Connection: close\r\n"), std::string::npos);
  EXPECT_TRUE(asked->portions().ends_with("\r\n\r\nevent: a\ndata: 1\n\n"));
  stream->end("b", "2");
  EXPECT_TRUE((*asked->written())->closes);
}

TEST_F(EventStream, OfHeadOnlyTheHeadIsSent) {
  sample_request sample;
  sample.method = "HEAD";
  const auto asked = receive(sample);

  EXPECT_EQ(open(*asked), nullptr);
  EXPECT_EQ((*asked->written())->body, "");
  EXPECT_EQ(shared_->count(), 0u);
}

TEST_F(EventStream, SilentStreamsGetCommentsThoseFirstThatAreSilentForLongest) {
  const auto now = std::chrono::steady_clock::now();
  const auto asked = receive();
  const auto stream = open(*asked);

  shared_->streams().comment(now - 1s);
  EXPECT_EQ(asked->portion_count(), 1u);
  shared_->streams().comment(now + 1h);
  EXPECT_TRUE(asked->portions().ends_with("3\r\n:\n\n\r\n"));

  stream->end("done", "{}");
  shared_->streams().comment(now + 1h);
  EXPECT_EQ(asked->answered().body, ":\n\nevent: done\ndata: {}\n\n");
}

TEST_F(EventStream, ServerThatEndsLetsGoOfAll) {
  const auto asked = receive();
  const auto stream = open(*asked);

  shared_->abandon_all();

  EXPECT_TRUE(asked->is_released());
  EXPECT_EQ(shared_->count(), 0u);
  EXPECT_FALSE(stream->send("late", "{}"));
}

TEST_F(EventStream, RequestWithAnAllowanceIsLateLater) {
  const auto usual = receive();
  const auto allowed = receive();
  allowed->allow(1h);

  shared_->expire(std::chrono::steady_clock::now() + 1min);
  EXPECT_TRUE(usual->is_answered());
  EXPECT_FALSE(allowed->is_answered());

  shared_->expire(std::chrono::steady_clock::now() + 2h);
  EXPECT_EQ(allowed->answered().status, 504);
}

} // namespace
} // namespace callboard::tests
