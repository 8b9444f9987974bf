#include "app/digest.hpp"

#include <gtest/gtest.h>

namespace callboard::app {

// Expected values: Python's uuid.uuid5(uuid.NAMESPACE_URL, …).
TEST(AgentId, IsTheVersion5UuidOfItsName) {
  EXPECT_EQ(agent_id_of("echo").to_string(), "8dd79ed3-40a1-566a-9414-a47b200d9f6f");
  EXPECT_EQ(agent_id_of("s\xC3\xBCpport").to_string(), "d673f599-5578-542d-bf33-b3172aeab958");
}

// Expected value: FIPS 180-4, example "abc".
TEST(Sha256, MatchesThePublishedVector) {
  EXPECT_EQ(hex_of(sha256_of("abc")),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST(DigestFromHex, ReadsWhatHexOfPrints) {
  const auto digest = sha256_of("abc");

  EXPECT_EQ(digest_from_hex(hex_of(digest)), digest);
  EXPECT_EQ(digest_from_hex("BA7816BF8F01CFEA414140DE5DAE2223B00361A396177A9CB410FF61F20015AD"),
            digest);
}

TEST(DigestFromHex, RefusesEverythingElse) {
  EXPECT_FALSE(digest_from_hex(""));
  EXPECT_FALSE(digest_from_hex(std::string(63, 'a')));
  EXPECT_FALSE(digest_from_hex(std::string(65, 'a')));
  EXPECT_FALSE(digest_from_hex(std::string(63, 'a') + 'g'));
  EXPECT_FALSE(digest_from_hex(std::string(62, 'a') + "-1"));
  EXPECT_FALSE(digest_from_hex(std::string(62, 'a') + " 1"));
}

TEST(RandomKey, IsLongAndNeedsNoQuoting) {
  const auto key = random_key();

  EXPECT_EQ(key.size(), 46U);
  EXPECT_TRUE(key.starts_with("cb_"));
  EXPECT_EQ(
    key.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"),
    std::string::npos);
  EXPECT_NE(key, random_key());
}

} // namespace callboard::app
