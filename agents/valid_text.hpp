#pragma once

#include <callboard/agent.hpp>

#include <cstddef>
#include <string>
#include <string_view>

namespace callboard::agents {

/// Makes text from outside storable: each sequence of bytes that is not UTF-8, and each NUL, becomes
/// U+FFFD. Text that is fine comes back as it was.
std::string valid_text(std::string text);

/// The last `bytes_max` bytes at most, beginning with a whole character, without blanks at its ends.
std::string_view tail_of(std::string_view text, std::size_t bytes_max);

/// The first `bytes_max` bytes at most, ending with a whole character.
std::string_view head_of(std::string_view text, std::size_t bytes_max);

/// The first characters of valid text, up to a number.
std::string_view first_characters(std::string_view text, std::size_t characters_max);

/// Whether a text shows nothing: empty, or only white space and characters without a width.
bool is_blank(std::string_view text);

/// Applies `valid_text` to the texts of an answer.
agent_answer valid_answer(agent_answer answer);

} // namespace callboard::agents
