#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <callboard/error.hpp>

#include "http/framing/field_text.hpp"
#include "http/framing/framing_fault.hpp"
#include "http/framing/method.hpp"
#include "http/message/client_source.hpp"

namespace callboard::http {

/// One header field, as views into the bytes of the request.
struct header_field {
  std::string_view name;
  std::string_view value;
};

/// The segments of a path, percent-decoded one by one, so that an escaped slash stays inside its
/// segment. One trailing slash is not a segment.
class path_segments {
public:
  /// Longer paths have no route. The longest documented one has six segments.
  static constexpr std::size_t count_max = 16;

  path_segments() = default;
  path_segments(path_segments&&) noexcept = default;
  path_segments& operator=(path_segments&&) noexcept = default;

  /// Splits and decodes a path that begins with a slash. Errors: `invalid_argument` for an escape
  /// that is none and for a NUL, `not_found` for more segments than any route has.
  static result<path_segments> parse(std::string_view path);

  std::size_t size() const noexcept {
    return count_;
  }

  std::string_view operator[](std::size_t index) const noexcept {
    return items_[index];
  }

private:
  std::array<std::string_view, count_max> items_;
  std::size_t count_ = 0;
  /// Where decoded segments live; the others are views into the path.
  std::vector<char> decoded_;
};

/// A request, as handlers see it. Its views hold until it is answered: what a handler needs after it
/// has returned it must copy.
struct request {
  /// Most parameters that a route may have.
  static constexpr std::size_t parameters_max = 4;

  method verb = method::other;
  /// The method as it came, for the log.
  std::string_view verb_name;
  /// The request target as it came.
  std::string_view target;
  /// The target's path, still encoded. Empty until the target has been found sound.
  std::string_view path;
  /// What follows the question mark, still encoded.
  std::string_view query;
  path_segments segments;
  /// What the route's parameters stand for, in the order of its pattern. Set by the router.
  std::array<std::string_view, parameters_max> parameters;
  std::vector<header_field> headers;
  /// Only until the handler has returned.
  std::string_view body;
  /// Bytes that came as body. More than `body.size()` if the body was too large to be kept: of
  /// methods that give it no meaning (GET, HEAD, OPTIONS) more than a few KiB.
  std::uint64_t body_bytes = 0;
  /// "1.0" is 10, "1.1" is 11.
  int version = 11;
  /// Whether the client takes further answers on this connection.
  bool keeps_alive = true;
  /// Why nothing can be done but to say so and end the connection; null for sound requests. Nothing
  /// but method, target and version says anything about what was sent then, and these only if the
  /// target is more than an asterisk.
  const framing_fault* fault = nullptr;
  /// Whether it came on a connection for which there was no room any more.
  bool is_beyond_limit = false;
  /// Where it came from.
  client_source from{};
  /// `X-Request-Id` of the answer. Set by the middleware.
  std::string id;
  /// Whose jobs the caller sees. Set by the middleware; lives as long as the server.
  std::string_view organisation = "default";
  /// Name of the key used; empty without one. Lives as long as the server.
  std::string_view key_name;

  /// The value of the first field of that name (in any case), without white space around it.
  std::optional<std::string_view> header(std::string_view name) const noexcept;

  /// How many fields have that name.
  std::size_t count(std::string_view name) const noexcept;
};

inline constexpr std::string_view json_type = "application/json";
inline constexpr std::string_view problem_type = "application/problem+json";

/// An answer. What every answer has (length, date, request id …) is added when it is sent.
class response {
public:
  /// An answer without a body.
  explicit response(int status) : status_(status) {
    // nop
  }

  /// An answer with a body; `type` must be a constant.
  response(int status, std::string body, std::string_view type = json_type)
    : status_(status), body_(std::move(body)), type_(type) {
    // nop
  }

  /// Adds a header: the only way to do so. A name that is no token, or a value with CR, LF or NUL
  /// in it, could split the answer in two: it is not added, and false is returned.
  bool add_header(std::string_view name, std::string_view value);

  /// Lets the connection end with this answer.
  void close_connection() noexcept {
    closes_ = true;
  }

  int status() const noexcept {
    return status_;
  }

  const std::string& body() const noexcept {
    return body_;
  }

  void set_body(std::string body) noexcept {
    body_ = std::move(body);
  }

  std::string take_body() noexcept {
    return std::move(body_);
  }

  /// Empty if there is no body.
  std::string_view type() const noexcept {
    return type_;
  }

  /// The added headers as they go out, each line with its end.
  const std::string& header_lines() const noexcept {
    return header_lines_;
  }

  bool closes_connection() const noexcept {
    return closes_;
  }

private:
  int status_;
  bool closes_ = false;
  std::string body_;
  std::string_view type_;
  std::string header_lines_;
};

} // namespace callboard::http
