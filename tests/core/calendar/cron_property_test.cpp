#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <functional>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "core/calendar/timing.hpp"
#include "tests/core/schedules/schedules.hpp"
#include "tests/support/random_seed.hpp"

namespace callboard::test {

namespace {

using namespace std::chrono;

constexpr std::array ten_zones{"America/New_York",    "Europe/Berlin",    "Europe/Dublin",
                               "Australia/Lord_Howe", "Antarctica/Troll", "Pacific/Auckland",
                               "Pacific/Chatham",     "America/Santiago", "Africa/Casablanca",
                               "Asia/Kathmandu"};

using random_engine = std::mt19937_64;

unsigned pick(random_engine& random, unsigned first, unsigned last) {
  return first + static_cast<unsigned>(random() % (last - first + 1));
}

/// A field of an expression as text, and what it means, worked out without the parser.
struct meant_field {
  std::string text;
  std::set<unsigned> values;
  bool has_star_or_step = false;
};

meant_field random_field(random_engine& random, unsigned min, unsigned max) {
  meant_field made;
  for (auto entries = pick(random, 1, 3); entries > 0; --entries) {
    auto first = pick(random, min, max);
    auto last = first;
    std::string text = std::to_string(first);
    const auto form = pick(random, 0, 5);
    if (form == 0) {
      first = min;
      last = max;
      text = "*";
      made.has_star_or_step = true;
    } else if (form <= 2) {
      last = pick(random, first, max);
      text += '-' + std::to_string(last);
    }
    unsigned step = 1;
    if (pick(random, 0, 3) == 0) {
      step = pick(random, 1, max - min + 1);
      if (form > 2)
        last = max;
      text += '/' + std::to_string(step);
      made.has_star_or_step = true;
    }
    for (auto value = first; value <= last; value += step)
      made.values.insert(value);
    made.text += made.text.empty() ? text : ',' + text;
  }
  return made;
}

/// A random expression of five fields and what it means.
struct meant_expression {
  std::string text;
  bool is_fixed = false;
  std::function<bool(local_seconds)> matches;
};

meant_expression random_expression(random_engine& random) {
  auto minute = random_field(random, 0, 59);
  auto hour = random_field(random, 0, 23);
  auto month = pick(random, 0, 2) == 0 ? random_field(random, 1, 12) : meant_field{"*", {}};
  auto day = pick(random, 0, 2) == 0 ? random_field(random, 1, 31) : meant_field{"*", {}};
  auto weekday = pick(random, 0, 2) == 0 ? random_field(random, 0, 6) : meant_field{"*", {}};
  meant_expression made;
  made.text
    = minute.text + ' ' + hour.text + ' ' + day.text + ' ' + month.text + ' ' + weekday.text;
  made.is_fixed = !hour.has_star_or_step;
  made.matches = [=](local_seconds shown) {
    const auto today = floor<days>(shown);
    const year_month_day date{today};
    const hh_mm_ss clock{shown - today};
    if (clock.seconds() != seconds{0}
        || !minute.values.contains(static_cast<unsigned>(clock.minutes().count()))
        || !hour.values.contains(static_cast<unsigned>(clock.hours().count())))
      return false;
    if (month.text != "*" && !month.values.contains(static_cast<unsigned>(date.month())))
      return false;
    const bool is_day = day.values.contains(static_cast<unsigned>(date.day()));
    const bool is_weekday = weekday.values.contains(std::chrono::weekday{today}.c_encoding());
    if (day.text == "*")
      return weekday.text == "*" || is_weekday;
    return is_day || (weekday.text != "*" && is_weekday);
  };
  return made;
}

/// The clocks of a zone, minute by minute, as somebody sees who writes down what they show.
class watched_clock {
public:
  watched_clock(const core::time_zone& zone, sys_seconds begin) : zone_(zone), time_(begin) {
    for (time_ -= watched_before; time_ < begin;)
      advance();
  }

  /// One minute passes.
  void advance() {
    time_ += minutes{1};
    const auto shown = local_seconds{time_.time_since_epoch() + zone_.period_at(time_).offset};
    skipped_.clear();
    for (auto missing = shown_ + minutes{1}; !seen_.empty() && missing < shown;
         missing += minutes{1})
      skipped_.push_back(missing);
    shown_ = shown;
    is_first_ = seen_.insert(shown).second;
  }

  /// Whether an expression is due now, by the words of docs/schedules.md.
  bool is_due(const meant_expression& expression) const {
    if (!expression.is_fixed)
      return expression.matches(shown_);
    return (is_first_ && expression.matches(shown_))
           || std::any_of(skipped_.begin(), skipped_.end(), std::cref(expression.matches));
  }

  sys_seconds time() const {
    return time_;
  }

private:
  /// The longest repetition is two hours, in Troll.
  static constexpr minutes watched_before{150};

