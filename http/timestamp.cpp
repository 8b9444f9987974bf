#include "http/timestamp.hpp"

#include <array>
#include <chrono>
#include <cstdio>

namespace callboard::http {

namespace {

/// Reads a text from left to right.
class scanner {
public:
  explicit scanner(std::string_view text) : rest_(text) {
    // nop
  }

  /// A number of exactly so many digits, from `least` to `most`; else everything fails from here on.
  int number(std::size_t digits, int least, int most) {
    if (rest_.size() < digits)
      return fail();
    int value = 0;
    for (const auto c : rest_.substr(0, digits)) {
      if (c < '0' || c > '9')
        return fail();
      value = value * 10 + (c - '0');
    }
    rest_.remove_prefix(digits);
    return value < least || value > most ? fail() : value;
  }

  /// Takes one of some characters; NUL if none of them is next.
  char one_of(std::string_view wanted) {
    if (rest_.empty() || wanted.find(rest_.front()) == std::string_view::npos)
      return '\0';
    const auto taken = rest_.front();
    rest_.remove_prefix(1);
    return taken;
  }

  void require(char wanted) {
    if (one_of({&wanted, 1}) == '\0')
      fail();
  }

  /// What follows a decimal point, in milliseconds.
  std::chrono::milliseconds fraction() {
    int value = 0;
    std::size_t digits = 0;
    while (!rest_.empty() && rest_.front() >= '0' && rest_.front() <= '9') {
      if (digits < 3)
        value = value * 10 + (rest_.front() - '0');
      ++digits;
      rest_.remove_prefix(1);
    }
    if (digits == 0)
      fail();
    for (; digits < 3; ++digits)
      value *= 10;
    return std::chrono::milliseconds{value};
  }

  bool is_at_end() const {
    return rest_.empty();
  }

  bool has_failed() const {
    return has_failed_;
  }

private:
  int fail() {
    has_failed_ = true;
    return 0;
  }

  std::string_view rest_;
  bool has_failed_ = false;
};

std::chrono::minutes read_offset(scanner& from) {
  if (from.one_of("Zz") != '\0')
    return {};
  const auto sign = from.one_of("+-");
  if (sign == '\0')
    return {};
  const auto hours = from.number(2, 0, 23);
  from.require(':');
  const auto minutes = from.number(2, 0, 59);
  return std::chrono::minutes{(hours * 60 + minutes) * (sign == '-' ? -1 : 1)};
}

std::chrono::milliseconds read_clock(scanner& from) {
  const std::chrono::hours hours{from.number(2, 0, 23)};
  from.require(':');
  const std::chrono::minutes minutes{from.number(2, 0, 59)};
  from.require(':');
  const std::chrono::seconds seconds{from.number(2, 0, 60)};
  auto time = std::chrono::milliseconds{hours + minutes + seconds};
  if (from.one_of(".") != '\0')
    time += from.fraction();
  return time - read_offset(from);
}

} // namespace

std::string to_timestamp(system_time time) {
  using namespace std::chrono;
  const auto day = floor<days>(time);
  const year_month_day date{day};
  const hh_mm_ss clock{time - day};
  std::array<char, 64> text{};
  const auto size = std::snprintf(
    text.data(), text.size(), "%04d-%02u-%02uT%02d:%02d:%02d.%03dZ", static_cast<int>(date.year()),
    static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
    static_cast<int>(clock.hours().count()), static_cast<int>(clock.minutes().count()),
    static_cast<int>(clock.seconds().count()), static_cast<int>(clock.subseconds().count()));
  return {text.data(), static_cast<std::size_t>(size)};
}

std::optional<system_time> parse_timestamp(std::string_view text) noexcept {
  using namespace std::chrono;
  scanner from{text};
  const year years{from.number(4, 0, 9999)};
  from.require('-');
  const month months{static_cast<unsigned>(from.number(2, 1, 12))};
  from.require('-');
  const day days{static_cast<unsigned>(from.number(2, 1, 31))};
  const year_month_day date{years, months, days};
  milliseconds clock{0};
  if (!from.is_at_end()) {
    if (from.one_of("Tt ") == '\0')
      return std::nullopt;
    clock = read_clock(from);
  }
  if (from.has_failed() || !from.is_at_end() || !date.ok())
    return std::nullopt;
  const auto time = time_point_cast<milliseconds>(sys_days{date}) + clock;
  // An offset, or the second 60, can lead out of the years that four digits write.
  const auto in_year = year_month_day{floor<std::chrono::days>(time)}.year();
  if (in_year < year{0} || in_year > year{9999})
    return std::nullopt;
  return time;
}

} // namespace callboard::http
