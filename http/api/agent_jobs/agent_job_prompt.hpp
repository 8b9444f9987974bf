#pragma once

#include <string>
#include <string_view>

#include <callboard/error.hpp>
#include <callboard/json_view.hpp>
#include <callboard/prompt_template.hpp>

namespace callboard::http {

/// Makes the first prompt of an agent job: puts the values of an object in the places of its template.
/// A text goes in as it is, any other value as compact JSON. Errors: as `render_prompt`.
result<rendered_prompt> make_agent_job_prompt(std::string_view source, json_view values);

} // namespace callboard::http
