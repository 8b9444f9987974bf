#include "core/commit_pace.hpp"

#include <gtest/gtest.h>

namespace callboard::core::test {

namespace {

using namespace std::chrono_literals;

constexpr steady_time then{1h};

struct pace_case {
  const char* name;
  std::size_t awaited;
  last_commit last;
  steady_time expected;
};

class CommitPace : public ::testing::TestWithParam<pace_case> {};

TEST_P(CommitPace, CommitBegins) {
  EXPECT_EQ(commit_time(GetParam().awaited, GetParam().last), GetParam().expected);
}

const pace_case cases[] = {
  {"AtOnceBeforeAnyOther", 1, {}, steady_time{}},
  {"AtOnceWhenAsManyWaitAsTheLastTime", 64, {then, 4ms, 64}, then},
  {"AtOnceWhenMoreWait", 65, {then, 4ms, 64}, then},
  {"AtOnceForTheFirstWhoWaitsAfterNobodyDid", 1, {then, 4ms, 0}, then},
  {"HalfACommitLaterWhenFewerWait", 63, {then, 4ms, 64}, then + 2ms},
  {"ACommitLaterWhenNobodyWaits", 0, {then, 4ms, 64}, then + 4ms},
  {"ACommitLaterWhenNobodyEverWaited", 0, {then, 4ms, 0}, then + 4ms},
  {"NoLaterThanPatienceAllows", 1, {then, 3s, 2}, then + patience_max},
  {"NoLaterThanPatienceAllowsWhenNobodyWaits", 0, {then, 3s, 2}, then + patience_max},
  {"AtOnceWhereCommitsTakeNoTime", 0, {then, 0ms, 5}, then},
};

INSTANTIATE_TEST_SUITE_P(Cases, CommitPace, ::testing::ValuesIn(cases),
                         [](const auto& one) { return std::string{one.param.name}; });

} // namespace

} // namespace callboard::core::test
