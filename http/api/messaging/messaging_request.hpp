#pragma once

#include <chrono>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include <callboard/agent.hpp>
#include <callboard/job.hpp>
#include <callboard/json_view.hpp>

#include "http/message/message.hpp"

namespace callboard::http {

/// The job that a POST /api/messaging/jobs asks for, or the answer that says what is wrong with it:
/// the page's rules 1 to 15 in their order, and what is said before them of content type and JSON.
tl::expected<new_job, response> read_new_message(const request& asked,
                                                 std::span<const agent_info> agents,
                                                 std::chrono::milliseconds default_time_limit);

/// The JSON of a request's body. No body, and a form, read as nothing, which is no object. Else, if it is
/// of another type or malformed, the answer.
/// @param body the bytes that stand for the request's
tl::expected<json_text, response> read_json_body(const request& asked, std::string_view body);

/// Whether there is nothing wrong with a body before a NUL in its member `content`.
bool has_nul_in_content(std::string_view body);

/// The first of the page's rules 9 to 11 that a `timeoutMs` breaks; empty: none.
std::string_view fault_of_time_limit(json_view given);

/// The time of a `timeoutMs` that breaks none.
std::chrono::milliseconds time_limit_of(json_view given);

/// The length of valid UTF-8 in UTF-16 code units: what the published clients count.
std::size_t utf16_length(std::string_view text) noexcept;

/// The length of a JSON value in UTF-16 code units, its escapes counted as the published clients print
/// them: a client that spells `é` as `\u00e9` has the same room as one that does not.
std::size_t printed_utf16_length(json_view value) noexcept;

/// The job states that a list's `status` stands for; empty for none, and for a word that is no status.
std::vector<job_state> read_status_filter(std::string_view query);

/// A list's `limit`, 1–1000. As the page has it: what does not begin with a positive integer is 50.
std::size_t read_limit(std::string_view query);

} // namespace callboard::http
