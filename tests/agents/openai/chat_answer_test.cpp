// What an openai agent makes of complete responses.

#include "agents/openai/chat_completion.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <string>
#include <vector>

namespace callboard::agents {

namespace {

using nlohmann::json;

/// A response with one choice.
std::string with_choice(const std::string& message, const std::string& more = "") {
  return R"({"choices":[{"message":)" + message + more + "}]}";
}

std::string with_content(const std::string& content, const std::string& finish_reason = "stop") {
  return with_choice(R"({"role":"assistant","content":)" + content + '}',
                     R"(,"finish_reason":")" + finish_reason + '"');
}

struct text_case {
  std::string name;
  std::string body;
  std::string content;
};

// A list of parts failed, with a thinking part or without.
TEST(ChatAnswer, TextOfTheFirstChoiceIsTheAnswer) {
  const std::vector<text_case> cases{
    {"plain", with_content(R"("Okay")"), "Okay"},
    {"with blanks around", with_content(R"("\n Okay \n")"), "\n Okay \n"},
    {"thinking part", with_content(R"([{"type":"thinking","thinking":[{"type":"text","text":"hm"}]},
                      {"type":"text","text":"Okay"}])"),
     "Okay"},
    {"text parts", with_content(R"([{"type":"text","text":"O"},{"type":"text","text":"kay"}])"),
     "Okay"},
    {"parts of other kinds",
     with_content(
       R"([{"type":"image_url","image_url":{"url":"data:"}},{"type":"text","text":"Okay"},
                      {"type":"reference","reference_ids":[1]}])"),
     "Okay"},
    {"texts in a list", with_content(R"(["O","kay"])"), "Okay"},
    {"one part", with_content(R"({"type":"text","text":"Okay"})"), "Okay"},
    {"cut off", with_content(R"("Oka")", "length"), "Oka"},
    {"reasoning beside", with_choice(R"({"content":"Okay","reasoning_content":"hm"})"), "Okay"},
    {"empty members beside",
     with_choice(R"({"content":"Okay","refusal":null,"tool_calls":[],"function_call":null,
                    "audio":null,"reasoning":null})",
                 R"(,"finish_reason":null,"error":null)"),
     "Okay"},
    {"blank refusal", with_choice(R"({"content":"Okay","refusal":""})"), "Okay"},
    {"no error", R"({"error":null,"choices":[{"message":{"content":"Okay"}}]})", "Okay"},
    {"another reason to stop", with_content(R"("Okay")", "eos_token"), "Okay"},
  };
  for (const auto& expected : cases) {
    SCOPED_TRACE(expected.name);

    const auto answer = chat_answer(expected.body);

    EXPECT_EQ(answer.status, answer_status::completed) << answer.error;
    EXPECT_EQ(answer.content, expected.content);
  }
}

TEST(ChatAnswer, LengthIsToldInTheMetadata) {
  const auto answer = chat_answer(with_content(R"("Oka")", "length"));

  EXPECT_EQ(json::parse(answer.metadata.text()), json::parse(R"({"finishReason":"length"})"));
}

struct failure_case {
  std::string name;
  std::string body;
  std::string error;
};

const std::string lacking = "agent's answer has no text in its first choice";
const std::string unfinished = "agent's answer is not a complete text: ";
const std::string tool_calls
  = R"("tool_calls":[{"id":"c","type":"function","function":{"name":"f","arguments":"{}"}}])";

void expect_failures(const std::vector<failure_case>& cases) {
  for (const auto& expected : cases) {
    SCOPED_TRACE(expected.name);

    const auto answer = chat_answer(expected.body);

    EXPECT_EQ(answer.status, answer_status::failed) << answer.content;
    EXPECT_EQ(answer.error, expected.error);
    EXPECT_FALSE(answer.is_final);
  }
}

