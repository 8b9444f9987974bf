#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace callboard::app {

/// How many letters must be added, dropped, replaced or swapped with their neighbour to make one word
/// of the other; the case of letters does not count.
std::size_t edit_distance(std::string_view left, std::string_view right);

/// ", did you mean NAME?" with the candidate that was probably meant by a word; empty when none is
/// near: one edit for three letters, three at most.
/// @param prefix what the word and all candidates begin with, and what makes none of them nearer
std::string did_you_mean(std::string_view word, const std::vector<std::string>& candidates,
                         std::string_view prefix = {});

} // namespace callboard::app
