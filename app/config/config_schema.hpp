#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace callboard::app {

/// Type of a configuration key.
enum class key_type : std::uint8_t {
  text,
  /// A whole number.
  integer,
  number,
  boolean,
  /// A list of strings; in the environment separated by commas.
  texts,
  /// An object with string values.
  text_map,
  /// An object whose content is not checked.
  object,
  /// An object with keys of its own in the table.
  section,
  /// A list of such objects; their pointers go on with `/*`.
  sections,
};

/// Checks a string: returns what is allowed ("must be …"), or nothing if it is valid.
using text_check = std::optional<std::string> (*)(std::string_view);

/// One key of the configuration. The table of these is the only place that knows the keys: reading,
/// checking, printing and docs/configuration.md all follow it.
struct key_rule {
  /// JSON Pointer, with `*` for "each element".
  std::string_view pointer;
  key_type type = key_type::text;
  /// Default as JSON; empty: none.
  std::string_view standard;
  /// Its meaning, for the documentation.
  std::string_view meaning;
  /// Smallest and largest allowed number.
  double least = std::numeric_limits<double>::lowest();
  double most = std::numeric_limits<double>::max();
  /// `least` itself is not allowed.
  bool is_above_least = false;
  /// Allowed strings; empty: any.
  std::span<const std::string_view> choices = {};
  /// Additional check of each string; may be null.
  text_check check = nullptr;
  /// For a setting of an agent: the type of agent that has it; empty: all.
  std::string_view agent_type;
  /// Must be present and not empty.
  bool is_required = false;
  /// Never shown: not in faults, not by `check-config`.
  bool is_secret = false;
  /// Whether its environment variable counts even if it is empty: for strings where empty has a meaning.
  bool takes_empty_variable = false;
  /// A section that stays absent when the configuration does not name it.
  bool is_optional = false;
  /// For a section: the number 0 may replace it and turns it off.
  bool can_be_zero = false;

  /// The last part of the pointer.
  std::string_view name() const noexcept;
  /// The pointer without its last part.
  std::string_view parent() const noexcept;
  /// Whether an environment variable can set it (it is no part of a list and no list of objects).
  bool has_variable() const noexcept;
  /// The environment variable that sets it: "CALLBOARD_CAPACITY_MAX_JOBS".
  std::string variable() const;
};

/// All keys, sections before what is in them, in the order in which they are printed.
const std::vector<key_rule>& config_keys();

/// The rules for what stands directly in the section with the given pattern ("" for the top,
/// "/capacity", "/agents/*").
std::vector<const key_rule*> keys_in(std::string_view section);

/// The types of agent that can be configured.
std::span<const std::string_view> agent_types();

} // namespace callboard::app
