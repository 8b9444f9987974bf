#include "core/calendar/cron.hpp"

namespace callboard::core {

using namespace std::chrono;

namespace {

constexpr unsigned saturday = 6;
constexpr unsigned sunday = 0;

constexpr bool contains(bit_set set, unsigned n) {
  return ((set >> n) & 1) != 0;
}

constexpr bit_set only(unsigned n) {
  return bit_set{1} << n;
}

/// How long a month is and on which days of the week its days fall.
class month_days {
public:
  explicit month_days(year_month month)
    : last_(static_cast<unsigned>((month / std::chrono::last).day())),
      first_weekday_(weekday{sys_days{month / 1}}.c_encoding()) {
    // nop
  }

  unsigned last() const {
    return last_;
  }

  /// The day of the week of a day, Sunday = 0.
  unsigned weekday_of(unsigned day) const {
    return (first_weekday_ + day - 1) % 7;
  }

  /// The day from Monday to Friday that is nearest to a day, in the same month.
  unsigned nearest_weekday(unsigned day) const {
    switch (weekday_of(day)) {
      case saturday:
        return day == 1 ? day + 2 : day - 1;
      case sunday:
        return day == last_ ? day - 2 : day + 1;
      default:
        return day;
    }
  }

private:
  unsigned last_;
  unsigned first_weekday_;
};

bit_set by_day_of_month(const cron_days& rule, const month_days& month) {
  auto made = rule.days_of_month;
  for (unsigned day = 1; day <= month.last(); ++day) {
    if (contains(rule.days_before_last, month.last() - day))
      made |= only(day);
    if (contains(rule.nearest_weekdays, day))
      made |= only(month.nearest_weekday(day));
  }
  if (rule.has_last_weekday)
    made |= only(month.nearest_weekday(month.last()));
  return made;
}

bit_set by_day_of_week(const cron_days& rule, const month_days& month) {
  bit_set made = 0;
  for (unsigned day = 1; day <= month.last(); ++day) {
    auto wanted = rule.days_of_week | rule.nth_days_of_week[(day - 1) / 7];
    if (day + 7 > month.last())
      wanted |= rule.last_days_of_week;
    if (contains(wanted, month.weekday_of(day)))
      made |= only(day);
  }
  return made;
}

} // namespace

bit_set cron_days::in(year_month month) const {
  const month_days shape{month};
  // Bits 1 to the last day.
  const auto all = (only(shape.last() + 1) - 1) & ~only(0);
  if (is_any_day_of_month && is_any_day_of_week)
    return all;
  bit_set made = 0;
  if (!is_any_day_of_month)
    made |= by_day_of_month(*this, shape);
  if (!is_any_day_of_week)
    made |= by_day_of_week(*this, shape);
  return made & all;
}

} // namespace callboard::core
