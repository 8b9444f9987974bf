#include <array>
#include <utility>

#include "core/calendar/timing.hpp"
#include "text/ascii_case.hpp"
#include "text/blanks.hpp"
#include "text/text_cursor.hpp"

namespace callboard::core {

using namespace std::chrono;

namespace {

constexpr std::string_view every = "@every";

struct duration_unit {
  std::string_view name;
  milliseconds length;
};

/// The larger ones first, as they must stand.
constexpr auto duration_units = std::to_array<duration_unit>({
  {"h", hours{1}},
  {"m", minutes{1}},
  {"s", seconds{1}},
  {"ms", milliseconds{1}},
});

/// Far more than `interval_max` in any unit, far less than what overflows in milliseconds.
constexpr unsigned amount_max = 4'000'000'000;

std::string_view trim(std::string_view text) {
  const auto begin = text.find_first_not_of(blanks);
  if (begin == std::string_view::npos)
    return {};
  return text.substr(begin, text.find_last_not_of(blanks) - begin + 1);
}

/// `1h30m`; no value for what is no such duration.
std::optional<milliseconds> read_duration(std::string_view text) {
  text_cursor cursor{text};
  milliseconds made{0};
  auto unit = duration_units.begin();
  while (!cursor.is_over()) {
    const auto amount = cursor.number(amount_max);
    const auto rest = cursor.rest();
    const auto name = rest.substr(0, rest.find_first_of("0123456789"));
    while (unit != duration_units.end() && unit->name != name)
      ++unit;
    if (!amount || unit == duration_units.end())
      return std::nullopt;
    made += static_cast<std::int64_t>(*amount) * unit->length;
    cursor = text_cursor{rest.substr(name.size())};
    ++unit;
  }
  return made;
}

result<milliseconds> parse_interval(std::string_view text) {
  const auto interval = read_duration(text);
  if (!interval || *interval < interval_min || *interval > interval_max)
    return fail(errc::invalid_argument,
                "@every must be followed by a duration in whole hours, minutes, seconds and "
                "milliseconds, such as 1h30m, 90s or 500ms; allowed are 100ms to 876600h");
  return *interval;
}

bool looks_like_date(std::string_view text) {
  text_cursor cursor{text};
  return cursor.digits(4) && cursor.front() == '-';
}

std::string print_interval(milliseconds interval) {
  auto made = std::string{every} + ' ';
  for (const auto& unit : duration_units) {
    if (const auto amount = interval / unit.length; amount > 0)
      made.append(std::to_string(amount)).append(unit.name);
    interval %= unit.length;
  }
  return made;
}

} // namespace

result<timing_rule> parse_timing(std::string_view text) {
  text = trim(text);
  if (looks_like_date(text))
    return parse_date_time(text);
  const auto word = text.substr(0, text.find_first_of(blanks));
  if (is_same_word(word, every))
    return parse_interval(trim(text.substr(word.size())));
  return parse_cron(text);
}

std::string to_string(const timing_rule& rule) {
  if (const auto* expression = std::get_if<cron_expression>(&rule))
    return expression->text;
  if (const auto* interval = std::get_if<milliseconds>(&rule))
    return print_interval(*interval);
  return to_string(std::get<date_time>(rule));
}

} // namespace callboard::core
