#include "http/pipeline/middleware.hpp"

#include <algorithm>
#include <random>

#include "http/message/problem.hpp"
#include "http/pipeline/field_check.hpp"

namespace callboard::http {

namespace {

/// As many characters of a caller's request id as http.md promises to take.
constexpr std::size_t request_id_bytes_max = 128;

bool is_usable_id(std::string_view id) noexcept {
  return !id.empty() && id.size() <= request_id_bytes_max
         && std::all_of(id.begin(), id.end(), [](char c) { return c > 0x20 && c < 0x7F; });
}

/// 128 random bits in hex. Names a request in logs, guards nothing: a plain generator will do.
std::string make_request_id() {
  thread_local std::mt19937_64 generator = [] {
    std::random_device device;
    std::seed_seq seed{device(), device(), device(), device()};
    return std::mt19937_64{seed};
  }();
  constexpr std::string_view digits = "0123456789abcdef";
  std::string id(32, '0');
  for (std::size_t from = 0; from < id.size(); from += 16) {
    auto bits = generator();
    for (std::size_t i = 0; i < 16; ++i, bits >>= 4)
      id[from + i] = digits[bits & 15];
  }
  return id;
}

/// Answers a request that stands for one that cannot be taken.
response refuse_faulty(request& asked) {
  // For the path, which says in what form errors are; whether there is one does not matter.
  read_target(asked);
  return refuse_framing(area_of(asked.path).form, *asked.fault);
}

/// Whether a request asks if the process is up: somebody may be about to end it if it is not answered.
bool asks_for_life(const request& asked) noexcept {
  return asked.segments.size() == 1 && asked.segments[0] == "livez";
}

response refuse_connection(error_form form) {
  return refuse_for_now(form, faults::no_room.status, faults::no_room.code, faults::no_room.detail);
}

} // namespace

middleware::middleware(const http_options& options)
  : origins_(options),
    keys_(options.keys),
    fallback_keys_(options.development_key ? std::vector{*options.development_key}
                                           : std::vector<api_key>{}),
    limits_(options.rates),
    body_bytes_max_(options.body_bytes_max) {
  // nop
}

std::optional<response> middleware::screen(request& asked, response& every_answer,
                                           steady_time now) {
  const auto id = asked.header("X-Request-Id");
  asked.id = id && is_usable_id(*id) ? std::string{*id} : make_request_id();
  if (asked.fault != nullptr)
    return refuse_faulty(asked);
  if (asked.target == "*" && asked.verb == method::options)
    return response{204};
  if (auto refused = read_target(asked))
    return refused;
  const auto& where = area_of(asked.segments);
  if (asked.is_beyond_limit && !asks_for_life(asked))
    return refuse_connection(where.form);
  if (auto answered = origins_.judge(asked, is_open(where), every_answer))
    return answered;
  if (const auto fault = fault_of_fields(asked, where); !fault.empty())
    return refuse(where.form, 400, "bad_request", fault);
  if (auto refused = check_client(asked, every_answer, now))
    return refused;
  return check_body(asked, where.form);
}

std::optional<response> middleware::check_body(const request& asked, error_form form) const {
  if (const auto coding = foreign_coding(asked); !coding.empty())
    return refuse_coding(form, coding);
  if (asked.body_bytes > body_bytes_max_)
    return refuse_body(form, body_bytes_max_);
  return std::nullopt;
}

bool middleware::is_open(const api_area& where) const noexcept {
  return where.scope && keys_.is_empty() && !where.is_never_open;
}

std::optional<response> middleware::resume(request& asked, response& every_answer,
                                           screening& before) const {
  asked.id = std::move(before.id);
  asked.organisation = before.organisation;
  asked.key_name = before.key_name;
  every_answer = std::move(before.every_answer);
  if (before.refused) {
    if (asked.fault != nullptr)
      before.refused->close_connection();
    return std::move(before.refused);
  }
  if (asked.fault != nullptr)
    return refuse_faulty(asked);
  if (auto refused = read_target(asked))
    return refused;
  // How long a body in chunks is, and whether it is one, is known only now.
  return check_body(asked, area_of(asked.segments).form);
}

std::optional<response> middleware::check_client(request& asked, response& every_answer,
                                                 steady_time now) {
  const auto& where = area_of(asked.segments);
  const auto scope = where.scope_for(asked.verb);
  if (!scope)
    return std::nullopt;
  if (auto refused = limits_.count_address(asked, where.form, now, every_answer))
    return refused;
  if (is_open(where))
    return std::nullopt;
  const auto* key = (keys_.is_empty() ? fallback_keys_ : keys_).find(asked);
  if (key == nullptr)
    return refuse_unknown(asked, where.form, now);
  if (auto refused = limits_.count_key(*key, where.form, now, every_answer))
    return refused;
  if (!key->scopes.contains(*scope))
    return refuse_scope(where.form, to_string(*scope));
  asked.organisation = key->organisation;
  asked.key_name = key->name;
  return std::nullopt;
}

std::optional<response> middleware::refuse_unknown(const request& asked, error_form form,
                                                   steady_time now) {
  const auto is_presented = key_ring::is_presented(asked);
  if (is_presented)
    if (auto refused = limits_.count_failed_key(asked, form, now))
      return refused;
  return refuse_key(form, is_presented);
}

std::optional<response> read_target(request& asked) {
  auto target = asked.target;
  // The absolute form, as proxies get it; RFC 9112 has servers take it too.
  if (!target.starts_with('/')) {
    const auto scheme_end = target.find("://");
    const auto scheme = target.substr(0, std::min(scheme_end, target.size()));
    if (!equals_ignoring_case(scheme, "http") && !equals_ignoring_case(scheme, "https"))
      return problem(400, "bad_target", "the request target must be a path");
    target.remove_prefix(std::min(target.size(), target.find_first_of("/?", scheme_end + 3)));
  }
  const auto path_end = std::min(target.find('?'), target.size());
  asked.path = path_end > 0 ? target.substr(0, path_end) : "/";
  asked.query = target.substr(std::min(path_end + 1, target.size()));
  auto segments = path_segments::parse(asked.path);
  if (segments) {
    asked.segments = std::move(*segments);
    return std::nullopt;
  }
  const auto form = area_of(asked.path).form;
  if (segments.error().code == errc::not_found)
    return refuse_route(form);
  return refuse(form, 400, "bad_path", segments.error().message);
}

} // namespace callboard::http
