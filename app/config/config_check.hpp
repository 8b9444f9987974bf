#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "app/config/config_document.hpp"
#include "app/config/config_schema.hpp"

namespace callboard::app {

/// Checks a document against the table of keys: names, types, ranges, texts, what is required.
/// All errors are added to the document's faults.
void check_document(config_document& document);

/// Adds the table's defaults for missing values. Sections of the wrong type are left
/// as they are.
void fill_defaults(nlohmann::json& values);

/// The rules that hold for an object in a section with the given pattern ("/agents/*"): all, but of
/// the settings of agents only those of its type.
std::vector<const key_rule*> rules_for(std::string_view section, const nlohmann::json& object);

/// What a rule allows: "must be an integer from 1 to 100".
std::string allowed_by(const key_rule& rule);

} // namespace callboard::app
