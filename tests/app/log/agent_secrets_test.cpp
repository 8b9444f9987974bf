#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "app/log/agent_secrets.hpp"

namespace callboard::app {

namespace {

using texts = std::vector<std::string>;

template <class Settings>
texts secrets_in(Settings settings) {
  agent_config one;
  one.settings = std::move(settings);
  return secrets_of({one});
}

TEST(AgentSecrets, KeysHeadersAndEnvironmentsAreSecret) {
  http_agent_options http;
  http.secret = "signing-secret";
  http.headers = {{"Authorization", "Bearer webhook-key"}};
  openai_options openai;
  openai.api_key = "model-key";
  exec_options exec;
  exec.env = {{"TOKEN", "program-token"}};

  EXPECT_EQ(secrets_in(http), (texts{"Bearer webhook-key", "signing-secret", "webhook-key"}));
  EXPECT_EQ(secrets_in(openai), texts{"model-key"});
  EXPECT_EQ(secrets_in(exec), texts{"program-token"});
  EXPECT_EQ(secrets_in(echo_options{.prefix = "not a secret"}), texts{});
}

TEST(AgentSecrets, ShortTextsAreNone) {
  http_agent_options http;
  http.headers = {{"Accept", "a/b"}, {"X-Flag", "yes"}};

  EXPECT_EQ(secrets_in(http), texts{});
}

TEST(AgentSecrets, EachOneInATextIsReplaced) {
  const texts secrets{"key-key-key", "key-key"};

  EXPECT_EQ(without_secrets("a key-key-key, key-key and key-keykey-key", secrets),
            "a ***, *** and ******");
  EXPECT_EQ(without_secrets("nothing here", secrets), "nothing here");
  EXPECT_EQ(without_secrets("nothing here", {}), "nothing here");
}

} // namespace

} // namespace callboard::app
