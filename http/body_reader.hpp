#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <callboard/json_view.hpp>

#include "http/message.hpp"
#include "http/services_problem.hpp"

namespace callboard::http {

/// A request's body, whatever its content type says; or 400 `malformed_json`.
tl::expected<json_text, response> parse_body(const request& asked);

/// Reads the members of an object one by one and notes all that is wrong with them.
class body_reader {
public:
  /// @param pointer where the object stands in the body.
  /// @param faults where to note; must outlive the reader, as must the object's text.
  body_reader(json_view object, std::string pointer, std::vector<field_fault>& faults);

  /// A member of any type, for as long as the reader lives; null if it is not there.
  const json_view* find(std::string_view name) const;

  /// The names of all members, in their order.
  std::vector<std::string> names() const;

  /// A text of 1 to `most` characters that must be there; empty if it is not.
  std::string required_text(const std::string& name, std::size_t most);

  /// A text; none if it is not there, or wrong.
  std::optional<std::string> text(const std::string& name);

  /// A whole number within bounds; none if it is not there, or wrong.
  std::optional<std::int64_t> integer(const std::string& name, std::int64_t least,
                                      std::int64_t most);

  /// A number from 0 (or, if `is_above_zero`, above 0) to `most`; none if it is not there, or wrong.
  std::optional<double> number(const std::string& name, double most, bool is_above_zero);

  /// An object; null if it is not there, or wrong.
  const json_view* object(const std::string& name);

  /// Notes what is wrong with a member.
  void refuse(const std::string& name, std::string message);

  /// The JSON Pointer of a member.
  std::string pointer_to(const std::string& name) const;

private:
  struct member {
    std::string name;
    json_view value;
  };

  std::vector<member> members_;
  std::string pointer_;
  std::vector<field_fault>& faults_;
};

/// How many characters a text has; it is UTF-8.
std::size_t count_characters(std::string_view text) noexcept;

} // namespace callboard::http
