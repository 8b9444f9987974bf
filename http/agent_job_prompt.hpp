#pragma once

#include <string>
#include <string_view>

#include <nlohmann/json_fwd.hpp>

#include <callboard/error.hpp>
#include <callboard/prompt_template.hpp>

namespace callboard::http {

/// Makes the first prompt of an agent job: puts the values of a document in the places of its template.
/// A text goes in as it is, any other value as compact JSON. Errors: as `render_prompt`.
result<rendered_prompt> make_agent_job_prompt(std::string_view source,
                                              const nlohmann::json& values);

} // namespace callboard::http
