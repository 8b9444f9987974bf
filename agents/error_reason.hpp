#pragma once

#include <nlohmann/json_fwd.hpp>

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace callboard::agents {

/// Longest reason that is shown, in characters. A reason is a sentence; longer ones are cut.
inline constexpr std::size_t reason_characters_max = 200;

/// What the body of a response says about a failure, in one line of at most `reason_characters_max`
/// characters; empty: nothing that is understood. Of JSON the members `error`, `message`, `detail`,
/// `errors`, `msg` and `title`, also within one another and in arrays; else plain text that is no HTML.
/// @param secrets are masked before the text is cut.
std::string error_reason(std::string_view body, std::span<const std::string> secrets);

/// The same for a value that has been parsed.
std::string error_reason(const nlohmann::json& value, std::span<const std::string> secrets);

/// A text of others made ready for an error: valid UTF-8, secrets masked, in one line, cut.
std::string shown_reason(std::string text, std::span<const std::string> secrets);

/// Replaces each occurrence of each of these texts by three stars. Empty ones are ignored.
std::string masked(std::string text, std::span<const std::string> secrets);

} // namespace callboard::agents
