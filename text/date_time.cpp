#include <callboard/date_time.hpp>

#include <array>
#include <cstddef>
#include <cstdio>
#include <utility>

#include "text/text_cursor.hpp"

namespace callboard {

using namespace std::chrono;

namespace {

/// Whether four digits can write the year. An offset, or the second 60, can lead out of them.
template <class Time>
bool is_writable(Time time) {
  const auto in_year = year_month_day{floor<days>(time)}.year();
  return in_year >= year{0} && in_year <= year{9999};
}

auto wrong(std::string why) {
  return fail(errc::invalid_argument,
              std::move(why)
                + "; allowed are RFC 3339 date-times such as 2026-03-29T18:30:00Z, "
                  "2026-03-29T18:30:00.250+02:00");
}

auto wrong_form() {
  return wrong("not a date-time");
}

/// Reads the parts of a date-time. Those that have no such form are no values.
class date_time_reader {
public:
  explicit date_time_reader(std::string_view text) : text_(text) {
    // nop
  }

  bool is_over() const {
    return text_.is_over();
  }

  /// `2026-03-29`, which need not exist.
  std::optional<year_month_day> date() {
    const auto in_year = text_.digits(4);
    const auto in_month = text_.take('-') ? text_.digits(2) : std::nullopt;
    const auto on_day = text_.take('-') ? text_.digits(2) : std::nullopt;
    if (!in_year || !in_month || !on_day)
      return std::nullopt;
    return year{static_cast<int>(*in_year)} / month{*in_month} / day{*on_day};
  }

  bool take_separator() {
    return text_.take('T') || text_.take('t') || text_.take(' ');
  }

  struct time_parts {
    unsigned hour, minute, second;
    milliseconds fraction;
  };

  /// `18:30`, `18:30:00` or `18:30:00.25`, which need not exist.
  std::optional<time_parts> time() {
    const auto hour = text_.digits(2);
    const auto minute = text_.take(':') ? text_.digits(2) : std::nullopt;
    if (!hour || !minute)
      return std::nullopt;
    time_parts made{*hour, *minute, 0, milliseconds{0}};
    // RFC 3339 has them always, but Java, for one, leaves out seconds that are 0.
    if (!text_.take(':'))
      return made;
    const auto second = text_.digits(2);
    if (!second)
      return std::nullopt;
    made.second = *second;
    if (!text_.take('.'))
      return made;
    if (!core::text_cursor::is_digit(text_.front()))
      return std::nullopt;
    for (auto unit = 100; core::text_cursor::is_digit(text_.front()); unit /= 10, text_.skip())
      made.fraction += milliseconds{unit * (text_.front() - '0')};
    return made;
  }

  /// `Z` or `+02:00`.
  std::optional<minutes> offset() {
    if (text_.take('Z') || text_.take('z'))
      return minutes{0};
    const bool is_west = text_.take('-');
    if (!is_west && !text_.take('+'))
      return std::nullopt;
    const auto hour = text_.digits(2);
    const auto minute = text_.take(':') ? text_.digits(2) : std::nullopt;
    if (!hour || !minute || *hour > 23 || *minute > 59)
      return std::nullopt;
    const minutes made = hours{*hour} + minutes{*minute};
    return is_west ? -made : made;
  }

private:
  core::text_cursor text_;
};

std::string print(local_time<milliseconds> shown) {
  const auto today = floor<days>(shown);
  const year_month_day date{today};
  const hh_mm_ss clock{shown - today};
  std::array<char, 64> text{};
  const auto size = std::snprintf(
    text.data(), text.size(), "%04d-%02u-%02uT%02d:%02d:%02d.%03d", static_cast<int>(date.year()),
    static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
    static_cast<int>(clock.hours().count()), static_cast<int>(clock.minutes().count()),
    static_cast<int>(clock.seconds().count()), static_cast<int>(clock.subseconds().count()));
  return {text.data(), static_cast<std::size_t>(size)};
}

} // namespace

result<date_time> parse_date_time(std::string_view text) {
  date_time_reader reader{text};
  const auto date = reader.date();
  const auto time = date && reader.take_separator() ? reader.time() : std::nullopt;
  if (!time)
    return wrong_form();
  std::optional<minutes> offset;
  if (!reader.is_over()) {
    offset = reader.offset();
    if (!offset || !reader.is_over())
      return wrong_form();
  }
  if (!date->ok())
    return wrong("no such day");
  if (time->hour > 23 || time->minute > 59 || time->second > 60)
    return wrong("no such time of day");
  const auto clock = hours{time->hour} + minutes{time->minute} + seconds{time->second};
  const auto shown = local_days{*date} + clock + time->fraction;
  if (!is_writable(shown))
    return wrong("no such time of day");
  return date_time{shown, offset};
}

result<system_time> parse_instant(std::string_view text) {
  const auto read = parse_date_time(text);
  if (!read)
    return tl::unexpected<error>{read.error()};
  if (!read->offset)
    return wrong("Z or an offset is missing");
  const system_time instant{read->shown.time_since_epoch() - *read->offset};
  if (!is_writable(instant))
    return wrong("not in the years 0000 to 9999 of UTC");
  return instant;
}

std::string to_rfc3339(system_time time) {
  return print(local_time<milliseconds>{time.time_since_epoch()}) + 'Z';
}

std::string to_string(const date_time& value) {
  auto made = print(value.shown);
  if (!value.offset)
    return made;
  if (*value.offset == minutes{0})
    return made + 'Z';
  const hh_mm_ss clock{*value.offset};
  std::array<char, 16> text{};
  const auto size = std::snprintf(
    text.data(), text.size(), "%c%02d:%02d", clock.is_negative() ? '-' : '+',
    static_cast<int>(clock.hours().count()), static_cast<int>(clock.minutes().count()));
  return made.append(text.data(), static_cast<std::size_t>(size));
}

} // namespace callboard
