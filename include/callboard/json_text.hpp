#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <nlohmann/json_fwd.hpp>

#include <callboard/error.hpp>

namespace callboard {

/// JSON kept as compact text: valid, UTF-8, within `json_limits`, with unique names in each object.
/// Checked once on entry and never parsed again just for output;
/// `json_view` reads it. Empty means "none".
class json_text {
public:
  json_text() = default;

  /// Takes text that is known to be valid and compact: the result of `dump_json`, or text from a store.
  /// Nothing is checked; `compact_json` does that.
  static json_text from_valid(std::string text) {
    json_text made;
    made.text_ = std::move(text);
    return made;
  }

  /// The text, for output without changes; empty: none.
  const std::string& text() const noexcept {
    return text_;
  }

  /// Whether there is no value (not even `null` or `{}`).
  bool is_empty() const noexcept {
    return text_.empty();
  }

  friend bool operator==(const json_text&, const json_text&) = default;

private:
  std::string text_;
};

/// Limits for JSON from outside: requests, agents, files.
struct json_limits {
  /// Maximum size of the text in bytes. 2 MiB is more than the largest documented body.
  std::size_t bytes_max = 2 * 1024 * 1024;
  /// Maximum nesting of arrays and objects. Some JSON code recurses; 64 is far beyond real documents.
  std::size_t depth_max = 64;
};

/// Checks JSON from outside (RFC 8259) and removes the whitespace between its tokens. Nothing else changes:
/// neither the order of members nor the spelling of numbers (of any size) and strings. For duplicate
/// names (escaped or not) the last value is kept, in the position of the first.
/// Refused: text over the limits, invalid UTF-8, a byte order mark, lone surrogates, NUL in a name or a
/// string, anything after the value.
/// Errors: `invalid_argument` with what is wrong and at which byte; `capacity` for text over `bytes_max`.
result<json_text> compact_json(std::string_view text, const json_limits& limits = {});

/// Checks JSON in the same way and builds a document, for values that are read and not kept.
/// Also refused: numbers out of the range of double. Errors: as `compact_json`.
result<nlohmann::json> parse_json(std::string_view text, const json_limits& limits = {});

/// Prints compactly. Bytes that are not UTF-8 become U+FFFD; never throws because of the content.
std::string dump_json(const nlohmann::json& value);

/// The JSON Pointer (RFC 6901) of a member or element of the value at another pointer.
std::string pointer_to(std::string_view parent, std::string_view name);

/// The value of a JSON number that is a 64-bit signed integer (`5`, `5.0` and `5e0` all are 5); no value
/// for fractions, larger numbers and other types. Never wraps.
std::optional<std::int64_t> to_int64(const nlohmann::json& value) noexcept;

} // namespace callboard
