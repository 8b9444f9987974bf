#include <algorithm>
#include <utility>
#include <vector>

#include "core/calendar/cron.hpp"
#include "core/calendar/cron_field.hpp"
#include "text/ascii_case.hpp"
#include "text/blanks.hpp"

namespace callboard::core {

namespace {

/// All values of all fields, written out, have 530.
constexpr std::size_t text_bytes_max = 1024;

struct nickname {
  std::string_view name;
  std::string_view meaning;
};

constexpr auto nicknames = std::to_array<nickname>({
  {"@yearly", "0 0 1 1 *"},
  {"@annually", "0 0 1 1 *"},
  {"@monthly", "0 0 1 * *"},
  {"@weekly", "0 0 * * 0"},
  {"@daily", "0 0 * * *"},
  {"@midnight", "0 0 * * *"},
  {"@hourly", "0 * * * *"},
});

auto wrong(std::string message) {
  return fail(errc::invalid_argument, std::move(message));
}

/// The parts between separators, all of which count.
std::vector<std::string_view> split_list(std::string_view text) {
  std::vector<std::string_view> parts;
  for (std::size_t comma = 0; comma != std::string_view::npos;) {
    comma = text.find(',');
    parts.push_back(text.substr(0, comma));
    text.remove_prefix(comma == std::string_view::npos ? text.size() : comma + 1);
  }
  return parts;
}

/// The parts between blanks.
std::vector<std::string_view> split_fields(std::string_view text) {
  std::vector<std::string_view> parts;
  for (;;) {
    const auto begin = text.find_first_not_of(blanks);
    if (begin == std::string_view::npos)
      return parts;
    text.remove_prefix(begin);
    const auto size = std::min(text.find_first_of(blanks), text.size());
    parts.push_back(text.substr(0, size));
    text.remove_prefix(size);
  }
}

/// Reads the fields of one expression, in their order.
class expression_reader {
public:
  /// A field without days: adds its values to `set`.
  result<void> read(const cron_field& field, std::string_view text, bit_set& set) {
    return read_list(text, [&](std::string_view entry) -> result<std::string> {
      auto read = read_entry(field, entry);
      if (!read)
        return tl::unexpected<error>{std::move(read.error())};
      set |= read->values;
      return std::move(read->text);
    });
  }

  /// A day field; `read_day` adds an entry to the days.
  template <class ReadDay>
  result<void> read_days(const cron_field& field, std::string_view text, bool& is_any,
                         ReadDay read_day) {
    is_any = text == "*" || text == "?";
    if (is_any) {
      append("*");
      return {};
    }
    return read_list(text, [&](std::string_view entry) -> result<std::string> {
      if (entry == "?")
        return tl::unexpected<error>{wrong_entry(field, text, "? must be alone in its field")};
      return read_day(entry, made_.days);
    });
  }

  result<cron_expression> read_all(std::string_view second,
                                   std::span<const std::string_view> others) {
    auto& days = made_.days;
    auto done = read(second_field, second, made_.seconds)
                  .and_then([&] {
                    // Due at second 0 is what five fields say.
                    if (made_.seconds == 1)
                      made_.text.clear();
                    return read(minute_field, others[0], made_.minutes);
                  })
                  .and_then([&] {
                    made_.is_fixed = others[1].find_first_of("*/") == std::string_view::npos;
                    return read(hour_field, others[1], made_.hours);
                  })
                  .and_then([&] {
                    return read_days(day_of_month_field, others[2], days.is_any_day_of_month,
                                     read_day_of_month);
                  })
                  .and_then([&] { return read(month_field, others[3], made_.months); })
                  .and_then([&] {
                    return read_days(day_of_week_field, others[4], days.is_any_day_of_week,
                                     read_day_of_week);
                  });
    if (!done)
      return tl::unexpected<error>{std::move(done.error())};
    return std::move(made_);
  }

private:
  template <class ReadEntry>
  result<void> read_list(std::string_view text, ReadEntry read_entry_text) {
    char separator = ' ';
    for (const auto entry : split_list(text)) {
      auto read = read_entry_text(entry);
      if (!read)
        return tl::unexpected<error>{std::move(read.error())};
      append(*read, separator);
      separator = ',';
    }
    return {};
  }

  void append(std::string_view text, char separator = ' ') {
    if (!made_.text.empty())
      made_.text += separator;
    made_.text += text;
  }

  cron_expression made_;
};

/// Whether an expression matches any day. 28 years without a century among them have all shapes of a
/// month; the longest that one of those is away is 40 years.
bool occurs(const cron_expression& expression) {
  using namespace std::chrono;
  for (year_month month = year{2000} / January; month < year{2028} / January; month += months{1}) {
    const auto bit = static_cast<unsigned>(month.month());
    if (((expression.months >> bit) & 1) != 0 && expression.days.in(month) != 0)
      return true;
  }
  return false;
}

result<std::string_view> meaning_of(std::string_view text) {
  for (const auto& known : nicknames) {
    if (is_same_word(text, known.name))
      return known.meaning;
  }
  return wrong("unknown @ name; allowed are @yearly, @annually, @monthly, @weekly, @daily, "
               "@midnight, @hourly and \"@every <duration>\"");
}

} // namespace

result<cron_expression> parse_cron(std::string_view text) {
  if (text.size() > text_bytes_max)
    return wrong("a cron expression has at most " + std::to_string(text_bytes_max) + " bytes");
  auto fields = split_fields(text);
  if (!fields.empty() && fields.front().starts_with('@')) {
    const auto meaning = fields.size() == 1 ? meaning_of(fields.front()) : meaning_of("@");
    if (!meaning)
      return tl::unexpected<error>{meaning.error()};
    fields = split_fields(*meaning);
  }
  if (fields.size() != 5 && fields.size() != 6)
    return wrong(
      "a cron expression has 5 fields (minute, hour, day of month, month, day of week) or "
      "6 (second first), this one has "
      + std::to_string(fields.size()));
  const bool has_second = fields.size() == 6;
  auto made
    = expression_reader{}.read_all(has_second ? fields.front() : "0", std::span{fields}.last(5));
  if (made && !occurs(*made))
    return tl::unexpected<error>{wrong_entry(day_of_month_field, fields[has_second ? 3 : 2],
                                             "no matching day within 100 years")};
  return made;
}

} // namespace callboard::core
