#pragma once

#include <cstddef>

#include <nlohmann/json_fwd.hpp>

#include <callboard/error.hpp>

namespace callboard::bench {

/// How long lists of agent jobs take, for many combinations of filters and orders, with a thousandth, a
/// tenth and all of `jobs` stored: the SQLite store alone, in the working directory.
result<nlohmann::json> measure_lists(std::size_t jobs);

} // namespace callboard::bench
