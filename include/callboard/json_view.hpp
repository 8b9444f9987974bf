#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <nlohmann/json_fwd.hpp>

#include <callboard/json_text.hpp>

namespace callboard {

/// A value within a `json_text`, read where it stands: nothing is parsed or built until it is asked
/// for. As cheap to copy as a `std::string_view`, and valid as long as the text. A text that is not valid
/// JSON, from a damaged database say, yields some parts or none, never anything beyond it.
class json_view {
public:
  /// No value: it is of no kind.
  json_view() = default;

  /// The whole of a text.
  explicit json_view(const json_text& text) noexcept : text_(text.text()) {
    // nop
  }

  /// A value within a text that is known to be valid and compact.
  static json_view from_valid(std::string_view text) noexcept {
    json_view made;
    made.text_ = text;
    return made;
  }

  /// The value as it is spelled.
  std::string_view text() const noexcept {
    return text_;
  }

  /// A copy of the text, to be kept.
  json_text kept() const {
    return json_text::from_valid(std::string{text_});
  }

  bool is_null() const noexcept {
    return begins_with('n');
  }

  bool is_boolean() const noexcept {
    return begins_with('t') || begins_with('f');
  }

  bool is_number() const noexcept {
    return begins_with('-') || (!text_.empty() && text_.front() >= '0' && text_.front() <= '9');
  }

  bool is_string() const noexcept {
    return begins_with('"');
  }

  bool is_array() const noexcept {
    return begins_with('[');
  }

  bool is_object() const noexcept {
    return begins_with('{');
  }

  /// Whether the value is `true`.
  bool is_true() const noexcept {
    return begins_with('t');
  }

  /// Whether the value is a string of that content.
  bool is(std::string_view content) const;

  /// The content of a string, escapes resolved. @pre is_string()
  std::string string() const;

  /// The nearest double of a number; infinite if no double is as large. What is not zero does not become
  /// zero. @pre is_number()
  double number() const noexcept;

  /// The value if it is an integer that 64 signed bits hold (`5`, `5.0` and `50e-1` all are 5), judged by
  /// its digits; no value for everything else.
  std::optional<std::int64_t> integer() const noexcept;

  /// The member of that name; none if there is none, or the value is no object.
  std::optional<json_view> find(std::string_view name) const;

  /// The element at a position; none if there is none, or the value is no array.
  std::optional<json_view> at(std::size_t position) const;

private:
  bool begins_with(char c) const noexcept {
    return !text_.empty() && text_.front() == c;
  }

  std::string_view text_;
};

/// Steps through the members of an object, or the elements of an array, in their order. Of other values
/// it finds none.
class json_cursor {
public:
  explicit json_cursor(json_view over) noexcept;

  /// Goes to the next member or element, at first to the first one. False: there is none.
  bool next() noexcept;

  /// Whether the member has that name.
  bool is_named(std::string_view name) const;

  /// The member's name, escapes resolved.
  std::string name() const;

  /// The member's name as it is spelled, with its quotes.
  std::string_view spelled_name() const noexcept {
    return name_.text();
  }

  /// The member's value, or the element.
  json_view value() const noexcept {
    return value_;
  }

private:
  /// What follows the value.
  std::string_view rest_;
  bool has_names_ = false;
  json_view name_;
  json_view value_;
};

/// Builds a document of a value, for libraries that need one. Numbers that are integers of 64 bits by
/// value become such (`5.0`, too), all others the nearest double.
nlohmann::json to_document(json_view value);

} // namespace callboard
