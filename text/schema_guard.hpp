#pragma once

#include <vector>

#include <nlohmann/json.hpp>

#include <callboard/json_schema.hpp>

namespace callboard::json {

/// The regular expressions of a schema that are none, by the parts where they stand.
std::vector<json_fault> unreadable_patterns(const nlohmann::json& schema);

/// Parts of a document that a checker would need too much stack or time for: see the limits of
/// `json_schema`.
std::vector<json_fault> too_costly(const nlohmann::json& schema, const nlohmann::json& document);

/// How many values a document has, itself included; counting ends at `most`.
std::size_t count_values(const nlohmann::json& document, std::size_t most);

} // namespace callboard::json
