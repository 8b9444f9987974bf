#pragma once

#include <chrono>

#include <callboard/time.hpp>

namespace callboard::core {

/// The steady time that lies so far ahead. Total: a wait that is over already ends now, and none ends
/// more than a century ahead, which is within what a steady clock can count.
steady_time time_after(steady_time now, std::chrono::milliseconds wait) noexcept;

} // namespace callboard::core