  const core::time_zone& zone_;
  sys_seconds time_;
  local_seconds shown_;
  std::set<local_seconds> seen_;
  std::vector<local_seconds> skipped_;
  bool is_first_ = true;
};

/// Goes through some hours and compares each time that comes with what was foreseen.
void compare_with_clock(const meant_expression& expression, const core::time_zone& zone,
                        sys_seconds begin, hours length) {
  const auto parsed = cron(expression.text);
  watched_clock clock{zone, begin};
  auto foreseen = next_match(parsed, zone, clock.time());
  while (clock.time() < begin + length) {
    clock.advance();
    const bool is_foreseen = foreseen == clock.time();
    ASSERT_EQ(is_foreseen, clock.is_due(expression))
      << '"' << expression.text << "\" in " << zone.name() << " at " << to_rfc3339(clock.time());
    if (is_foreseen)
      foreseen = next_match(parsed, zone, clock.time());
  }
}

TEST(CronProperty, NextIsTheSmallestMatchWhereClocksChange) {
  random_engine random{random_seed()};
  for (const auto* name : ten_zones) {
    const auto in = zone(name);
    for (int i = 0; i < 30; ++i) {
      meant_expression expression;
      do
        expression = random_expression(random);
      while (!core::parse_cron(expression.text));
      const auto some_day = sys_days{year{2015} / 1 / 1} + days{pick(random, 0, 12'000)};
      // From some hours before a change of clocks, or for zones without one, at any time.
      const auto change = in->period_at(some_day).end;
      const auto begin = change < sys_days{year{2200} / 1 / 1} ? change - hours{3} : some_day;
      compare_with_clock(expression, *in, floor<minutes>(begin), hours{8});
      if (HasFatalFailure())
        return;
    }
  }
}

TEST(CronProperty, NextIsTheSmallestMatchOnAnyDay) {
  random_engine random{random_seed()};
  const auto in = zone("Europe/Berlin");
  for (int i = 0; i < 60; ++i) {
    meant_expression expression;
    do
      expression = random_expression(random);
    while (!core::parse_cron(expression.text));
    const auto begin = sys_days{year{2015} / 1 / 1} + days{pick(random, 0, 12'000)};
    compare_with_clock(expression, *in, begin, hours{48});
    if (HasFatalFailure())
      return;
  }
}

TEST(CronProperty, NextIsTheSmallestMatchToTheSecond) {
  random_engine random{random_seed()};
  for (int i = 0; i < 200; ++i) {
    const auto second = random_field(random, 0, 59);
    const auto minute = random_field(random, 0, 59);
    const auto parsed = cron(second.text + ' ' + minute.text + " * * * *");
    const auto begin = sys_seconds{seconds{random() % 4'000'000'000}};
    const auto after = begin + milliseconds{random() % 1000};
    const auto next = next_match(parsed, *core::utc_zone(), after);
    ASSERT_TRUE(next) << parsed.text;
    auto smallest = begin + seconds{1};
    const auto matches = [&] {
      const hh_mm_ss clock{smallest - floor<days>(smallest)};
      return second.values.contains(static_cast<unsigned>(clock.seconds().count()))
             && minute.values.contains(static_cast<unsigned>(clock.minutes().count()));
    };
    while (!matches())
      smallest += seconds{1};
    ASSERT_EQ(*next, smallest) << parsed.text;
    ASSERT_GT(*next, after);
  }
}

TEST(CronProperty, NextLiesAheadAndDoesNotDependOnWhereOneAsks) {
  random_engine random{random_seed()};
  for (int i = 0; i < 500; ++i) {
    const auto expression = core::parse_cron(random_expression(random).text);
    if (!expression)
      continue;
    const auto in = zone(ten_zones[random() % ten_zones.size()]);
    const system_time after{milliseconds{random() % 4'000'000'000'000}};
    const auto next = next_match(*expression, *in, after);
    if (!next)
      continue;
    ASSERT_GT(*next, after) << expression->text;
    const auto between = after + (*next - after) / 2;
    ASSERT_EQ(next_match(*expression, *in, between), next)
      << expression->text << " in " << in->name() << " after " << to_rfc3339(between);
  }
}

TEST(CronProperty, PrintedExpressionsParseToThemselves) {
  random_engine random{random_seed()};
  for (int i = 0; i < 3000; ++i) {
    const auto text = random_expression(random).text;
    const auto parsed = core::parse_timing(text);
    if (!parsed)
      continue;
    ASSERT_EQ(core::parse_timing(to_string(*parsed)), parsed) << text;
  }
}

TEST(CronYear, FixedRunsOnceOnEachDay) {
  for (const auto* name : ten_zones) {
    const auto in = zone(name);
    for (int hour = 0; hour < 24; ++hour) {
      const auto daily = cron("30 " + std::to_string(hour) + " * * *");
      auto day = local_days{year{2026} / 1 / 1};
      auto time = in->instant_of(day) - milliseconds{1};
      for (; day < local_days{year{2027} / 1 / 1}; day += days{1}) {
        const auto next = next_match(daily, *in, time);
        ASSERT_TRUE(next);
        const auto shown = next->time_since_epoch() + in->period_at(floor<seconds>(*next)).offset;
        ASSERT_EQ(floor<days>(local_time<milliseconds>{shown}), day)
          << daily.text << " in " << name << " at " << to_rfc3339(*next);
        time = *next;
      }
    }
  }
}

TEST(CronYear, NotFixedRunsEveryRealHalfHour) {
  for (const auto* name : ten_zones) {
    const auto in = zone(name);
    const auto often = cron("15-45/30 * * * *");
    const auto end = instant("2027-01-01T00:00:00Z");
    auto time = *next_match(often, *in, instant("2026-01-01T00:00:00Z"));
    for (; time < end; time += minutes{30}) {
      const auto next = next_match(often, *in, time);
      ASSERT_EQ(next, time + minutes{30}) << name << " after " << to_rfc3339(time);
    }
  }
}

} // namespace

} // namespace callboard::test
