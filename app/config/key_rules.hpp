#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "app/config/config_schema.hpp"

// Makers of rows for the table of keys (`config_keys`). All texts must outlive the table.

namespace callboard::app {

/// A day in milliseconds: the longest time limit of one task.
inline constexpr double day_ms = 86'400'000;
/// A hundred million jobs would need 100 GB: catches a mistyped number.
inline constexpr double jobs_most = 100'000'000;

/// A key of any type.
/// @param standard the default as JSON; empty: none.
key_rule key(key_type type, std::string_view pointer, std::string_view standard,
             std::string_view meaning);

/// An object with keys of its own.
key_rule section(std::string_view pointer, std::string_view meaning);

/// A list of objects with keys of their own.
key_rule sections(std::string_view pointer, std::string_view standard, std::string_view meaning);

/// A string.
/// @param check finds what is wrong with a value; null: any value is valid.
key_rule text(std::string_view pointer, std::string_view standard, std::string_view meaning,
              text_check check = nullptr);

/// A string that must be one of a list.
key_rule choice(std::string_view pointer, std::span<const std::string_view> choices,
                std::string_view standard, std::string_view meaning);

/// An integer from `least` to `most`.
key_rule integer(std::string_view pointer, double least, double most, std::string_view standard,
                 std::string_view meaning);

/// A number from `least` to `most`.
key_rule number(std::string_view pointer, double least, double most, std::string_view standard,
                std::string_view meaning);

/// True or false.
key_rule flag(std::string_view pointer, std::string_view standard, std::string_view meaning);

/// A list of strings.
key_rule texts(std::string_view pointer, std::string_view standard, std::string_view meaning);

/// An object with string values.
key_rule text_map(std::string_view pointer, std::string_view standard, std::string_view meaning);

/// The rule for a key that must be present and not empty.
key_rule required(key_rule rule);

/// The rule for a value that is never shown.
key_rule secret(key_rule rule);

/// The rule for a section that stays absent unless the configuration has it.
key_rule optional(key_rule rule);

/// The rule for a string whose environment variable counts even if it is empty.
key_rule empty_too(key_rule rule);

/// The rule for a section that may be replaced by 0.
key_rule or_zero(key_rule rule);

/// The rule for a number above `least`.
key_rule above_least(key_rule rule);

/// The rule for strings that must be one of a list.
key_rule with_choices(key_rule rule, std::span<const std::string_view> choices);

/// The rule for strings with a check.
key_rule with_check(key_rule rule, text_check check);

/// The keys of `/agents`: those of all types, then those of each type.
std::vector<key_rule> agent_keys();

} // namespace callboard::app
