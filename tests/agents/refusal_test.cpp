#include <callboard/agents.hpp>

#include "tests/agents/tasks.hpp"
#include "tests/support/fake_peer.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <string_view>
#include <vector>

// Which failures say that the agent has certainly not begun the work.

namespace callboard::test {

namespace {

using agent_maker = std::function<std::shared_ptr<agent>(const std::string& url)>;

struct agent_kind {
  std::string_view name;
  agent_maker make;
};

const agent_kind kinds[] = {
  {"http",
   [](const std::string& url) {
     http_agent_options options;
     options.url = url;
     return make_http_agent(options, make_outbound_http(), nullptr).value();
   }},
  {"openai",
   [](const std::string& url) {
     openai_options options;
     options.base_url = url;
     options.model = "tiny";
     return make_openai_agent(options, make_outbound_http()).value();
   }},
};

agent_answer answer_at(const agent_kind& kind, const std::string& url) {
  const auto tested = kind.make(url);
  const answer_slot slot;
  tested->start(make_task("x"), slot.taker());
  return slot.wait();
}

fake_peer::script with_status(int status) {
  return answer_with([status](const auto&) { return http_response(status, "{}"); });
}

fake_peer::script say_and_close(std::string bytes) {
  return [said = std::move(bytes)](fake_peer::connection& talk) {
    talk.read();
    talk.send(said);
  };
}

} // namespace

TEST(Refusal, StatusesOfWorkThatWasNotBegun) {
  for (const auto& kind : kinds)
    for (const auto status : {301, 400, 401, 404, 408, 409, 425, 429, 500, 502, 503, 504}) {
      fake_peer peer{with_status(status)};

      const auto answer = answer_at(kind, peer.url());

      EXPECT_EQ(answer.is_refusal, status == 425 || status == 429 || status == 503)
        << kind.name << " " << status;
    }
}

TEST(Refusal, AgentsThatWereNotReached) {
  for (const auto& kind : kinds) {
    const auto refused = "http://127.0.0.1:" + std::to_string(closed_port()) + "/";

    EXPECT_TRUE(answer_at(kind, refused).is_refusal) << kind.name;
    EXPECT_TRUE(answer_at(kind, "http://no-such-host.invalid/").is_refusal) << kind.name;
  }
}

TEST(Refusal, AgentsThatMayHaveBegunTheWork) {
  const std::vector<fake_peer::script> scripts{
    say_and_close(""),
    say_and_close("hello"),
    say_and_close("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{\"co"),
    say_and_close(http_response(200, "<html>")),
    say_and_close(http_response(200, R"({"status":"failed","error":"busy","content":""})")),
  };
  for (const auto& kind : kinds)
    for (std::size_t i = 0; i < scripts.size(); ++i) {
      fake_peer peer{scripts[i]};

      const auto answer = answer_at(kind, peer.url());

      EXPECT_EQ(answer.status, answer_status::failed) << kind.name << " " << i;
      EXPECT_FALSE(answer.is_refusal) << kind.name << " " << i;
    }
}

TEST(Refusal, AddressThatMustNotBeAskedIsNone) {
  const auto client = make_outbound_http({.allow = {}, .deny = {"127.0.0.0/8"}}).value();
  http_agent_options options;
  options.url = "http://127.0.0.1:1/";
  const auto tested = make_http_agent(options, client, nullptr).value();
  const answer_slot slot;

  tested->start(make_task("x"), slot.taker());

  EXPECT_FALSE(slot.wait().is_refusal);
}

} // namespace callboard::test
