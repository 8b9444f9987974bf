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

/// JSON kept as the compact text that it will be printed as: valid, UTF-8, within `json_limits`, the
/// names of each object unique. Checked once at the edge and never parsed again just to be shown;
/// `json_view` reads it. Empty means "none".
class json_text {
public:
  json_text() = default;

  /// Takes text that is known to be valid and compact: what `dump_json` returned, or what a store
  /// gave back. Nothing is checked; `compact_json` does that.
  static json_text from_valid(std::string text) {
    json_text made;
    made.text_ = std::move(text);
    return made;
  }

  /// The text, to be printed as it is; empty for "none".
  const std::string& text() const noexcept {
    return text_;
  }

  /// Whether there is nothing here (not even `null` or `{}`).
  bool is_empty() const noexcept {
    return text_.empty();
  }

  friend bool operator==(const json_text&, const json_text&) = default;

private:
  std::string text_;
};

/// What JSON from outside may look like, whoever sent it: a request, an agent, a file.
struct json_limits {
  /// Longest text, in bytes. 2 MiB holds the largest documented body with room to spare.
  std::size_t bytes_max = 2 * 1024 * 1024;
  /// Deepest nesting of arrays and objects. Some JSON code recurses; 64 is far beyond real documents.
  std::size_t depth_max = 64;
};

/// Checks JSON from outside (RFC 8259) and drops the white space between its tokens; the rest stays as
/// it came: the order of members, the spelling of numbers (of any size) and of strings. Of members of
/// one name, whatever escapes spell it, the last value stands, at the place of the first.
/// Refused: text over the limits, invalid UTF-8, a byte order mark, lone surrogates, NUL in a name or a
/// text, anything after the value.
/// Errors: `invalid_argument` with what is wrong and at which byte; `capacity` for text over `bytes_max`.
result<json_text> compact_json(std::string_view text, const json_limits& limits = {});

/// Checks JSON in the same way and builds a document of it, for values that are read and not kept.
/// Refused as well: numbers that no double holds. Errors: as `compact_json`.
result<nlohmann::json> parse_json(std::string_view text, const json_limits& limits = {});

/// Prints compactly. Bytes that are not UTF-8 come out as U+FFFD; never throws on content.
std::string dump_json(const nlohmann::json& value);

/// The JSON Pointer (RFC 6901) of a member or element of what another pointer names.
std::string pointer_to(std::string_view parent, std::string_view name);

/// The value of a JSON number if it is an integer that 64 signed bits hold (`5`, `5.0` and `5e0` all
/// are 5); no value for fractions, larger ones and everything that is no number. Never wraps.
std::optional<std::int64_t> to_int64(const nlohmann::json& value) noexcept;

} // namespace callboard
