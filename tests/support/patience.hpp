#pragma once

#include <chrono>

namespace callboard::test {

/// How long a test waits for something that is bound to happen before it calls it missing. Far beyond
/// what any machine needs, short enough that the test itself reports it and not the test runner.
inline constexpr std::chrono::seconds patience{30};

} // namespace callboard::test
