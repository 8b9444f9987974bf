#include "agents/secrets.hpp"

#include "agents/http/webhook_signature.hpp"

#include <gtest/gtest.h>

#include <set>
#include <string>
#include <utility>
#include <vector>

namespace callboard::agents {

namespace {

TEST(Base64, ExamplesOfTheStandardGoBothWays) {
  // RFC 4648, section 10.
  const std::vector<std::pair<std::string, std::string>> examples{{"", ""},
                                                                  {"f", "Zg=="},
                                                                  {"fo", "Zm8="},
                                                                  {"foo", "Zm9v"},
                                                                  {"foob", "Zm9vYg=="},
                                                                  {"fooba", "Zm9vYmE="},
                                                                  {"foobar", "Zm9vYmFy"}};
  for (const auto& [bytes, text] : examples) {
    EXPECT_EQ(to_base64(bytes), text);
    EXPECT_EQ(from_base64(text), bytes);
  }
}

TEST(Base64, WhatIsNoBase64IsRefused) {
  for (const auto* bad :
       {"Z", "Zg", "Zg=", "Zg===", "Z===", "Zm9v\n", " Zm9v   ", "Zm9?", "Zg==Zg==", "=Zg="})
    EXPECT_EQ(from_base64(bad), std::nullopt) << bad;
}

TEST(RandomToken, TokensAreLongUrlSafeAndNeverTheSame) {
  std::set<std::string> tokens;
  for (int n = 0; n < 100; ++n) {
    const auto token = random_token(32);
    EXPECT_EQ(token.size(), 43u);
    EXPECT_EQ(
      token.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"),
      std::string::npos);
    tokens.insert(token);
  }
  EXPECT_EQ(tokens.size(), 100u);
}

TEST(IsSameSecret, OnlyEqualTextsAreTheSame) {
  EXPECT_TRUE(is_same_secret("abc", "abc"));
  EXPECT_TRUE(is_same_secret("", ""));
  EXPECT_FALSE(is_same_secret("abc", "abd"));
  EXPECT_FALSE(is_same_secret("abc", "ab"));
  EXPECT_FALSE(is_same_secret("", "a"));
}

TEST(WebhookSignature, ExampleOfTheReferenceLibrariesIsMatched) {
  const auto key = webhook_key("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");

  ASSERT_TRUE(key);
  EXPECT_EQ(webhook_signature(*key, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1'614'265'330,
                              R"({"test": 2432232314})"),
            "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
}

TEST(WebhookKey, PlainSecretIsItsBytes) {
  EXPECT_EQ(webhook_key("a plain secret").value(), "a plain secret");
}

// Symptom: these were taken as plain text, and receivers, which know better, refused every request.
TEST(WebhookKey, WhatOnlyLooksLikeASecretIsRefused) {
  for (const auto* bad :
       {"v1,whsec_aGVsbG8=", " whsec_aGVsbG8=", "whsec_aGVsbG8= ", "whsec_aGVsbG8=\n", "\tplain",
        "plain ", " ", "\"whsec_aGVsbG8=\"", "'whsec_aGVsbG8='",
        "Whsec_aGVsbG8=", "WHSEC_aGVsbG8=", "whsk_aGVsbG8=", "whpk_aGVsbG8="}) {
    const auto key = webhook_key(bad);

    ASSERT_FALSE(key) << bad;
    EXPECT_EQ(key.error().code, errc::invalid_argument);
    EXPECT_EQ(key.error().message.find("aGVs"), std::string::npos) << "the secret stays secret";
  }
  EXPECT_EQ(webhook_key("two words").value(), "two words");
}

TEST(WebhookKey, BrokenSecretIsRefused) {
  for (const auto* bad : {"whsec_", "whsec_???", "whsec_Zg"}) {
    const auto key = webhook_key(bad);
    ASSERT_FALSE(key) << bad;
    EXPECT_EQ(key.error().code, errc::invalid_argument);
  }
}

} // namespace

} // namespace callboard::agents
