#include "agents/answer_json.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace callboard::agents {

namespace {

struct good_case {
  std::string text;
  answer_status status;
  std::string content;
  std::string metadata;
  std::string error;
  bool is_final = false;
};

constexpr auto completed = answer_status::completed;
constexpr auto wants_more = answer_status::wants_more;
constexpr auto failed = answer_status::failed;

const std::vector<good_case> good_cases{
  {R"({"content":"hi"})", completed, "hi", "", ""},
  {R"({"status":"completed","content":"hi"})", completed, "hi", "", ""},
  {R"({"status":"completed"})", completed, "", "", ""},
  {R"({"status":"continue","content":"more"})", wants_more, "more", "", ""},
  {R"({"metadata":{"n": 1}})", completed, "", R"({"n":1})", ""},
  {R"({"content":"hi","metadata":{},"other":[1]})", completed, "hi", "{}", ""},
  // As it came: members in their order, numbers and texts as they are spelled.
  {R"({"content":"hi","metadata":{"z": 1e2, "a": [-0, 1.50, 18446744073709551616, 1e400]}})",
   completed, "hi", R"({"z":1e2,"a":[-0,1.50,18446744073709551616,1e400]})", ""},
  {R"({"content":"hi","metadata":{"a":1,"b":"\u00e9","a":2}})", completed, "hi",
   R"({"a":2,"b":"\u00e9"})", ""},
  {R"({"content":"hi","other":1e400})", completed, "hi", "", ""},
  {R"({"content":"hi","status":null,"metadata":null,"error":null,"final":null})", completed, "hi",
   "", ""},
  {R"({"status":"failed","error":"no"})", failed, "", "", "no"},
  {R"({"status":"failed","error":"no","final":true})", failed, "", "", "no", true},
  {R"({"status":"failed"})", failed, "", "", "agent failed without giving a reason"},
  {R"({"error":"no"})", failed, "", "", "no"},
  {R"({"error":"no","content":"yes"})", completed, "yes", "", ""},
  // Completed with an empty text, they hid that the agent had failed.
  {R"({"content":"","error":"no"})", failed, "", "", "no"},
  {R"({"content":"","error":"no","final":true})", failed, "", "", "no", true},
  {R"({"content":"","error":"no","status":null})", failed, "", "", "no"},
  {R"({"content":" \n","error":"no"})", failed, " \n", "", "no"},
  {R"({"content":null,"error":"no"})", failed, "", "", "no"},
  {R"({"content":"","metadata":{},"error":"no"})", failed, "", "{}", "no"},
  {R"({"status":"failed","error":" "})", failed, "", "", "agent failed without giving a reason"},
  {R"({"content":"","error":""})", completed, "", "", ""},
  {R"({"content":"","error":" "})", completed, "", "", ""},
  {R"({"content":"","error":null})", completed, "", "", ""},
  {R"({"status":"completed","content":"","error":"no"})", completed, "", "", ""},
  {R"({"content":"hi","final":true})", completed, "hi", "", ""},
  {R"({"content":"a","content":"b"})", completed, "b", "", ""}};

TEST(AnswerJson, MembersAreRead) {
  for (const auto& expected : good_cases) {
    SCOPED_TRACE(expected.text.substr(0, 80));

    const auto answer = parse_answer(expected.text);

    ASSERT_TRUE(answer) << answer.error().message;
    EXPECT_EQ(answer->status, expected.status);
    EXPECT_EQ(answer->content, expected.content);
    EXPECT_EQ(answer->metadata.text(), expected.metadata);
    EXPECT_EQ(answer->error, expected.error);
    EXPECT_EQ(answer->is_final, expected.is_final);
  }
}

struct bad_case {
  std::string text;
  std::string fault;
};

const std::vector<bad_case> bad_cases{
  {"", "invalid JSON: "},
  {"hello", "invalid JSON: "},
  {R"({"content":"hi")", "invalid JSON: "},
  {"{\"content\":\"\xFF\"}", "invalid JSON: "},
  {R"({"content":"a\u0000b"})", "NUL"},
  {std::string(65, '[') + std::string(65, ']'), "nested deeper than 64"},
  {'"' + std::string(2 * 1024 * 1024, 'x') + '"', "longer than 2097152 bytes"},
  {"[]", "must be an object"},
  {"null", "must be an object"},
  {R"("text")", "must be an object"},
  {"{}", "must have status, content"},
  {R"({"message":"hi"})", "must have status, content"},
  {R"({"content":1})", "content must be a string"},
  {R"({"content":{"text":"hi"}})", "content must be a string"},
  {R"({"status":"done"})", "status must be"},
  {R"({"status":1})", "status must be"},
  {R"({"content":"hi","metadata":[]})", "metadata must be an object"},
  {R"({"content":"hi","metadata":"x"})", "metadata must be an object"},
  {R"({"status":"failed","error":7})", "error must be a string"},
  {R"({"status":"failed","error":"x","final":"yes"})", "final must be true or false"}};

TEST(BadAnswerJson, FaultIsNamed) {
  for (const auto& expected : bad_cases) {
    SCOPED_TRACE(expected.text.substr(0, 80));

    const auto answer = parse_answer(expected.text);

    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().code, errc::invalid_argument);
    EXPECT_NE(answer.error().message.find(expected.fault), std::string::npos)
      << answer.error().message;
  }
}

TEST(AnswerOrFailure, BrokenJsonFailsTheTask) {
  const auto answer = answer_or_failure("{]");

  EXPECT_EQ(answer.status, answer_status::failed);
  EXPECT_TRUE(answer.error.starts_with("agent's answer is not valid JSON: ")) << answer.error;
  EXPECT_FALSE(answer.is_final);
}

// "error must be a string" was all that was told of {"error":{"message":"boom"}}.
TEST(AnswerOrFailure, ReasonInAnotherFormIsKept) {
  const std::vector<std::string> secrets{"sk-secret"};

  EXPECT_EQ(answer_or_failure(R"({"error":{"message":"boom sk-secret"}})", secrets).error,
            "agent's answer is invalid: error must be a string: boom ***");
  EXPECT_EQ(answer_or_failure(R"({"detail":"boom"})").error,
            "agent's answer is invalid: an answer must have status, content, metadata or error: "
            "boom");
}

TEST(AnswerOrFailure, WrongTypeFailsTheTask) {
  const auto answer = answer_or_failure(R"({"content":5})");

  EXPECT_EQ(answer.status, answer_status::failed);
  EXPECT_EQ(answer.error, "agent's answer is invalid: content must be a string");
}

} // namespace

} // namespace callboard::agents
