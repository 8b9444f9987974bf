// How often clients may ask, seen from outside.

#include <string>

#include <gtest/gtest.h>

#include "tests/http/sample_keys.hpp"
#include "tests/http/transport/server_fixture.hpp"

namespace callboard::tests {
namespace {

std::string asking_with(const std::string& key) {
  return make_request("GET", jobs_path, "X-API-Key: " + key + "\r\n");
}

http_options with_keys() {
  http_options options;
  options.keys = {key_with_all_scopes()};
  options.rates.window = std::chrono::hours{1};
  return options;
}

TEST(ServerLimits, FailuresAreCountedOverConnectionsAndEndThem) {
  auto options = with_keys();
  options.rates.failed_keys_per_address = 2;
  const running_server running{calling::inside, options};
  auto first = running.connect();
  ASSERT_EQ(first.exchange(asking_with("guess")).status, 401);
  ASSERT_EQ(running.connect().exchange(asking_with("guess")).status, 401);

  EXPECT_EQ(first.exchange(asking_with("guess")).status, 429);

  EXPECT_EQ(first.receive_until_closed(), "");
  EXPECT_EQ(running.connect().exchange(asking_with(key_text)).status, 200);
}

TEST(ServerLimits, PipelinedRequestsAreCountedOneByOne) {
  auto options = with_keys();
  options.rates.requests_per_key = 5;
  options.rates.requests_per_address = 100;
  const running_server running{calling::inside, options};
  auto client = running.connect();
  for (int i = 0; i < 7; ++i)
    client.send(asking_with(key_text));

  for (int i = 0; i < 7; ++i) {
    const auto answer = client.receive();
    EXPECT_EQ(answer.status, i < 5 ? 200 : 429) << i;
    EXPECT_EQ(answer.count("RateLimit"), 2U) << "of the address and of the key";
  }
}

} // namespace
} // namespace callboard::tests
