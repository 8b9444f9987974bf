#pragma once

#include <optional>
#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

namespace callboard::json {

/// What a keyword of a schema allows at a place of a document, in words: "must be one of \"a\", \"b\"".
/// None if no part of the schema that speaks of the place, and refuses what is there, can be found.
/// @param keyword "enum", "const", "type" or "pattern".
/// @param pointer a JSON Pointer into the document; need not lead anywhere.
std::optional<std::string> allowed_at(const nlohmann::json& schema, const nlohmann::json& document,
                                      const std::string& pointer, std::string_view keyword);

} // namespace callboard::json
