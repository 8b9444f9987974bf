#pragma once

#include <chrono>
#include <optional>
#include <string_view>

#include <callboard/error.hpp>
#include <callboard/service.hpp>

#include "http/message/message.hpp"

namespace callboard::http {

/// Longest time that an answer is held back. Proxies and clients commonly give up at a minute.
inline constexpr std::chrono::seconds wait_max{60};

/// How long a request waits for the job to end.
struct wait_choice {
  /// 0: not at all.
  std::chrono::milliseconds time{0};
  /// The seconds that a `Prefer` header asked for and gets; none: it did not count.
  std::optional<std::chrono::seconds> preferred;
};

/// Reads `?wait=<seconds>` or, without it, `Prefer: wait=<seconds>`. Errors: `invalid_argument` for a
/// `?wait` that is no number from 0; an unusable preference is ignored (RFC 7240).
result<wait_choice> read_wait(const request& asked);

/// Asks for a job once it has ended or `time` has passed; with 0, and when as many requests wait as may, as it
/// stands (http.md, Waiting).
void get_or_wait(service& jobs, job_ref ref, std::chrono::milliseconds time,
                 callback<job_ptr> done);

/// Tells the client in its answer that its preference was honoured.
void add_preference_applied(response& made, const wait_choice& wait);

/// A number of seconds as `?wait` takes it, at most `wait_max`; none for anything else.
std::optional<std::chrono::milliseconds> parse_wait_seconds(std::string_view text);

/// The whole seconds that a `Prefer` header's first `wait` preference asks for, at most `wait_max`;
/// none without a usable one.
std::optional<std::chrono::seconds> parse_wait_preference(std::string_view prefer);

} // namespace callboard::http
