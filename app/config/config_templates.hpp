#pragma once

#include <optional>
#include <string>
#include <string_view>

#include <nlohmann/json_fwd.hpp>

namespace callboard::app {

/// What is wrong with the template of a job type's first prompt: a placeholder that no job can fill, such as
/// `{{param.kind}}`. Nothing if all can be.
/// @param schema the type's `params_schema`; null: there is none.
std::optional<std::string> template_complaint(std::string_view source,
                                              const nlohmann::json* schema);

} // namespace callboard::app
