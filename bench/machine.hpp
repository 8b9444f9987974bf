#pragma once

#include <string>
#include <vector>

namespace callboard::bench {

/// What figures depend on, a line each: the machine, how busy it is with other things, the build.
std::vector<std::string> describe_conditions();

/// Whether this program was built the way that figures are taken: optimised, no assertions, no
/// sanitizers.
bool is_optimised_build() noexcept;

} // namespace callboard::bench