// All of these were completed with an empty or half text, and nobody was told why.
TEST(ChatAnswer, WhatIsNoFinishedTextFails) {
  expect_failures({
    {"tool calls",
     with_choice(R"({"role":"assistant","content":"",)" + tool_calls + '}',
                 R"(,"finish_reason":"tool_calls")"),
     unfinished + "finish_reason tool_calls"},
    {"tool calls with stop",
     with_choice(R"({"content":"",)" + tool_calls + '}', R"(,"finish_reason":"stop")"),
     lacking + ": tool calls only (finish_reason stop)"},
    {"tool calls after a text",
     with_choice(R"({"content":"Let me see.",)" + tool_calls + '}', R"(,"finish_reason":"stop")"),
     unfinished + "tool calls follow it"},
    {"tool calls without content", with_choice('{' + tool_calls + '}'),
     lacking + ": tool calls only"},
    {"function call",
     with_choice(R"({"content":"","function_call":{"name":"f","arguments":"{}"}})",
                 R"(,"finish_reason":"function_call")"),
     unfinished + "finish_reason function_call"},
    {"function call with stop",
     with_choice(R"({"content":null,"function_call":{"name":"f","arguments":"{}"}})",
                 R"(,"finish_reason":"stop")"),
     lacking + ": tool calls only (finish_reason stop)"},
    {"reasoning_content only",
     with_choice(R"({"content":"","reasoning_content":"hm"})", R"(,"finish_reason":"stop")"),
     lacking + ": reasoning only (finish_reason stop)"},
    {"reasoning only, cut off",
     with_choice(R"({"content":"","reasoning":"hm"})", R"(,"finish_reason":"length")"),
     lacking + ": reasoning only (finish_reason length)"},
    {"thinking part only",
     with_content(R"([{"type":"thinking","thinking":[{"type":"text","text":"hm"}]}])"),
     lacking + ": reasoning only (finish_reason stop)"},
    {"filtered", with_content(R"("")", "content_filter"),
     unfinished + "finish_reason content_filter"},
    {"half filtered", with_content(R"("Half a")", "content_filter"),
     unfinished + "finish_reason content_filter"},
    {"filtered, with details", with_content(R"("Half a")", "content_filter: RECITATION"),
     unfinished + "finish_reason content_filter: RECITATION"},
    {"filtered in other words", with_content(R"("Half a")", "SAFETY"),
     unfinished + "finish_reason SAFETY"},
    {"aborted", with_content(R"("Half a")", "abort"), unfinished + "finish_reason abort"},
    {"error as a reason", with_content(R"("Half a")", "error"), unfinished + "finish_reason error"},
    {"audio only",
     with_choice(R"({"content":"","audio":{"id":"a","data":"AAAA"}})",
                 R"(,"finish_reason":"stop")"),
     lacking + ": audio only (finish_reason stop)"},
    {"empty", with_content(R"("")"), lacking + ": blanks only (finish_reason stop)"},
    {"blanks only", with_content(R"(" \n\t\u00a0\u200b")"),
     lacking + ": blanks only (finish_reason stop)"},
    {"cut off before the text", with_content(R"("")", "length"),
     lacking + ": blanks only (finish_reason length)"},
    {"no parts", with_content("[]"), lacking + " (finish_reason stop)"},
    {"number", with_content("7"), lacking + " (finish_reason stop)"},
    {"no message", R"({"choices":[{"finish_reason":"stop"}]})", lacking + " (finish_reason stop)"},
    {"no choices", R"({"choices":[]})", lacking},
    {"choices null", R"({"choices":null})", lacking},
    {"no object", "[]", lacking},
  });
}

TEST(ChatAnswer, RefusalsAndErrorsFailWithTheirReason) {
  expect_failures({
    {"refusal", with_choice(R"({"content":null,"refusal":"I cannot"})"), "model refused: I cannot"},
    {"refusal beside an empty text", with_choice(R"({"content":"","refusal":"I cannot"})"),
     "model refused: I cannot"},
    {"refusal beside a text", with_choice(R"({"content":"Sorry","refusal":"I cannot"})"),
     "model refused: I cannot"},
    {"refusal part", with_content(R"([{"type":"refusal","refusal":"I cannot"}])"),
     "model refused: I cannot"},
    {"error at the top", R"({"error":{"message":"upstream is down"}})",
     "agent answered 200 with an error: upstream is down"},
    {"error beside a text", R"({"error":"too late","choices":[{"message":{"content":"Half a"}}]})",
     "agent answered 200 with an error: too late"},
    {"error in the choice",
     with_choice(R"({"content":"Half a"})", R"(,"error":{"code":502,"message":"Provider failed"})"),
     "agent answered 200 with an error: Provider failed"},
    {"error in the message", with_choice(R"({"content":"","error":"overloaded"})"),
     "agent answered 200 with an error: overloaded"},
    {"error without a reason", R"({"error":{"code":7},"choices":[]})",
     "agent answered 200 with an error"},
    {"array around the error", R"([{"error":{"message":"no"}}])",
     "agent answered 200 with an error: no"},
    {"detail", R"({"detail":"Not Found"})", "agent answered 200 with an error: Not Found"},
  });
}

TEST(ChatAnswer, SecretsInAReasonAreMasked) {
  const std::vector<std::string> secrets{"sk-secret"};

  EXPECT_EQ(chat_answer(R"({"error":"key sk-secret is gone"})", secrets).error,
            "agent answered 200 with an error: key *** is gone");
  EXPECT_EQ(chat_answer(with_choice(R"({"refusal":"sk-secret?"})"), secrets).error,
            "model refused: ***?");
}

} // namespace

} // namespace callboard::agents
