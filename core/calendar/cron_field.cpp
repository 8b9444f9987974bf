#include "core/calendar/cron_field.hpp"

#include <algorithm>

#include "text/ascii_case.hpp"
#include "text/text_cursor.hpp"

namespace callboard::core {

namespace {

/// Enough to find the place, little enough for a message.
constexpr std::size_t shown_bytes_max = 24;
/// Sunday as the last day of the week.
constexpr unsigned late_sunday = 7;

tl::unexpected<error> wrong(const cron_field& field, std::string_view entry, std::string_view why) {
  return tl::unexpected<error>{wrong_entry(field, entry, why)};
}

tl::unexpected<error> no_value(const cron_field& field, std::string_view entry,
                               std::string_view part) {
  if (part.empty())
    return wrong(field, entry, "a value is missing");
  const bool is_number = std::all_of(part.begin(), part.end(), text_cursor::is_digit);
  return wrong(field, entry, is_number ? "out of range" : "not understood");
}

/// The number of a step; no value for 0 and for more than the field has values.
std::optional<unsigned> read_step(const cron_field& field, std::string_view text) {
  text_cursor cursor{text};
  const auto step = cursor.number(field.max - field.min + 1);
  return step && *step > 0 && cursor.is_over() ? step : std::nullopt;
}

struct value_range {
  unsigned first;
  unsigned last;
  std::string text;
};

/// The two ends of a range that both are values of the field, or Sunday as 7.
result<value_range> make_range(const cron_field& field, std::string_view entry, unsigned first,
                               unsigned last) {
  if (field.is_week) {
    if (first == last || (first == late_sunday && last == 0))
      first = last = first % 7;
    else if (last == 0)
      last = late_sunday;
  }
  if (first > last)
    return wrong(field, entry, "the range runs backwards");
  return value_range{first, last, std::to_string(first) + '-' + std::to_string(last)};
}

/// `*`, `5`, `1-5`, `MON-FRI`. A value that has a step goes on to the end.
result<value_range> read_range(const cron_field& field, std::string_view entry,
                               std::string_view range, bool has_step) {
  if (range == "*")
    return value_range{field.min, field.max, "*"};
  const auto dash = range.find('-');
  const auto first_text = range.substr(0, dash);
  const auto first = read_value(field, first_text);
  if (!first)
    return no_value(field, entry, first_text);
  if (dash == std::string_view::npos) {
    const auto value = field.is_week ? *first % 7 : *first;
    return value_range{value, has_step ? field.max : value, std::to_string(value)};
  }
  const auto last_text = range.substr(dash + 1);
  const auto last = read_value(field, last_text);
  if (!last)
    return no_value(field, entry, last_text);
  return make_range(field, entry, *first, *last);
}

} // namespace

error wrong_entry(const cron_field& field, std::string_view entry, std::string_view why) {
  std::string made{field.name};
  made += " \"";
  for (const char c : entry.substr(0, shown_bytes_max))
    made += c >= ' ' && c <= '~' ? c : '?';
  made += entry.size() > shown_bytes_max ? "...\": " : "\": ";
  made += why;
  made += "; allowed are ";
  made += field.allowed;
  return {errc::invalid_argument, std::move(made)};
}

std::optional<unsigned> read_value(const cron_field& field, std::string_view text) {
  for (std::size_t i = 0; i < field.names.size(); ++i) {
    if (is_same_word(text, field.names[i]))
      return field.min + static_cast<unsigned>(i);
  }
  text_cursor cursor{text};
  const auto value = cursor.number(field.is_week ? late_sunday : field.max);
  return value && *value >= field.min && cursor.is_over() ? value : std::nullopt;
}

result<cron_entry> read_entry(const cron_field& field, std::string_view entry) {
  const auto slash = entry.find('/');
  const bool has_step = slash != std::string_view::npos;
  auto range = read_range(field, entry, entry.substr(0, slash), has_step);
  if (!range)
    return tl::unexpected<error>{std::move(range.error())};
  cron_entry made{0, std::move(range->text)};
  unsigned step = 1;
  if (has_step) {
    const auto given = read_step(field, entry.substr(slash + 1));
    if (!given)
      return wrong(field, entry, "the step must be 1-" + std::to_string(field.max - field.min + 1));
    step = *given;
    made.text += '/' + std::to_string(step);
  }
  for (auto value = range->first; value <= range->last; value += step)
    made.values |= bit_set{1} << (field.is_week ? value % 7 : value);
  return made;
}

result<std::string> read_day_of_month(std::string_view entry, cron_days& days) {
  const auto& field = day_of_month_field;
  if (is_same_word(entry, "L")) {
    days.days_before_last |= 1;
    return "L";
  }
  if (is_same_word(entry, "LW")) {
    days.has_last_weekday = true;
    return "LW";
  }
  if (entry.size() > 2 && is_same_word(entry.substr(0, 2), "L-")) {
    text_cursor cursor{entry.substr(2)};
    const auto before = cursor.number(30);
    if (!before || *before == 0 || !cursor.is_over())
      return wrong(field, entry, "L counts back by 1-30 days");
    days.days_before_last |= bit_set{1} << *before;
    return "L-" + std::to_string(*before);
  }
  if (!entry.empty() && to_upper(entry.back()) == 'W') {
    const auto day = read_value(field, entry.substr(0, entry.size() - 1));
    if (!day)
      return wrong(field, entry, "W must follow one day, 1-31, or L");
    days.nearest_weekdays |= bit_set{1} << *day;
    return std::to_string(*day) + 'W';
  }
  auto plain = read_entry(field, entry);
  if (!plain)
    return tl::unexpected<error>{std::move(plain.error())};
  days.days_of_month |= plain->values;
  return std::move(plain->text);
}

result<std::string> read_day_of_week(std::string_view entry, cron_days& days) {
  const auto& field = day_of_week_field;
  if (!entry.empty() && to_upper(entry.back()) == 'L') {
    const auto day = read_value(field, entry.substr(0, entry.size() - 1));
    if (!day)
      return wrong(field, entry, "L must follow one day, 0-7 or SUN-SAT");
    days.last_days_of_week |= bit_set{1} << (*day % 7);
    return std::to_string(*day % 7) + 'L';
  }
  if (const auto sign = entry.find('#'); sign != std::string_view::npos) {
    const auto day = read_value(field, entry.substr(0, sign));
    text_cursor cursor{entry.substr(sign + 1)};
    const auto nth = cursor.number(5);
    if (!day || !nth || *nth == 0 || !cursor.is_over())
      return wrong(field, entry, "# must be between one day, 0-7 or SUN-SAT, and 1-5");
    days.nth_days_of_week[*nth - 1] |= bit_set{1} << (*day % 7);
    return std::to_string(*day % 7) + '#' + std::to_string(*nth);
  }
  auto plain = read_entry(field, entry);
  if (!plain)
    return tl::unexpected<error>{std::move(plain.error())};
  days.days_of_week |= plain->values;
  return std::move(plain->text);
}

} // namespace callboard::core
