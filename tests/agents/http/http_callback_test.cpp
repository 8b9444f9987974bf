// `http` agents that answer 202 and call back.

#include <callboard/agents.hpp>

#include "tests/agents/tasks.hpp"
#include "tests/support/counter.hpp"
#include "tests/support/fake_peer.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <future>
#include <string>

namespace callboard::test {

namespace {

using namespace std::chrono_literals;

const std::string answer_body = R"({"content":"called back"})";

/// What a request's body says of the callback.
struct callback_parts {
  explicit callback_parts(const fake_peer::request& request) {
    const auto body = nlohmann::json::parse(request.body);
    url = body.at("callback").at("url").get<std::string>();
    token = body.at("callback").at("token").get<std::string>();
    task_id = *uuid::parse(body.at("taskId").get<std::string>());
  }

  std::string url;
  std::string token;
  uuid task_id;
};

class HttpCallback : public ::testing::Test {
protected:
  /// Makes the agent; its peer plays this script.
  void serve(fake_peer::script script, std::optional<std::chrono::milliseconds> timeout = {}) {
    peer = std::make_unique<fake_peer>(std::move(script));
    http_agent_options options;
    options.url = peer->url();
    options.public_url = "https://jobs.example.com/";
    options.timeout = timeout;
    tested = make_http_agent(options, make_outbound_http(), callbacks).value();
  }

  /// A script that accepts each task for later and tells the test.
  fake_peer::script accept() {
    return answer_with([this](const fake_peer::request& request) {
      accepted.set_value(callback_parts{request});
      return http_response(202, "");
    });
  }

  std::shared_ptr<task_callbacks> callbacks = make_task_callbacks();
  std::promise<callback_parts> accepted;
  answer_slot slot;
  // After what the scripts use, so that they end first.
  std::unique_ptr<fake_peer> peer;
  std::shared_ptr<agent> tested;
};

TEST_F(HttpCallback, AcceptedTaskIsAnsweredByCallback) {
  serve(accept());
  const auto task = make_task("later");

  tested->start(task, slot.taker());
  const auto parts = accepted.get_future().get();

  EXPECT_EQ(parts.task_id, task->id);
  EXPECT_EQ(parts.url, "https://jobs.example.com/agents/tasks/" + task->id.to_string() + "/result");
  EXPECT_EQ(slot.count(), 0u);
  EXPECT_TRUE(callbacks->deliver(task->id, parts.token, answer_body));
  EXPECT_EQ(slot.wait().content, "called back");
  EXPECT_EQ(callbacks->deliver(task->id, parts.token, answer_body).error().code, errc::conflict);
}

TEST_F(HttpCallback, CallbackMayReportFinalFailure) {
  serve(accept());

  tested->start(make_task("later"), slot.taker());
  const auto parts = accepted.get_future().get();
  const auto delivered = callbacks->deliver(
    parts.task_id, parts.token, R"({"status":"failed","error":"no such page","final":true})");

  EXPECT_TRUE(delivered);
  EXPECT_EQ(slot.wait().error, "no such page");
  EXPECT_TRUE(slot.wait().is_final);
}

TEST_F(HttpCallback, CallbackMayComeBeforeTheResponse) {
  serve(answer_with([this](const fake_peer::request& request) {
    const callback_parts parts{request};
    EXPECT_TRUE(callbacks->deliver(parts.task_id, parts.token, answer_body));
    return http_response(202, "");
  }));
  const answer_slot second;

  tested->start(make_task("quick"), slot.taker());
  EXPECT_EQ(slot.wait().content, "called back");
  EXPECT_EQ(slot.count(), 1u);

  tested->start(make_task("next"), second.taker());
  EXPECT_EQ(second.wait().content, "called back");
}

TEST_F(HttpCallback, CallbackWinsOverTheResponse) {
  serve(answer_with([this](const fake_peer::request& request) {
    const callback_parts parts{request};
    EXPECT_TRUE(callbacks->deliver(parts.task_id, parts.token, answer_body));
    return http_response(500, "");
  }));

  tested->start(make_task("quick"), slot.taker());

  EXPECT_EQ(slot.wait().content, "called back");
  EXPECT_EQ(slot.count(), 1u);
}

TEST_F(HttpCallback, AnswerInTheResponseClosesTheCallback) {
  std::promise<callback_parts> seen;
  serve(answer_with([&](const fake_peer::request& request) {
    seen.set_value(callback_parts{request});
    return http_response(200, R"({"content":"at once"})");
  }));

  tested->start(make_task("x"), slot.taker());

  EXPECT_EQ(slot.wait().content, "at once");
  const auto parts = seen.get_future().get();
  EXPECT_EQ(callbacks->deliver(parts.task_id, parts.token, answer_body).error().code,
            errc::conflict);
}

TEST_F(HttpCallback, FailureClosesTheCallback) {
  std::promise<callback_parts> seen;
  serve(answer_with([&](const fake_peer::request& request) {
    seen.set_value(callback_parts{request});
    return http_response(500, "");
  }));

  tested->start(make_task("x"), slot.taker());

  EXPECT_EQ(slot.wait().error, "agent answered 500");
  const auto parts = seen.get_future().get();
  EXPECT_EQ(callbacks->deliver(parts.task_id, parts.token, answer_body).error().code,
            errc::conflict);
}

TEST_F(HttpCallback, CancelClosesTheCallback) {
  serve(accept());
  const auto task = make_task("later");
  tested->start(task, slot.taker());
  const auto parts = accepted.get_future().get();

  tested->cancel(task->id);

  EXPECT_EQ(slot.wait().error, "task was canceled");
  EXPECT_EQ(callbacks->deliver(task->id, parts.token, answer_body).error().code, errc::conflict);
  EXPECT_EQ(slot.count(), 1u);
}

TEST_F(HttpCallback, TimeoutCountsUntilTheCallback) {
  serve(accept(), 1000ms);
  const auto task = make_task("later");

  tested->start(task, slot.taker());
  const auto parts = accepted.get_future().get();

  EXPECT_EQ(slot.wait().error, "agent did not answer within 1000 ms");
  EXPECT_EQ(callbacks->deliver(task->id, parts.token, answer_body).error().code, errc::conflict);
}

TEST_F(HttpCallback, DestructionClosesTheCallback) {
  serve(accept());
  const auto task = make_task("later");
  tested->start(task, slot.taker());
  const auto parts = accepted.get_future().get();

  tested.reset();

  EXPECT_EQ(slot.wait().error, "agent was stopped");
  EXPECT_EQ(callbacks->deliver(task->id, parts.token, answer_body).error().code, errc::conflict);
}

TEST_F(HttpCallback, TaskHandedOverAgainKeepsItsToken) {
  std::vector<callback_parts> seen;
  counter requests;
  serve(answer_with([&](const fake_peer::request& request) {
    seen.emplace_back(request);
    requests.add();
    return http_response(202, "");
  }));
  const answer_slot second;
  const auto task = make_task("twice");
  tested->start(task, slot.taker());
  requests.await(1);

  tested->start(task, second.taker());
  requests.await(2);

  EXPECT_EQ(slot.wait().error, "task was sent again");
  EXPECT_EQ(seen[0].token, seen[1].token);
  EXPECT_TRUE(callbacks->deliver(task->id, seen[0].token, answer_body));
  EXPECT_EQ(second.wait().content, "called back");
}

} // namespace

} // namespace callboard::test
