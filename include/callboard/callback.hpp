#pragma once

#include <functional>

#include <callboard/error.hpp>

namespace callboard {

/// Called exactly once with the outcome, on an engine thread or inside the call itself: it must
/// neither block nor throw. (An engine that a fault has stopped destroys it uncalled; see
/// `engine::on_fatal`.)
template <class T>
using callback = std::function<void(result<T>)>;

} // namespace callboard
