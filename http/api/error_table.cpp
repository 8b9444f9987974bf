#include "http/api/error_table.hpp"

#include <string>

#include "http/message/services_problem.hpp"

namespace callboard::http {

response refuse(const error_table& words, const error& fault) {
  if (fault.code == errc::invalid_argument && words.form() == error_form::services)
    return refuse_fields(fault.faults.empty() ? std::vector{field_fault{{}, fault.message}}
                                              : fault.faults);
  const auto& row = words.row(fault.code);
  auto made
    = refuse(words.form(), row.status, row.word, row.text.empty() ? fault.message : row.text);
  if (row.status == 429 || row.status == 503)
    made.add_header("Retry-After", fault.retry_after ? std::to_string(fault.retry_after->count())
                                                     : std::string{retry_after_seconds});
  return made;
}

} // namespace callboard::http
