// The public JSONTestSuite (https://github.com/nst/JSONTestSuite), read in place: `y_` files must be
// taken, `n_` files refused, `i_` files are left to each parser and pinned here.

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <callboard/json_text.hpp>

namespace callboard {
namespace {

namespace fs = std::filesystem;

/// Valid JSON that we refuse all the same.
const std::set<std::string> refused_on_purpose{
  // NUL in names and texts: databases disagree on what it means.
  "y_object_escaped_null_in_key.json",
  "y_string_null_escape.json",
};

/// The files that each parser may take or refuse, and that we take.
const std::set<std::string> taken_by_choice{
  // Underflow: nearest double is zero.
  "i_number_double_huge_neg_exp.json",
  "i_number_real_underflow.json",
  // Larger than 64 bits: kept as the nearest double.
  "i_number_too_big_neg_int.json",
  "i_number_too_big_pos_int.json",
  "i_number_very_big_negative_int.json",
};

/// Those that are kept as they came, and refused only where a double is built of them.
const std::set<std::string> kept_by_choice{
  "i_number_huge_exp.json",
  "i_number_neg_int_huge_exp.json",
  "i_number_pos_double_huge_exp.json",
  "i_number_real_neg_overflow.json",
  "i_number_real_pos_overflow.json",
};

std::string read(const fs::path& file) {
  std::ifstream in{file, std::ios::binary};
  return {std::istreambuf_iterator<char>{in}, {}};
}

bool must_be_taken(const std::string& name) {
  return (name.starts_with("y_") && !refused_on_purpose.contains(name))
         || taken_by_choice.contains(name);
}

TEST(JsonCorpus, EveryFileIsTakenOrRefusedAsItsNameSays) {
  const fs::path folder = fs::path{CALLBOARD_CORPORA} / "json";
  if (!fs::is_directory(folder))
    GTEST_SKIP() << "corpus not found: " << folder;
  std::size_t seen = 0;
  std::set<std::string> pinned{refused_on_purpose};
  pinned.insert(taken_by_choice.begin(), taken_by_choice.end());

  for (const auto& entry : fs::directory_iterator{folder}) {
    const auto name = entry.path().filename().string();
    if (entry.path().extension() != ".json")
      continue;
    ++seen;
    pinned.erase(name);
    const auto parsed = parse_json(read(entry.path()));
    EXPECT_EQ(parsed.has_value(), must_be_taken(name))
      << name << ": " << (parsed ? parsed->dump() : parsed.error().message);
  }

  EXPECT_GT(seen, 300u);
  EXPECT_TRUE(pinned.empty()) << "pinned but absent: " << *pinned.begin();
}

TEST(JsonCorpus, WhatIsKeptMeansTheSame) {
  const fs::path folder = fs::path{CALLBOARD_CORPORA} / "json";
  if (!fs::is_directory(folder))
    GTEST_SKIP() << "corpus not found: " << folder;
  auto pinned = kept_by_choice;

  for (const auto& entry : fs::directory_iterator{folder}) {
    const auto name = entry.path().filename().string();
    if (entry.path().extension() != ".json")
      continue;
    SCOPED_TRACE(name);
    const auto is_kept_only = pinned.erase(name) == 1;
    const auto text = read(entry.path());
    const auto kept = compact_json(text);
    EXPECT_EQ(kept.has_value(), must_be_taken(name) || is_kept_only);
    if (!kept)
      continue;
    const auto again = compact_json(kept->text());
    ASSERT_TRUE(again) << again.error().message;
    EXPECT_EQ(*again, *kept);
    // The library reads what came and what is kept as the same value, if it can read it.
    EXPECT_EQ(nlohmann::json::parse(text, nullptr, false).dump(),
              nlohmann::json::parse(kept->text(), nullptr, false).dump());
  }

  EXPECT_TRUE(pinned.empty()) << "pinned but absent: " << *pinned.begin();
}

TEST(JsonCorpus, NaughtyStringsComeBackByteForByte) {
  const fs::path file = fs::path{CALLBOARD_CORPORA} / "text" / "blns.json";
  if (!fs::exists(file))
    GTEST_SKIP() << "corpus not found: " << file;

  const auto list = parse_json(read(file));

  ASSERT_TRUE(list) << list.error().message;
  ASSERT_GT(list->size(), 400u);
  for (const auto& text : *list) {
    const auto again = parse_json(dump_json(text));
    ASSERT_TRUE(again) << again.error().message;
    EXPECT_EQ(*again, text);
  }
}

} // namespace
} // namespace callboard
