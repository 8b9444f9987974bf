#pragma once

#include <chrono>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include <tl/expected.hpp>

namespace callboard {

enum class job_state : std::uint8_t; // callboard/job.hpp

/// What went wrong, as a stable code. Every expected failure of the library is one of these.
enum class errc : std::uint8_t {
  /// An argument breaks a documented rule; the message names it and what is allowed.
  invalid_argument,
  /// There is no job (task, agent …) with that id.
  not_found,
  /// The job names an agent that is not configured.
  agent_not_found,
  /// The job names no agent and none is configured.
  no_agents,
  /// The thing exists and belongs to another organisation.
  forbidden,
  /// It existed and has ended: a session that has expired.
  gone,
  /// The job has ended and cannot be changed; or the name is taken.
  conflict,
  /// The scheduled job does not have the version that the caller expects.
  version_mismatch,
  /// The limit on jobs, or on their text, is reached: retry later. Or a list has more text than its
  /// reader allows: request fewer jobs.
  capacity,
  /// The agent's queue is full (`queue_limit`); retry later.
  agent_busy,
  /// The caller has reached the limit on open requests of this kind; retry once one has been answered.
  too_many_requests,
  /// The engine accepts no new work: it is stopping, or its store fails.
  unavailable,
  /// Reading or writing a file, a socket or a database failed.
  io,
  /// A bug in Callboard.
  internal,
};

/// Number of codes; they count from zero, so this sizes arrays indexed by code.
inline constexpr std::size_t errc_count = static_cast<std::size_t>(errc::internal) + 1;

/// The stable lower-case name of a code, as logs and JSON show it ("agent_not_found").
std::string_view to_string(errc code) noexcept;

/// What is wrong with one part of a request.
struct field_fault {
  /// The part as the HTTP API names it: a JSON Pointer into the body ("/schedule", "/retryPolicy/jitter"),
  /// or `?name` for a parameter of a query. Empty: the whole body.
  std::string field = {};
  /// What is wrong and what is allowed: "must be …".
  std::string message = {};

  friend bool operator==(const field_fault&, const field_fault&) = default;
};

/// An expected failure: a code to branch on, a message to show, and details for programs, which never
/// need to parse the message.
struct error {
  /// What to branch on.
  errc code = errc::internal;
  /// What was wrong, where, and what is allowed: lower-case, no full stop, no internals of the server, so
  /// that it can be shown to the caller.
  std::string message = {};
  /// `invalid_argument`: all that is wrong, part by part, where that is known.
  std::vector<field_fault> faults = {};
  /// `conflict` with a job that has ended: its final state.
  std::optional<job_state> state = std::nullopt;
  /// `capacity`, `agent_busy`, `too_many_requests`, `unavailable`: when to retry. None: soon.
  std::optional<std::chrono::seconds> retry_after = std::nullopt;

  friend bool operator==(const error&, const error&) = default;
};

/// A value or an `error`. (`std::expected` is C++23; this is its reference implementation.) The compiler
/// warns if one is ignored.
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

  /// The result of `next` for the value, or the error. `next` returns a `result`.
  template <class Function>
  auto and_then(Function&& next) && {
    return continued(std::move(*this), std::forward<Function>(next));
  }

  /// The same; keeps the value.
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
  return tl::unexpected<error>(error{.code = code, .message = std::move(message)});
}

/// The same: `invalid_argument` with all that is wrong. The message says the first of it:
/// "retryPolicy/jitter must be …".
/// @pre there is something wrong.
tl::unexpected<error> fail(std::vector<field_fault> faults);

/// The same: `conflict`, because a job has ended.
tl::unexpected<error> fail_as_over(job_state state);

} // namespace callboard
