#include <callboard/uuid.hpp>

#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <string_view>

namespace callboard::test {

namespace {

constexpr std::string_view text = "0195d3c0-89ab-7cde-8f01-23456789abcd";

} // namespace

TEST(Uuid, TextFormComesBackInLowerCase) {
  const auto id = uuid::parse("0195D3C0-89aB-7cDE-8f01-23456789ABCD");

  ASSERT_TRUE(id);
  EXPECT_EQ(id->to_string(), text);
  EXPECT_EQ(uuid::parse(id->to_string()), id);
}

TEST(Uuid, BytesStandInTheOrderOfTheText) {
  const auto id = *uuid::parse(text);

  EXPECT_EQ(id.bytes,
            (std::array<std::uint8_t, 16>{0x01, 0x95, 0xD3, 0xC0, 0x89, 0xAB, 0x7C, 0xDE, 0x8F,
                                          0x01, 0x23, 0x45, 0x67, 0x89, 0xAB, 0xCD}));
}

TEST(Uuid, AnyVersionIsRead) {
  for (const auto version : std::string_view{"0123456789abcdef"}) {
    auto any = std::string{text};
    any[14] = version;

    EXPECT_TRUE(uuid::parse(any)) << any;
  }
}

TEST(Uuid, AnythingElseIsRefused) {
  for (const std::string_view wrong :
       {"", "0195d3c0-89ab-7cde-8f01-23456789abc", "0195d3c0-89ab-7cde-8f01-23456789abcde",
        "0195d3c089ab7cde8f0123456789abcd", "{195d3c0-89ab-7cde-8f01-23456789abc}",
        " 195d3c0-89ab-7cde-8f01-23456789abcd", "0195d3c0-89ab-7cde-8f0-123456789abcd",
        "0195d3c0089ab-7cde-8f01-23456789abcd", "-195d3c0-89ab-7cde-8f01-23456789abcd",
        "urn:uuid:0195d3c0-89ab-7cde-8f01-234"})
    EXPECT_FALSE(uuid::parse(wrong)) << wrong;
}

TEST(Uuid, EveryPlaceIsChecked) {
  for (std::size_t i = 0; i < text.size(); ++i)
    for (const auto c : std::string_view{"g/:@G`-x\0 ", 10}) {
      auto wrong = std::string{text};
      if (wrong[i] == c)
        continue;
      wrong[i] = c;

      EXPECT_FALSE(uuid::parse(wrong)) << wrong;
    }
}

TEST(Uuid, OrderIsThatOfTheText) {
  const auto low = *uuid::parse("7fffffff-0000-7000-8000-000000000000");
  const auto high = *uuid::parse("80000000-0000-7000-8000-000000000000");

  EXPECT_LT(low, high);
  EXPECT_LT(low.to_string(), high.to_string());
}

TEST(Uuid, NilIsAllZeros) {
  EXPECT_TRUE(uuid{}.is_nil());
  EXPECT_EQ(uuid{}.to_string(), "00000000-0000-0000-0000-000000000000");
  for (std::size_t i = 0; i < 16; ++i) {
    uuid id;
    id.bytes[i] = 1;

    EXPECT_FALSE(id.is_nil()) << i;
  }
}

TEST(Uuid, HashTellsIdsOfOneMillisecondApart) {
  const auto a = *uuid::parse("0195d3c0-89ab-7cde-8f01-23456789abcd");
  const auto b = *uuid::parse("0195d3c0-89ab-7cde-8f01-23456789abce");

  EXPECT_NE(std::hash<uuid>{}(a), std::hash<uuid>{}(b));
  EXPECT_EQ(std::hash<uuid>{}(a), std::hash<uuid>{}(*uuid::parse(a.to_string())));
}

} // namespace callboard::test
