#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

namespace callboard::core {

/// Reads a text from front to back. Nothing is taken that is not there as asked for.
class text_cursor {
public:
  explicit constexpr text_cursor(std::string_view text) noexcept : rest_(text) {
    // nop
  }

  constexpr bool is_over() const noexcept {
    return rest_.empty();
  }

  constexpr std::string_view rest() const noexcept {
    return rest_;
  }

  /// The next character, NUL at the end.
  constexpr char front() const noexcept {
    return rest_.empty() ? '\0' : rest_.front();
  }

  /// Drops the next character, if there is one.
  constexpr void skip() noexcept {
    rest_.remove_prefix(rest_.empty() ? 0 : 1);
  }

  /// Takes a character if it is the next one.
  constexpr bool take(char wanted) noexcept {
    if (rest_.empty() || rest_.front() != wanted)
      return false;
    rest_.remove_prefix(1);
    return true;
  }

  /// Takes all digits that come next; no value without any, or if they say more than `max`.
  constexpr std::optional<unsigned> number(unsigned max) noexcept {
    if (!is_digit(front()))
      return std::nullopt;
    unsigned long long value = 0;
    for (; is_digit(front()); skip()) {
      // Held just above `max` so that no number of digits overflows.
      value = value > max ? value : value * 10 + static_cast<unsigned>(front() - '0');
    }
    return value > max ? std::nullopt : std::optional{static_cast<unsigned>(value)};
  }

  /// Takes exactly this many digits; no value, and nothing taken, if fewer follow.
  constexpr std::optional<unsigned> digits(std::size_t count) noexcept {
    if (rest_.size() < count)
      return std::nullopt;
    unsigned value = 0;
    for (std::size_t i = 0; i < count; ++i) {
      if (!is_digit(rest_[i]))
        return std::nullopt;
      value = value * 10 + static_cast<unsigned>(rest_[i] - '0');
    }
    rest_.remove_prefix(count);
    return value;
  }

  static constexpr bool is_digit(char c) noexcept {
    return c >= '0' && c <= '9';
  }

private:
  std::string_view rest_;
};

} // namespace callboard::core
