// Random documents, spelled at random: what is kept means the same to a library that reads both, and
// differs from what came in white space alone.

#include <random>
#include <string>
#include <string_view>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <callboard/json_text.hpp>
#include <callboard/json_view.hpp>

#include "tests/support/random_seed.hpp"

namespace callboard {
namespace {

/// Writes a random document twice: with white space, and as it should be kept.
class random_writer {
public:
  explicit random_writer(std::mt19937_64& random) : random_(random) {
    // nop
  }

  void value(unsigned depth) {
    space();
    switch (below(depth < 6 ? 6 : 4)) {
      case 0:
        both(std::string{pick({"null", "true", "false"})});
        break;
      case 1:
      case 2:
        both(std::string{pick({"0", "-0", "-0.0", "1e2", "1E+02", "18446744073709551616", "0.10",
                               "3.14159265358979323846264338327950288", "1e-400",
                               "-9223372036854775808", "100.0"})});
        break;
      case 3:
        string();
        break;
      case 4:
        container('[', ']', [&](unsigned) { value(depth + 1); });
        break;
      default:
        container('{', '}', [&](unsigned position) {
          space();
          both("\"" + std::to_string(position) + R"(\u0061 \" \\")");
          space();
          both(":");
          value(depth + 1);
        });
    }
    space();
  }

  std::string spaced;
  std::string compact;

private:
  unsigned below(unsigned end) {
    return static_cast<unsigned>(random_()) % end;
  }

  std::string_view pick(std::initializer_list<std::string_view> from) {
    return from.begin()[below(static_cast<unsigned>(from.size()))];
  }

  void both(const std::string& token) {
    spaced += token;
    compact += token;
  }

  void space() {
    for (auto count = below(3); count > 0; --count)
      spaced += pick({" ", "\n", "\r", "\t"});
  }

  void string() {
    std::string token = "\"";
    for (auto count = below(20); count > 0; --count)
      token += pick({"a", " ", "é", "€", "😀", "\\n", "\\\"", "\\\\", "\\u00e9", "\\ud83d\\ude00",
                     "]", "}", ",", ":", "long enough for a word"});
    both(token + '"');
  }

  template <class Part>
  void container(char open, char close, Part part) {
    both(std::string{open});
    const auto count = below(5);
    if (count == 0)
      space();
    for (unsigned i = 0; i < count; ++i) {
      if (i > 0)
        both(",");
      part(i);
    }
    both(std::string{close});
  }

  std::mt19937_64& random_;
};

TEST(JsonProperty, OnlyWhiteSpaceIsLost) {
  auto random = std::mt19937_64{test::random_seed()};
  for (int i = 0; i < 2000; ++i) {
    random_writer made{random};
    made.value(0);
    SCOPED_TRACE(made.spaced);

    const auto kept = compact_json(made.spaced);

    ASSERT_TRUE(kept) << kept.error().message;
    ASSERT_EQ(kept->text(), made.compact);
    ASSERT_EQ(to_document(json_view{*kept}), nlohmann::json::parse(made.spaced));
  }
}

TEST(JsonProperty, EveryPartIsFoundWhereItStands) {
  auto random = std::mt19937_64{test::random_seed()};
  for (int i = 0; i < 500; ++i) {
    random_writer made{random};
    made.value(0);
    SCOPED_TRACE(made.compact);

    const json_view whole = json_view::from_valid(made.compact);
    std::string again = whole.is_object() ? "{" : "[";
    for (json_cursor each{whole}; each.next();) {
      again += again.size() > 1 ? "," : "";
      if (whole.is_object())
        again.append(each.spelled_name()).append(":");
      again += each.value().text();
    }
    if (!whole.is_object() && !whole.is_array())
      continue;
    again += whole.is_object() ? '}' : ']';
    ASSERT_EQ(again, made.compact);
  }
}

} // namespace
} // namespace callboard
