#include "bench/load/endpoint.hpp"

#include <gtest/gtest.h>

namespace callboard::bench {
namespace {

struct accepted_url {
  const char* text;
  endpoint wanted;
};

TEST(ParseUrl, TakesHostsAndAddresses) {
  const accepted_url cases[]{{"http://127.0.0.1:3000", {"127.0.0.1", 3000}},
                             {"http://localhost:8080/", {"localhost", 8080}},
                             {"http://example.com", {"example.com", 80}},
                             {"http://[::1]:3000", {"::1", 3000}},
                             {"http://[::1]", {"::1", 80}}};

  for (const auto& each : cases) {
    auto made = parse_url(each.text);
    ASSERT_TRUE(made) << each.text;
    EXPECT_EQ(*made, each.wanted) << each.text;
  }
}

TEST(ParseUrl, RefusesWhatItCannotLoad) {
  for (const auto* text : {"", "127.0.0.1:3000", "https://127.0.0.1", "http://", "http://:3000",
                           "http://a:0", "http://a:65536", "http://a:1x",
                           "http://a:", "http://a/path", "http://u@a", "http://[::1]x"}) {
    auto made = parse_url(text);
    ASSERT_FALSE(made) << text;
    EXPECT_EQ(made.error().code, errc::invalid_argument) << text;
  }
}

TEST(Endpoint, PutsBracketsAroundIpv6) {
  EXPECT_EQ((endpoint{"::1", 3000}.authority()), "[::1]:3000");
  EXPECT_EQ((endpoint{"localhost", 80}.authority()), "localhost:80");
}

} // namespace
} // namespace callboard::bench
