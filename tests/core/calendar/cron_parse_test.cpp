#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <utility>

#include "core/calendar/cron.hpp"
#include "tests/core/schedules/schedules.hpp"

namespace callboard::test {

namespace {

TEST(CronParser, PrintsInNumbers) {
  const std::pair<std::string_view, std::string_view> rows[] = {
    {"* * * * *", "* * * * *"},
    {"  5\t4   * * *  ", "5 4 * * *"},
    {"05 004 01 02 *", "5 4 1 2 *"},
    {"0 5 4 * * *", "5 4 * * *"},
    {"30 5 4 * * *", "30 5 4 * * *"},
    {"*/60 5 4 * * *", "5 4 * * *"},
    {"* 5 4 * * *", "* 5 4 * * *"},
    {"1,2,40-50/5 * * * *", "1,2,40-50/5 * * * *"},
    {"*/15 */24 */31 */12 */7", "*/15 */24 */31 */12 */7"},
    {"5/15 7/3 2/2 3/4 1/2", "5/15 7/3 2/2 3/4 1/2"},
    {"0 0 ? * ?", "0 0 * * *"},
    {"0 0 * JAN,mar-Dec mon-FRI", "0 0 * 1,3-12 1-5"},
    {"0 0 * jan/3 SUN", "0 0 * 1/3 0"},
    {"0 0 * * 7", "0 0 * * 0"},
    {"0 0 * * 0-7", "0 0 * * 0-7"},
    {"0 0 * * FRI-SUN", "0 0 * * 5-7"},
    {"0 0 * * 5-0", "0 0 * * 5-7"},
    {"0 0 * * 7-7", "0 0 * * 0-0"},
    {"0 0 * * SUN-SUN/2", "0 0 * * 0-0/2"},
    {"0 0 * * SAT-7/1", "0 0 * * 6-7/1"},
    {"0 0 * * 7/2", "0 0 * * 0/2"},
    {"0 0 l,l-03,15w,Lw * *", "0 0 L,L-3,15W,LW * *"},
    {"0 0 * * 5l,FriL,7L,tue#1,7#05", "0 0 * * 5L,5L,0L,2#1,0#5"},
    {"@yearly", "0 0 1 1 *"},
    {"@Annually", "0 0 1 1 *"},
    {" @MONTHLY ", "0 0 1 * *"},
    {"@weekly", "0 0 * * 0"},
    {"@daily", "0 0 * * *"},
    {"@midnight", "0 0 * * *"},
    {"@hourly", "0 * * * *"},
  };
  for (const auto& [text, printed] : rows) {
    const auto parsed = cron(text);

    EXPECT_EQ(to_string(parsed), printed) << text;
    EXPECT_EQ(cron(to_string(parsed)), parsed) << text;
  }
}

TEST(CronParser, IsFixedWithoutStarAndSlashInTheHours) {
  for (const auto* text : {"* 5 * * *", "*/5 5 * * *", "0 1,2 * * *", "0 0-23 * * *", "@daily"})
    EXPECT_TRUE(cron(text).is_fixed) << text;
  for (const auto* text : {"0 * * * *", "0 */5 * * *", "0 5/3 * * *", "0 1-5/2 * * *",
                           "0 1,*/6 * * *", "0 1,* * * *", "@hourly"})
    EXPECT_FALSE(cron(text).is_fixed) << text;
}

TEST(CronParser, DayFieldsAreAnyOnlyAsStarOrQuestionMark) {
  EXPECT_TRUE(cron("0 0 * * 1").days.is_any_day_of_month);
  EXPECT_TRUE(cron("0 0 ? * 1").days.is_any_day_of_month);
  EXPECT_TRUE(cron("0 0 1 * ?").days.is_any_day_of_week);
  for (const auto* text : {"0 0 */2 * 1-7", "0 0 1-31 * */1", "0 0 *,1 * 0,*"}) {
    EXPECT_FALSE(cron(text).days.is_any_day_of_month) << text;
    EXPECT_FALSE(cron(text).days.is_any_day_of_week) << text;
  }
}

constexpr std::string_view number_rule = ", *, 1,2 and 1-5, with /step";
constexpr std::string_view day_of_month_rule
  = "; allowed are 1-31, *, ?, L, L-3, 15W, LW, 1,2 and 1-5, with /step";
constexpr std::string_view day_of_week_rule
  = "; allowed are 0-7 (0 and 7 are Sunday), SUN-SAT, *, ?, 5L, FRIL, 2#1, 1,2 and 1-5, with /step";

std::string join(std::string_view a, std::string_view b, std::string_view c = {}) {
  return std::string{a}.append(b).append(c);
}

const std::string minutes = join("; allowed are 0-59", number_rule);
const std::string hours = join("; allowed are 0-23", number_rule);
const std::string months = join("; allowed are 1-12, JAN-DEC", number_rule);
const std::string field_count
  = "a cron expression has 5 fields (minute, hour, day of month, month, "
    "day of week) or 6 (second first), this one has ";
const std::string nickname = "unknown @ name; allowed are @yearly, @annually, @monthly, @weekly, "
                             "@daily, @midnight, @hourly and \"@every <duration>\"";

TEST(CronParser, ErrorsNameTheFieldAndWhatIsAllowed) {
  const std::pair<std::string, std::string> rows[] = {
    {"", field_count + "0"},
    {"   ", field_count + "0"},
    {"* * * *", field_count + "4"},
    {"* * * * * * *", field_count + "7"},
    {std::string(1025, ' '), "a cron expression has at most 1024 bytes"},
    {"@reboot", nickname},
    {"@daily 5", nickname},
    {"@", nickname},
    {"60 * * * *", "minute \"60\": out of range" + minutes},
    {"60 * * * * *", "second \"60\": out of range" + minutes},
    {"99999999999999999999 * * * *", "minute \"99999999999999999999\": out of range" + minutes},
    {"* 24 * * *", "hour \"24\": out of range" + hours},
    {"* * 0 * *", join("day of month \"0\": out of range", day_of_month_rule)},
    {"* * 32 * *", join("day of month \"32\": out of range", day_of_month_rule)},
    {"* * * 0 *", "month \"0\": out of range" + months},
    {"* * * 13 *", "month \"13\": out of range" + months},
    {"* * * * 8", join("day of week \"8\": out of range", day_of_week_rule)},
    {"x * * * *", "minute \"x\": not understood" + minutes},
    {"-1 * * * *", "minute \"-1\": a value is missing" + minutes},
    {"1- * * * *", "minute \"1-\": a value is missing" + minutes},
    {"1-2-3 * * * *", "minute \"1-2-3\": not understood" + minutes},
    {"1, * * * *", "minute \"\": a value is missing" + minutes},
    {", * * * *", "minute \"\": a value is missing" + minutes},
    {"1,,2 * * * *", "minute \"\": a value is missing" + minutes},
    {"/5 * * * *", "minute \"/5\": a value is missing" + minutes},
    {"*/0 * * * *", "minute \"*/0\": the step must be 1-60" + minutes},
    {"*/61 * * * *", "minute \"*/61\": the step must be 1-60" + minutes},
    {"*/ * * * *", "minute \"*/\": the step must be 1-60" + minutes},
    {"*/5/5 * * * *", "minute \"*/5/5\": the step must be 1-60" + minutes},
    {"* */25 * * *", "hour \"*/25\": the step must be 1-24" + hours},
    {"** * * * *", "minute \"**\": not understood" + minutes},
    {"*-5 * * * *", "minute \"*-5\": not understood" + minutes},
    {"? * * * *", "minute \"?\": not understood" + minutes},
    {"* ? * * *", "hour \"?\": not understood" + hours},
    {"MON * * * *", "minute \"MON\": not understood" + minutes},
    {"50-10 * * * *", "minute \"50-10\": the range runs backwards" + minutes},
    {"* 22-2 * * *", "hour \"22-2\": the range runs backwards" + hours},
    {"* * * NOV-FEB *", "month \"NOV-FEB\": the range runs backwards" + months},
    {"* * * FOO *", "month \"FOO\": not understood" + months},
    {"* * * MON *", "month \"MON\": not understood" + months},
    {"* * * L *", "month \"L\": not understood" + months},
    {"* * * * FRI-TUE",
     join("day of week \"FRI-TUE\": the range runs backwards", day_of_week_rule)},
    {"* * * * 7-2", join("day of week \"7-2\": the range runs backwards", day_of_week_rule)},
    {"* * * * L",
     join("day of week \"L\": L must follow one day, 0-7 or SUN-SAT", day_of_week_rule)},
    {"* * * * 8L",
     join("day of week \"8L\": L must follow one day, 0-7 or SUN-SAT", day_of_week_rule)},
    {"* * * * 1-5L",
     join("day of week \"1-5L\": L must follow one day, 0-7 or SUN-SAT", day_of_week_rule)},
    {"* * * * 2#0", join("day of week \"2#0\": # must be between one day, 0-7 or SUN-SAT, and 1-5",
                         day_of_week_rule)},
    {"* * * * 2#6", join("day of week \"2#6\": # must be between one day, 0-7 or SUN-SAT, and 1-5",
                         day_of_week_rule)},
    {"* * * * #1", join("day of week \"#1\": # must be between one day, 0-7 or SUN-SAT, and 1-5",
                        day_of_week_rule)},
    {"* * * * 2#1#1",
     join("day of week \"2#1#1\": # must be between one day, 0-7 or SUN-SAT, and 1-5",
          day_of_week_rule)},
    {"* * * * 2W", join("day of week \"2W\": not understood", day_of_week_rule)},
    {"* * * * ?,1", join("day of week \"?,1\": ? must be alone in its field", day_of_week_rule)},
    {"* * 1,? * *", join("day of month \"1,?\": ? must be alone in its field", day_of_month_rule)},
    {"* * ?/2 * *", join("day of month \"?/2\": not understood", day_of_month_rule)},
    {"* * W * *", join("day of month \"W\": W must follow one day, 1-31, or L", day_of_month_rule)},
    {"* * 32W * *",
     join("day of month \"32W\": W must follow one day, 1-31, or L", day_of_month_rule)},
    {"* * 1-5W * *",
     join("day of month \"1-5W\": W must follow one day, 1-31, or L", day_of_month_rule)},
    {"* * L-0 * *", join("day of month \"L-0\": L counts back by 1-30 days", day_of_month_rule)},
    {"* * L-31 * *", join("day of month \"L-31\": L counts back by 1-30 days", day_of_month_rule)},
    {"* * L-3x * *", join("day of month \"L-3x\": L counts back by 1-30 days", day_of_month_rule)},
    {"* * 5L * *", join("day of month \"5L\": not understood", day_of_month_rule)},
    {"* * 1#1 * *", join("day of month \"1#1\": not understood", day_of_month_rule)},
    {"* * * * \xC3\xA9\x7F", join("day of week \"???\": not understood", day_of_week_rule)},
    {std::string(30, 'x') + " * * * *",
     "minute \"" + std::string(24, 'x') + "...\": not understood" + minutes},
  };
  for (const auto& [text, message] : rows) {
    const auto parsed = core::parse_cron(text);

    ASSERT_FALSE(parsed) << text;
    EXPECT_EQ(parsed.error().code, errc::invalid_argument) << text;
    EXPECT_EQ(parsed.error().message, message) << text;
  }
}

TEST(CronParser, RefusesWhatNeverOccurs) {
  for (const auto* text : {"0 0 30 2 *", "0 0 31 4,6,9,11 *", "0 0 31W 2-2 *", "0 0 L-29 2 ?",
                           "* * L-30 APR *", "5 0 0 30,31 2 *"}) {
    const auto parsed = core::parse_cron(text);

    ASSERT_FALSE(parsed) << text;
    EXPECT_EQ(parsed.error().code, errc::invalid_argument) << text;
    EXPECT_NE(parsed.error().message.find("no matching day within 100 years"), std::string::npos)
      << parsed.error().message;
  }
  EXPECT_EQ(core::parse_cron("0 0 30 2 *").error().message,
            join("day of month \"30\": no matching day within 100 years", day_of_month_rule));
}

TEST(CronParser, TakesWhatOccursRarely) {
  for (const auto* text : {"0 0 29 2 *", "0 0 L-28 2 *", "0 0 29W 2 *", "0 0 * 2 MON#5",
                           "0 0 30 2 MON", "0 0 31 1/11 *", "0 0 30,29 2 *"})
    EXPECT_TRUE(core::parse_cron(text)) << text;
}

} // namespace

} // namespace callboard::test
