#include "core/calendar/yearly_rule.hpp"

#include <cctype>

#include "text/text_cursor.hpp"

namespace callboard::core {

namespace {

using namespace std::chrono;

auto wrong() {
  return fail(errc::invalid_argument, "not a POSIX TZ string with dates for daylight saving");
}

/// The parts of a TZ string, read from front to back. A part that is not there is no value.
class rule_reader {
public:
  explicit rule_reader(std::string_view text) : text_(text) {
    // nop
  }

  bool is_over() const {
    return text_.is_over();
  }

  /// `CET` or `<+01>`; what it says does not matter.
  bool skip_name() {
    if (text_.take('<')) {
      while (!text_.is_over() && text_.front() != '>')
        text_.skip();
      return text_.take('>');
    }
    int letters = 0;
    for (; std::isalpha(static_cast<unsigned char>(text_.front())) != 0; ++letters)
      text_.skip();
    return letters >= 3;
  }

  /// `[+-]h[:m[:s]]`
  std::optional<seconds> time(unsigned hours_limit) {
    const bool is_negative = text_.take('-');
    if (!is_negative)
      text_.take('+');
    const auto hour = text_.number(hours_limit);
    if (!hour)
      return std::nullopt;
    seconds made = hours{*hour};
    for (const seconds unit : {seconds{minutes{1}}, seconds{1}}) {
      if (!text_.take(':'))
        break;
      const auto part = text_.number(59);
      if (!part)
        return std::nullopt;
      made += *part * unit;
    }
    return is_negative ? -made : made;
  }

  /// An offset as POSIX counts it, positive in the west, made into what clocks show less UTC.
  std::optional<seconds> offset() {
    const auto west = time(24);
    return west ? std::optional{-*west} : std::nullopt;
  }

  /// `,date[/time]`
  std::optional<yearly_moment> moment() {
    if (!text_.take(','))
      return std::nullopt;
    auto made = day();
    if (made && text_.take('/')) {
      const auto at = time(167);
      if (!at)
        return std::nullopt;
      made->time = *at;
    }
    return made;
  }

  bool has_offset() const {
    return !text_.is_over() && text_.front() != ',';
  }

private:
  std::optional<yearly_moment> day() {
    using kind = yearly_moment::day_kind;
    yearly_moment made;
    if (text_.take('M')) {
      const auto month = text_.number(12).value_or(0);
      const auto week = text_.take('.') ? text_.number(5).value_or(0) : 0;
      const auto weekday = text_.take('.') ? text_.number(6) : std::nullopt;
      if (month == 0 || week == 0 || !weekday)
        return std::nullopt;
      made.kind = kind::weekday_of_month;
      made.month = month;
      made.week = week;
      made.day = *weekday;
      return made;
    }
    made.kind = text_.take('J') ? kind::without_leap_day : kind::with_leap_day;
    const auto number = text_.number(365);
    if (!number || (made.kind == kind::without_leap_day && *number == 0))
      return std::nullopt;
    made.day = *number;
    return made;
  }

  text_cursor text_;
};

} // namespace

local_seconds yearly_moment::in(year in_year) const {
  const local_days new_year{in_year / January / 1};
  switch (kind) {
    case day_kind::without_leap_day: {
      // 1 March is J60 in every year.
      const bool is_after_leap_day = in_year.is_leap() && day >= 60;
      return new_year + days{day - 1} + days{is_after_leap_day ? 1 : 0} + time;
    }
    case day_kind::with_leap_day:
      return new_year + days{day} + time;
    case day_kind::weekday_of_month:
      break;
  }
  const auto in_month = in_year / std::chrono::month{month};
  const std::chrono::weekday on{day};
  if (week == 5)
    return local_days{in_month / on[last]} + time;
  return local_days{in_month / on[week]} + time;
}

result<yearly_rule> parse_yearly_rule(std::string_view text) {
  rule_reader reader{text};
  if (!reader.skip_name())
    return wrong();
  const auto offset = reader.offset();
  if (!offset)
    return wrong();
  yearly_rule made{*offset, std::nullopt};
  if (reader.is_over())
    return made;
  if (!reader.skip_name())
    return wrong();
  const auto daylight
    = reader.has_offset() ? reader.offset() : std::optional<seconds>{*offset + hours{1}};
  const auto begin = reader.moment();
  const auto end = reader.moment();
  if (!daylight || !begin || !end || !reader.is_over())
    return wrong();
  made.daylight = {*daylight, *begin, *end};
  return made;
}

} // namespace callboard::core
