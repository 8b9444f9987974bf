#include "agents/error_reason.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace callboard::agents {

namespace {

struct reason_case {
  std::string body;
  std::string reason;
};

// Most of these ended as "agent answered 400" and nothing more.
TEST(ErrorReason, IsFoundInTheFormsOfManyServers) {
  const std::vector<reason_case> cases{
    // OpenAI; Ollama; vLLM and Fastify.
    {R"({"error":{"message":"Bad key.","type":"auth","param":null}})", "Bad key."},
    {R"({"error":"model 'x' not found"})", "model 'x' not found"},
    {R"({"object":"error","message":"no","code":400})", "no"},
    // Gemini.
    {R"([{"error":{"code":400,"message":"API key not valid.","status":"INVALID_ARGUMENT"}}])",
     "API key not valid."},
    // FastAPI.
    {R"({"detail":"Not Found"})", "Not Found"},
    {R"({"detail":[{"type":"missing","loc":["body","model"],"msg":"Field required"},
                   {"type":"missing","loc":["body","n"],"msg":"Not a number"}]})",
     "Field required; Not a number"},
    {R"({"detail":[{"loc":["body"]}]})", ""},
    // JSON:API, GraphQL, Laravel and others.
    {R"({"errors":[{"title":"Invalid","detail":"too long"}]})", "too long"},
    {R"({"errors":["one","two"]})", "one; two"},
    {R"({"msg":"no"})", "no"},
    {R"({"title":"Teapot","status":418})", "Teapot"},
    {R"({"error":true,"message":"no"})", "no"},
    {R"({"error":"  ","message":"no"})", "no"},
    {R"({"error":{"error":{"errors":[[{"msg":"deep"}]]}}})", "deep"},
    {R"("just a text")", "just a text"},
    {R"(["a","",{"x":1},"b"])", "a; b"},
    // Plain text: Ollama, Go's standard library, proxies.
    {"404 page not found\n", "404 page not found"},
    {"no\r\n\r\n  at line 1\tof 2\x01!", "no at line 1 of 2 !"},
    {"upstream connect error: a < b", "upstream connect error: a < b"},
    {"{\"error\":\"cut o", "{\"error\":\"cut o"},
    {"caf\xE9", "caf\xEF\xBF\xBD"},
    // Nothing that is meant for people, or nothing at all.
    {"<html><body>Bad gateway</body></html>", ""},
    {"\xEF\xBB\xBF\n <!DOCTYPE html>", ""},
    {"Error\n<HTML>", ""},
    {R"({"message":"<html>Bad gateway</html>"})", ""},
    {R"({"oops":1})", ""},
    {R"({"error":7})", ""},
    {"404", ""},
    {"null", ""},
    {"", ""},
    {" \n", ""},
    {"\xE2\x80\x8B\x01", ""},
    {std::string("a\0b", 3), ""},
  };
  for (const auto& expected : cases)
    EXPECT_EQ(error_reason(expected.body, {}), expected.reason) << expected.body;
}

TEST(ErrorReason, IsCutAfterTwoHundredCharacters) {
  std::string umlauts;
  std::string shown;
  for (int n = 0; n < 300; ++n) {
    umlauts += "ä";
    if (n < 200)
      shown += "ä";
  }

  EXPECT_EQ(error_reason(umlauts, {}), shown);
  EXPECT_EQ(error_reason(R"({"error":")" + umlauts + R"("})", {}), shown);
  EXPECT_EQ(error_reason(std::string(200, 'x'), {}), std::string(200, 'x'));
}

TEST(ErrorReason, SecretsAreMaskedBeforeTheCut) {
  const std::vector<std::string> secrets{"", "sk-secret"};

  EXPECT_EQ(error_reason("sk-secret, sk-secret!", secrets), "***, ***!");
  EXPECT_EQ(error_reason(std::string(197, 'x') + "sk-secret", secrets),
            std::string(197, 'x') + "***");
}

} // namespace

} // namespace callboard::agents
