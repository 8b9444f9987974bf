#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <callboard/json_view.hpp>

#include "http/api/query_reader.hpp"
#include "http/message/message.hpp"
#include "http/message/services_problem.hpp"

namespace callboard::http {

/// A request's body, whatever its content type says; or 400 `malformed_json`.
tl::expected<json_text, response> parse_body(const request& asked);

/// What a member that is null is.
enum class null_member : std::uint8_t {
  /// A value like any other.
  value,
  /// As good as not there: clients of many languages write out what is not set.
  absent,
};

/// Reads the members of an object one by one and notes all that is wrong with them.
class body_reader {
public:
  /// @param pointer where the object stands in the body.
  /// @param faults where to note; must outlive the reader, as must the object's text.
  body_reader(json_view object, std::string pointer, std::vector<field_fault>& faults,
              null_member null = null_member::value);

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
  null_member null_;
};

/// What to say of a member that is none of those known: "is not a known field; known ones are …".
std::string unknown_member(std::string_view what, std::span<const std::string_view> known);

/// The refusal of a request to a route that takes no body: what is wrong with its query, parameters that
/// were not read, and members of a body that it has all the same. An empty object says nothing.
std::optional<response> refuse_rest(const request& asked, query_reader& query);

/// How many characters a text has; it is UTF-8.
std::size_t count_characters(std::string_view text) noexcept;

} // namespace callboard::http
