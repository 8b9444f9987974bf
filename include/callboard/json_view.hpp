#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <nlohmann/json_fwd.hpp>

#include <callboard/json_text.hpp>

namespace callboard {

/// A value within a `json_text`, read in place: nothing is parsed or built until it is needed.
/// As cheap to copy as a `std::string_view`, and valid as long as the text. Text that is not valid
/// JSON, for example from a damaged database, yields some parts or none, and never reads out of bounds.
class json_view {
public:
  /// No value, of no type.
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

  /// The value as written.
  std::string_view text() const noexcept {
    return text_;
  }

  /// A copy of the text.
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

  /// Whether the value is a string with that content.
  bool is(std::string_view content) const;

  /// The content of a string, escapes resolved. @pre is_string()
  std::string string() const;

  /// The nearest double of a number; infinite if it is out of range. A number that is not zero does not
  /// become zero. @pre is_number()
  double number() const noexcept;

  /// The value if it is a 64-bit signed integer (`5`, `5.0` and `50e-1` all are 5), computed exactly; no
  /// value otherwise.
  std::optional<std::int64_t> integer() const noexcept;

  /// The member of that name; none if there is none, or the value is not an object.
  std::optional<json_view> find(std::string_view name) const;

  /// The element at a position; none if there is none, or the value is not an array.
  std::optional<json_view> at(std::size_t position) const;

private:
  bool begins_with(char c) const noexcept {
    return !text_.empty() && text_.front() == c;
  }

  std::string_view text_;
};

/// Iterates over the members of an object, or the elements of an array, in order. Finds none in other
/// values.
class json_cursor {
public:
  explicit json_cursor(json_view over) noexcept;

  /// Moves to the next member or element; the first call moves to the first. False: there is none.
  bool next() noexcept;

  /// Whether the member has that name.
  bool is_named(std::string_view name) const;

  /// The member's name, escapes resolved.
  std::string name() const;

  /// The member's name as written, with its quotes.
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

/// Builds a document from a value, for libraries that need one. Numbers with the value of a 64-bit integer
/// become integers (also `5.0`), all others the nearest double.
nlohmann::json to_document(json_view value);

} // namespace callboard
