#include "http/framing/head_reader.hpp"

#include <algorithm>
#include <array>

#include "http/framing/address.hpp"
#include "http/framing/field_text.hpp"

namespace callboard::http {

namespace {

/// The methods that the parser behind knows, our own first. What it does not know it cannot pass on.
constexpr std::array<std::string_view, 33> known_methods{
  "GET",      "POST",       "HEAD",        "OPTIONS",    "DELETE", "PUT",       "PATCH",
  "TRACE",    "COPY",       "LOCK",        "MKCOL",      "MOVE",   "PROPFIND",  "PROPPATCH",
  "SEARCH",   "UNLOCK",     "BIND",        "REBIND",     "UNBIND", "ACL",       "REPORT",
  "CHECKOUT", "MERGE",      "M-SEARCH",    "NOTIFY",     "PURGE",  "SUBSCRIBE", "LINK",
  "UNLINK",   "MKACTIVITY", "UNSUBSCRIBE", "MKCALENDAR", "SOURCE"};

constexpr bool is_digit(char c) noexcept {
  return c >= '0' && c <= '9';
}

/// What says how long a body is, without the spaces around it. Tabs may stand there too, but not every
/// reader skips them everywhere: with one the value is wrong.
std::string_view without_spaces(std::string_view value) noexcept {
  while (value.starts_with(' '))
    value.remove_prefix(1);
  while (value.ends_with(' '))
    value.remove_suffix(1);
  return value;
}

/// As many digits as surely fit into 64 bits.
constexpr std::size_t length_digits_max = 18;

} // namespace

head_reader::outcome head_reader::read(std::string_view head) noexcept {
  for (;;) {
    const auto is_first = line_start_ == 0;
    const auto found
      = scanner_.scan(head.substr(line_start_), is_first ? request_line_bytes : field_line_bytes,
                      line_bytes_max, is_first ? faults::long_request_line : faults::long_field);
    if (!found.is_whole)
      return {.fault = found.fault};
    const auto line = head.substr(line_start_, found.size);
    const auto next = line_start_ + found.size + 2;
    if (next > head_bytes_max)
      return {.fault = &faults::long_head};
    const auto is_end = !is_first && line.empty();
    const auto* fault = is_first ? read_request_line(line)
                        : is_end ? check_whole()
                                 : read_field(head, line);
    if (fault != nullptr)
      return {.fault = fault};
    if (is_end)
      return {.size = next};
    line_start_ = next;
  }
}

const framing_fault* head_reader::read_request_line(std::string_view line) noexcept {
  const auto method = line.substr(0, line.find(' '));
  auto rest = line.substr(std::min(line.size(), method.size() + 1));
  const auto target = rest.substr(0, rest.find(' '));
  const auto version = rest.substr(std::min(rest.size(), target.size() + 1));
  constexpr std::string_view name = "HTTP/";
  if (!is_token(method) || target.empty() || version.size() != name.size() + 3
      || !version.starts_with(name) || !is_digit(version[5]) || version[6] != '.'
      || !is_digit(version[7]))
    return &faults::bad_request_line;
  // A higher minor version is no more than a promise to understand ours.
  if (version[5] != '1')
    return &faults::unsupported_version;
  is_http_10_ = version[7] == '0';
  if (method == "CONNECT")
    return &faults::no_tunnels;
  if (std::find(known_methods.begin(), known_methods.end(), method) == known_methods.end())
    return &faults::unknown_method;
  if (const auto* fault = read_target(method, target))
    return fault;
  request_line_size_ = line.size();
  return nullptr;
}

const framing_fault* head_reader::read_target(std::string_view method,
                                              std::string_view target) noexcept {
  if (target == "*")
    return method == "OPTIONS" ? nullptr : &faults::bad_target;
  if (!is_all_in(target_bytes, target))
    return &faults::bad_target;
  if (target.front() == '/')
    return nullptr;
  const auto scheme_end = target.find("://");
  const auto scheme = target.substr(0, std::min(scheme_end, target.size()));
  if (!equals_ignoring_case(scheme, "http") && !equals_ignoring_case(scheme, "https"))
    return &faults::bad_target;
  // Without the three characters the text would be no longer than its scheme, and none of both.
  const auto after_scheme = target.substr(std::min(target.size(), scheme.size() + 3));
  const auto authority = after_scheme.substr(0, after_scheme.find_first_of("/?"));
  if (!is_valid_host(authority))
    return &faults::bad_target;
  authority_start_ = method.size() + 1 + scheme.size() + 3;
  authority_size_ = authority.size();
  return nullptr;
}

const framing_fault* head_reader::read_field(std::string_view head,
                                             std::string_view line) noexcept {
  if (++field_count_ > field_count_max)
    return &faults::many_fields;
  std::size_t end = 0;
  while (end < line.size() && is_in(token_bytes, line[end]))
    ++end;
  if (end == 0 || end == line.size() || line[end] != ':') {
    const auto is_space = end < line.size() && (line[end] == ' ' || line[end] == '\t');
    return !is_space  ? &faults::bad_field_name
           : end == 0 ? &faults::folded_line
                      : &faults::spaced_colon;
  }
  const auto is_named = [name = line.substr(0, end)](std::string_view which) {
    return equals_ignoring_case(name, which);
  };
  // http_parser takes longer names for this one.
  constexpr std::string_view coding = "Transfer-Encoding";
  if (end > coding.size() && equals_ignoring_case(line.substr(0, coding.size()), coding))
    return &faults::bad_coding;
  const auto value = line.substr(end + 1);
  // Few fields have one of these lengths, so that few names are compared.
  switch (end) {
    case 4:
      return is_named("Host") ? read_host(head, trimmed(value)) : nullptr;
    case 6:
      if (!is_named("Expect"))
        return nullptr;
      expects_continue_ = true;
      return equals_ignoring_case(trimmed(value), "100-continue") ? nullptr
                                                                  : &faults::bad_expectation;
    case 14:
      return is_named("Content-Length") ? read_length(without_spaces(value)) : nullptr;
    case coding.size():
      return is_named(coding) ? read_coding(without_spaces(value)) : nullptr;
    default:
      return nullptr;
  }
}

const framing_fault* head_reader::read_host(std::string_view head,
                                            std::string_view value) noexcept {
  if (has_host_ || !is_valid_host(value))
    return &faults::bad_host;
  has_host_ = true;
  // RFC 9112, 3.2: a client must send the same in both places. One that does not may be out to have
  // two readers of the request disagree about where it goes.
  if (authority_size_ > 0
      && !equals_ignoring_case(value, head.substr(authority_start_, authority_size_)))
    return &faults::other_host;
  return nullptr;
}

const framing_fault* head_reader::read_length(std::string_view value) noexcept {
  const auto is_number = !value.empty() && std::all_of(value.begin(), value.end(), is_digit);
  const auto has_leading_zero = value.size() > 1 && value.front() == '0';
  if (content_length_ || !is_number || has_leading_zero)
    return &faults::bad_length;
  if (value.size() > length_digits_max)
    return &faults::large_body;
  content_length_ = 0;
  for (const char c : value)
    content_length_ = *content_length_ * 10 + static_cast<std::uint64_t>(c - '0');
  return nullptr;
}

const framing_fault* head_reader::read_coding(std::string_view value) noexcept {
  if (has_coding_)
    return &faults::bad_coding;
  has_coding_ = true;
  if (equals_ignoring_case(value, "chunked")) {
    is_chunked_ = true;
    return nullptr;
  }
  if (value.find('\t') != std::string_view::npos)
    return &faults::bad_coding;
  // Where the body ends is known only if its last coding is chunked, and nothing before it is.
  while (true) {
    const auto comma = value.find(',');
    const auto coding = trimmed(value.substr(0, comma));
    const auto is_last = comma == std::string_view::npos;
    const auto name = trimmed(coding.substr(0, coding.find(';')));
    if (!is_token(name) || equals_ignoring_case(name, "chunked") != is_last
        || (is_last && name.size() != coding.size()))
      return &faults::bad_coding;
    if (is_last)
      return &faults::unknown_coding;
    value.remove_prefix(comma + 1);
  }
}

const framing_fault* head_reader::check_whole() const noexcept {
  if (has_coding_ && content_length_)
    return &faults::two_framings;
  if (has_coding_ && is_http_10_)
    return &faults::bad_coding;
  if (!has_host_ && !is_http_10_)
    return &faults::bad_host;
  return nullptr;
}

} // namespace callboard::http
