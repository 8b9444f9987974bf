#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

#include "http/message.hpp"
#include "http/services_problem.hpp"

namespace callboard::http {

/// A request's body as a document, whatever its content type says; or 400 `malformed_json`.
tl::expected<nlohmann::json, response> parse_body(const request& asked);

/// Reads the members of an object one by one and notes all that is wrong with them.
class body_reader {
public:
  /// @param pointer where the object stands in the body.
  /// @param faults where to note; must outlive the reader, as must the object.
  body_reader(const nlohmann::json& object, std::string pointer, std::vector<field_fault>& faults)
    : object_(object), pointer_(std::move(pointer)), faults_(faults) {
    // nop
  }

  /// A member of any type; null if it is not there.
  const nlohmann::json* find(const std::string& name) const;

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
  const nlohmann::json* object(const std::string& name);

  /// Notes what is wrong with a member.
  void refuse(const std::string& name, std::string message);

  /// The JSON Pointer of a member.
  std::string pointer_to(const std::string& name) const;

private:
  const nlohmann::json& object_;
  std::string pointer_;
  std::vector<field_fault>& faults_;
};

/// How many characters a text has; it is UTF-8.
std::size_t count_characters(std::string_view text) noexcept;

} // namespace callboard::http
