#include "http/api/cancel_reason.hpp"

#include <cstddef>
#include <string_view>

#include <callboard/json_view.hpp>

#include "http/api/body_reader.hpp"
#include "http/message/services_problem.hpp"

namespace callboard::http {

namespace {

/// The limit of the pages.
constexpr std::size_t reason_characters_max = 1000;

} // namespace

tl::expected<std::string, response> read_cancel_reason(const request& asked, query_reader& query,
                                                       unknown_members others) {
  query.refuse_others();
  auto faults = query.faults();
  std::string reason;
  if (!asked.body.empty()) {
    const auto document = parse_body(asked);
    if (!document)
      return tl::unexpected{document.error()};
    const json_view whole{*document};
    if (!whole.is_object())
      return tl::unexpected{refuse_fields({{"", "the body must be an object"}})};
    constexpr std::string_view known[] = {"reason"};
    body_reader body{whole, "", faults, null_member::absent};
    if (others == unknown_members::refused)
      for (const auto& name : body.names())
        if (name != known[0])
          body.refuse(name, unknown_member("field", known));
    reason = body.text("reason").value_or("");
    if (count_characters(reason) > reason_characters_max)
      body.refuse("reason",
                  "must have at most " + std::to_string(reason_characters_max) + " characters");
  }
  if (!faults.empty())
    return tl::unexpected{refuse_fields(faults)};
  return reason;
}

} // namespace callboard::http
