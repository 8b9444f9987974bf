#pragma once

#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include <tl/expected.hpp>

namespace callboard {

/// What went wrong, as a stable code. Every expected failure of the library is one of these.
enum class errc : std::uint8_t {
  /// An argument breaks a documented rule; the message names it and what is allowed.
  invalid_argument,
  /// No job (task, agent …) with that id is held.
  not_found,
  /// The job names an agent that is not configured.
  agent_not_found,
  /// The job names no agent and none is configured.
  no_agents,
  /// The thing exists and belongs to another organisation.
  forbidden,
  /// The job is over already and cannot be changed; or its name is taken.
  conflict,
  /// The scheduled job does not have the version that the caller expects.
  version_mismatch,
  /// As many jobs as allowed are held, or as much text: try again later. Or a list would hold more text
  /// than its reader allows: ask for fewer.
  capacity,
  /// The job's agent has as many jobs waiting as its `queue_limit` allows; try again later.
  agent_busy,
  /// The engine takes no new work: it is stopping, or its store fails.
  unavailable,
  /// Reading or writing a file, a socket or a database failed.
  io,
  /// A fault of Callboard itself.
  internal,
};

/// The stable lower-case name of a code, as logs and JSON show it ("agent_not_found").
std::string_view to_string(errc code) noexcept;

/// An expected failure: a code to branch on and a text to show.
struct error {
  /// What to branch on.
  errc code = errc::internal;
  /// What was wrong, where, and what is allowed: lower-case, no full stop, nothing about the inside
  /// of the server, so that it can be shown to whoever made the call.
  std::string message = {};

  friend bool operator==(const error&, const error&) = default;
};

/// A value or an `error`. (`std::expected` is C++23; this is its reference implementation.) Whoever drops
/// one has forgotten to look: the compiler says so.
template <class T>
class [[nodiscard]] result : public tl::expected<T, error> {
public:
  using tl::expected<T, error>::expected;

  /// Holds a default value, if `T` has one.
  result() = default;

  /// What `map` and its like return.
  result(tl::expected<T, error> made) // NOLINT: converts
    : tl::expected<T, error>(std::move(made)) {
    // nop
  }

  /// What `next` makes of the value, or else the error. `next` returns a `result`.
  template <class Function>
  auto and_then(Function&& next) && {
    return continued(std::move(*this), std::forward<Function>(next));
  }

  /// The same, and the value stays.
  template <class Function>
  auto and_then(Function&& next) const& {
    return continued(*this, std::forward<Function>(next));
  }

  /// Equal values, or equal errors.
  template <std::same_as<result> Left, std::same_as<result> Right>
  friend bool operator==(const Left& left, const Right& right) {
    const tl::expected<T, error>& other = right;
    return static_cast<const tl::expected<T, error>&>(left) == other;
  }

private:
  template <class Self, class Function>
  static auto continued(Self&& self, Function&& next) {
    if constexpr (std::is_void_v<T>) {
      using made = std::invoke_result_t<Function>;
      return self ? std::forward<Function>(next)()
                  : made{tl::unexpected<error>(std::forward<Self>(self).error())};
    } else {
      using made = std::invoke_result_t<Function, decltype(*std::forward<Self>(self))>;
      return self ? std::forward<Function>(next)(*std::forward<Self>(self))
                  : made{tl::unexpected<error>(std::forward<Self>(self).error())};
    }
  }
};

/// Makes the failed side of a `result`.
inline tl::unexpected<error> fail(errc code, std::string message) {
  return tl::unexpected<error>(error{code, std::move(message)});
}

} // namespace callboard
