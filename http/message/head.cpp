#include "http/message/head.hpp"

#include <array>
#include <charconv>
#include <chrono>
#include <ctime>

#include "text/json_writer.hpp"

namespace callboard::http {

namespace {

/// What every answer carries. Nothing that this server says may be kept by caches: all of it is job
/// data, or how things stand right now.
constexpr std::string_view standard_lines = "X-Content-Type-Options: nosniff\r\n"
                                            "X-Frame-Options: SAMEORIGIN\r\n"
                                            "Referrer-Policy: no-referrer\r\n"
                                            "Cache-Control: no-store\r\n";

/// The current second as HTTP shows it ("Sun, 06 Nov 1994 08:49:37 GMT"), formatted once a second.
std::string_view current_date() {
  thread_local std::time_t shown = 0;
  thread_local char text[32];
  thread_local std::size_t length = 0;
  const auto now = std::chrono::system_clock::to_time_t(std::chrono::system_clock::now());
  if (now != shown || length == 0) {
    constexpr const char* days[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    constexpr const char* months[]
      = {"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    std::tm parts{};
    gmtime_r(&now, &parts);
    // Names from our own tables: strftime's depend on the program's locale.
    char format[32];
    std::snprintf(format, sizeof(format), "%s, %%d %s %%Y %%H:%%M:%%S GMT", days[parts.tm_wday],
                  months[parts.tm_mon]);
    length = std::strftime(text, sizeof(text), format, &parts);
    shown = now;
  }
  return {text, length};
}

} // namespace

std::string_view reason_phrase(int status) noexcept {
  switch (status) {
    case 200:
      return "OK";
    case 201:
      return "Created";
    case 202:
      return "Accepted";
    case 204:
      return "No Content";
    case 400:
      return "Bad Request";
    case 401:
      return "Unauthorized";
    case 403:
      return "Forbidden";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 408:
      return "Request Timeout";
    case 409:
      return "Conflict";
    case 410:
      return "Gone";
    case 412:
      return "Precondition Failed";
    case 413:
      return "Content Too Large";
    case 414:
      return "URI Too Long";
    case 415:
      return "Unsupported Media Type";
    case 417:
      return "Expectation Failed";
    case 429:
      return "Too Many Requests";
    case 431:
      return "Request Header Fields Too Large";
    case 500:
      return "Internal Server Error";
    case 501:
      return "Not Implemented";
    case 502:
      return "Bad Gateway";
    case 503:
      return "Service Unavailable";
    case 504:
      return "Gateway Timeout";
    case 505:
      return "HTTP Version Not Supported";
    default:
      return "";
  }
}

std::string render_head(const response& made, const head_context& context) {
  // Room for all of it in almost every answer, so that the text grows once.
  constexpr std::size_t usual_bytes = 512;
  std::string head;
  head.reserve(usual_bytes + made.header_lines().size() + context.more_lines.size());
  head += "HTTP/1.1 ";
  append_number(head, made.status());
  head.append(" ").append(reason_phrase(made.status())).append("\r\n");
  if (!made.type().empty())
    head.append("Content-Type: ").append(made.type()).append("\r\n");
  if (context.end == body_end::chunks) {
    head += "Transfer-Encoding: chunked\r\n";
  } else if (context.end == body_end::length && made.status() != 204) {
    head += "Content-Length: ";
    append_number(head, static_cast<std::int64_t>(made.body().size()));
    head += "\r\n";
  }
  head.append("Date: ").append(current_date()).append("\r\n");
  head += standard_lines;
  if (!context.request_id.empty())
    head.append("X-Request-Id: ").append(context.request_id).append("\r\n");
  head.append(made.header_lines()).append(context.more_lines);
  if (context.closes)
    head += "Connection: close\r\n";
  else if (context.version == 10)
    head += "Connection: keep-alive\r\n";
  head += "\r\n";
  return head;
}

std::string frame_chunk(std::string_view bytes) {
  std::array<char, 16> digits{};
  const auto end
    = std::to_chars(digits.data(), digits.data() + digits.size(), bytes.size(), 16).ptr;
  std::string made;
  made.reserve(bytes.size() + digits.size() + 4);
  made.append(digits.data(), end).append("\r\n").append(bytes).append("\r\n");
  return made;
}

} // namespace callboard::http
