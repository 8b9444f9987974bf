#pragma once

#include <array>
#include <cstddef>
#include <string_view>

#include <callboard/error.hpp>

#include "http/message/error_form.hpp"

namespace callboard::http {

/// What an API answers to one code of the engine's errors.
struct error_row {
  errc code;
  int status;
  /// The word that its errors are branched on; empty where its form has none.
  std::string_view word = {};
  /// What it says in place of the error's own message; empty: that message.
  std::string_view text = {};
};

/// What an API makes of the engine's errors: a row for each code, in the order of the enum, or it does not
/// compile.
class error_table {
public:
  consteval error_table(error_form form, std::array<error_row, errc_count> rows)
    : form_(form), rows_(rows) {
    for (std::size_t i = 0; i < errc_count; ++i)
      if (rows[i].code != static_cast<errc>(i))
        throw "a row is missing, or in the wrong place";
  }

  /// The form in which the API's errors are written.
  constexpr error_form form() const noexcept {
    return form_;
  }

  /// The row of a code.
  constexpr const error_row& row(errc code) const noexcept {
    return rows_[static_cast<std::size_t>(code)];
  }

private:
  error_form form_;
  std::array<error_row, errc_count> rows_;
};

/// What the engine refused, in the words of an API; 429 and 503 say when to come back. What is wrong with
/// single fields is told field by field where the form has room for that.
response refuse(const error_table& words, const error& fault);

} // namespace callboard::http
