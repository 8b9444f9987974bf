// Requests changed at random: whatever comes of them, it does not depend on how they are cut, and
// the parser behind the reader never sees another request than the reader does.

#include <array>
#include <random>
#include <stdexcept>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tests/http/framing/framing_cases.hpp"
#include "tests/http/framing/framing_run.hpp"
#include "tests/support/random_seed.hpp"

namespace callboard::tests {
namespace {

/// What a change may put in: bytes and words that mean something in a head.
const std::array<std::string, 32> tokens{"\r",
                                         "\n",
                                         "\r\n",
                                         "\r\n\r\n",
                                         " ",
                                         "\t",
                                         ":",
                                         ";",
                                         ",",
                                         "=",
                                         "\"",
                                         "/",
                                         "*",
                                         "#",
                                         "0",
                                         "5",
                                         "a",
                                         std::string(1, '\0'),
                                         "\x7f",
                                         "\xff",
                                         "HTTP/1.1",
                                         "HTTP/1.0",
                                         "Host: a\r\n",
                                         "Content-Length: 5\r\n",
                                         "Content-Length: 0\r\n",
                                         "Transfer-Encoding: chunked\r\n",
                                         "chunked",
                                         "0\r\n\r\n",
                                         "GET / HTTP/1.1\r\nHost: a\r\n\r\n",
                                         "Connection: upgrade\r\nUpgrade: x\r\n",
                                         "http://a",
                                         "Expect: 100-continue\r\n"};

class mutator {
public:
  explicit mutator(std::uint64_t seed) : random_(seed) {
    // nop
  }

  std::size_t below(std::size_t end) {
    return std::uniform_int_distribution<std::size_t>{0, end - 1}(random_);
  }

  std::string change(std::string bytes, const std::string& other) {
    for (auto count = 1 + below(4); count > 0; --count)
      change_once(bytes, other);
    return bytes;
  }

  std::vector<std::string_view> cut(std::string_view bytes) {
    std::vector<std::string_view> pieces;
    while (!bytes.empty()) {
      const auto size = std::min(bytes.size(), 1 + below(1 + below(64)));
      pieces.push_back(bytes.substr(0, size));
      bytes.remove_prefix(size);
    }
    return pieces;
  }

private:
  void change_once(std::string& bytes, const std::string& other) {
    const auto at = below(bytes.size() + 1);
    switch (below(5)) {
      case 0:
        bytes.insert(at, tokens[below(tokens.size())]);
        break;
      case 1:
        bytes.erase(at, 1 + below(8));
        break;
      case 2:
        if (at < bytes.size())
          bytes[at] = static_cast<char>(below(256));
        break;
      case 3:
        bytes.replace(at, below(8), tokens[below(tokens.size())]);
        break;
      default:
        bytes = bytes.substr(0, at) + other.substr(below(other.size()));
    }
  }

  std::mt19937_64 random_;
};

TEST(FramingMutation, NoCutAndNoParserDisagrees) {
  constexpr int rounds = 50'000;
  // Long cases are about limits and would take most of the time.
  constexpr std::size_t case_bytes_max = 600;
  std::vector<std::string> good;
  std::vector<std::string> all;
  for (const auto& each : framing_cases()) {
    if (each.bytes.size() > case_bytes_max)
      continue;
    all.push_back(each.bytes);
    if (each.status == 0)
      good.push_back(each.bytes);
  }
  mutator random{test::random_seed()};

  std::size_t taken = 0;
  for (int round = 0; round < rounds; ++round) {
    const auto bytes
      = random.change(good[random.below(good.size())], all[random.below(all.size())]);
    SCOPED_TRACE(testing::PrintToString(bytes));
    auto whole = read_pieces({bytes});
    ASSERT_EQ(read_pieces(random.cut(bytes)), whole);
    try {
      for (auto& request : whole.requests)
        request = describe(request);
      ASSERT_EQ(parse_pieces(random.cut(bytes), 16 + random.below(200)), whole);
    } catch (const std::logic_error& fault) {
      FAIL() << fault.what();
    }
    taken += whole.requests.size();
  }

  // Else the changes would be too wild to show anything.
  EXPECT_GT(taken, rounds / 10u);
}

} // namespace
} // namespace callboard::tests
