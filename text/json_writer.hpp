#pragma once

#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>

#include <callboard/uuid.hpp>

namespace callboard::http {

/// Appends a text as a JSON string. Bytes that are not UTF-8 come out as U+FFFD.
void append_string(std::string& out, std::string_view text);

/// Appends a whole number.
void append_number(std::string& out, std::int64_t number);

/// Appends a number of hundredths as a decimal fraction without needless zeros: 0, 0.5, 0.33, 1.
void append_hundredths(std::string& out, std::int64_t hundredths);

/// Appends a finite number as briefly as it can be read back, whole ones without a fraction: 30, 7.5.
void append_double(std::string& out, double number);

/// Appends an id as a JSON string.
void append_uuid(std::string& out, const uuid& id);

/// Appends what stands before a value, `,"name":`, and a text.
inline void append_text(std::string& out, std::string_view before, std::string_view text) {
  out += before;
  append_string(out, text);
}

/// The same with a whole number.
template <std::integral Number>
void append_count(std::string& out, std::string_view before, Number number) {
  out += before;
  append_number(out, static_cast<std::int64_t>(number));
}

/// The same with an id.
inline void append_id(std::string& out, std::string_view before, const uuid& id) {
  out += before;
  append_uuid(out, id);
}

} // namespace callboard::http
