#include "app/config/mask_url.hpp"

#include <gtest/gtest.h>

namespace callboard::app {

namespace {

using texts = std::vector<std::string>;

struct masking {
  std::string_view url;
  std::string_view masked;
};

// Symptom: `check-config` printed the token in `"url":"https://agent.example/tasks?token=…"`.
constexpr masking maskings[] = {
  {"", ""},
  {"http://host", "http://host"},
  {"http://host:80/a/b", "http://host:80/a/b"},
  {"http://host/?token=s3cret", "http://host/?token=***"},
  {"http://host?token=s3cret", "http://host?token=***"},
  {"http://host/?a=1&token=s3cret&b=", "http://host/?a=***&token=***&b="},
  {"http://host/?a=1;token=s3cret", "http://host/?a=***;token=***"},
  {"http://host/?s3cret", "http://host/?***"},
  {"http://host/?a=x=y==", "http://host/?a=***"},
  {"http://host/?a=1?b=2/3", "http://host/?a=***"},
  {"http://host/?a=1#s3cret", "http://host/?a=***#***"},
  {"http://host/#s3cret=x", "http://host/#***"},
  {"http://host/?token=${TOKEN}", "http://host/?token=${TOKEN}"},
  {"http://host/?token=x${TOKEN}", "http://host/?token=***"},
  {"http://host/?token=${A}${B}", "http://host/?token=***"},
  {"http://me@host/", "http://***@host/"},
  {"http://me:pass@host/", "http://***@host/"},
  {"http://me:p@ss@host:1/", "http://***@host:1/"},
  {"http://:pass@host/", "http://***@host/"},
  {"http://host/a@b", "http://host/a@b"},
  {"http://host/?at=a@b", "http://host/?at=***"},
  // Texts that are refused are shown, too.
  {"me:pass@host/?token=s3cret", "***@host/?token=***"},
  {"htp://me:pass@host", "htp://***@host"},
  {"nothing", "nothing"},
};

TEST(MaskUrl, UserQueryAndFragmentAreMasked) {
  for (const auto& [url, masked] : maskings)
    EXPECT_EQ(masked_url(url), masked) << url;
}

TEST(MaskUrl, SecretsAreWhatIsMasked) {
  EXPECT_EQ(secrets_in_url("http://host/a"), texts{});
  EXPECT_EQ(secrets_in_url("http://me:pass@host/?a=1&b#c"),
            (texts{"me:pass", "pass", "1", "b", "c"}));
}

} // namespace

} // namespace callboard::app
