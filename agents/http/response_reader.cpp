#include "agents/http/response_reader.hpp"

#include <string_view>
#include <utility>

namespace callboard::agents {

bool response_reader::apply_to(CURL* handle) {
  return curl_easy_setopt(handle, CURLOPT_HEADERFUNCTION, &response_reader::take_header) == CURLE_OK
         && curl_easy_setopt(handle, CURLOPT_HEADERDATA, this) == CURLE_OK
         && curl_easy_setopt(handle, CURLOPT_WRITEFUNCTION, &response_reader::take_body) == CURLE_OK
         && curl_easy_setopt(handle, CURLOPT_WRITEDATA, this) == CURLE_OK;
}

std::size_t response_reader::take_header(char* bytes, std::size_t size, std::size_t count,
                                         void* self) {
  const std::string_view line{bytes, size * count};
  auto& reader = *static_cast<response_reader*>(self);
  reader.head_bytes_ += line.size();
  if (++reader.head_lines_ > response_head_lines_max
      || reader.head_bytes_ > response_head_bytes_max) {
    reader.is_head_too_large_ = true;
    return 0;
  }
  // After interim responses comes another head; trailers come after the last one.
  if (line.starts_with("HTTP/"))
    reader.is_head_complete_ = false;
  else if (line == "\r\n" || line == "\n")
    reader.is_head_complete_ = true;
  return line.size();
}

std::size_t response_reader::take_body(char* bytes, std::size_t size, std::size_t count,
                                       void* self) {
  auto& reader = *static_cast<response_reader*>(self);
  const auto more = size * count;
  if (more > response_bytes_max - reader.response_.body.size()) {
    reader.is_too_large_ = true;
    return 0;
  }
  reader.response_.body.append(bytes, more);
  return more;
}

http_response response_reader::take(CURL* handle) {
  long status = 0;
  curl_easy_getinfo(handle, CURLINFO_RESPONSE_CODE, &status);
  // Interim responses (100–199) are no answer.
  response_.status = status >= 200 ? static_cast<int>(status) : 0;
  curl_header* header = nullptr;
  if (curl_easy_header(handle, "Retry-After", 0, CURLH_HEADER, -1, &header) == CURLHE_OK)
    response_.retry_after = header->value;
  return std::move(response_);
}

} // namespace callboard::agents
