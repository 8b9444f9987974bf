#pragma once

#include <chrono>

#include <callboard/time.hpp>

namespace callboard::core {

/// The steady time that far ahead. Total: a wait that has passed ends now, and none ends
/// more than a century ahead, which is within what a steady clock can count.
steady_time time_after(steady_time now, std::chrono::milliseconds wait) noexcept;

} // namespace callboard::core
