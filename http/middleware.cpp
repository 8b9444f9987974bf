#include "http/middleware.hpp"

#include <algorithm>
#include <random>

#include "http/address.hpp"
#include "http/area.hpp"
#include "http/problem.hpp"

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

/// Whether a comma-separated header of the request lists a word (in any case).
bool lists(const request& asked, std::string_view header, std::string_view word) noexcept {
  for (const auto& field : asked.headers) {
    if (!equals_ignoring_case(field.name, header))
      continue;
    auto rest = field.value;
    while (!rest.empty()) {
      const auto item = rest.substr(0, rest.find(','));
      rest.remove_prefix(std::min(rest.size(), item.size() + 1));
      if (equals_ignoring_case(trimmed(item), word))
        return true;
    }
  }
  return false;
}

/// Whether a request wants to speak another protocol than this one. An offer of HTTP/2 (h2c) is not
/// meant: common clients make it with their first request and go on when it is ignored (RFC 7540, 3.2).
bool wants_other_protocol(const request& asked) noexcept {
  const auto upgrade = asked.header("Upgrade");
  return upgrade && lists(asked, "Connection", "upgrade") && !equals_ignoring_case(*upgrade, "h2c");
}

std::optional<response> check_protocol(const request& asked) {
  if (asked.version / 10 != 1) {
    auto made = problem(505, "unsupported_version", "this server speaks HTTP/1.0 and HTTP/1.1");
    made.close_connection();
    return made;
  }
  if (asked.verb_name != "CONNECT" && !wants_other_protocol(asked))
    return std::nullopt;
  // The client may go on in that other protocol: nothing more can be read from this connection.
  auto made = problem(501, "not_implemented", "this server neither upgrades nor tunnels");
  made.close_connection();
  return made;
}

std::optional<response> check_host(const request& asked) {
  const auto count
    = std::count_if(asked.headers.begin(), asked.headers.end(), [](const header_field& field) {
        return equals_ignoring_case(field.name, "Host");
      });
  if (count == 0 && asked.version == 10)
    return std::nullopt;
  if (count == 1 && is_valid_host(*asked.header("Host")))
    return std::nullopt;
  return refuse(area_of(asked.path).form, 400, "bad_host",
                "the request must have exactly one Host header, naming a host");
}

} // namespace

middleware::middleware(const http_options& options)
  : origins_(options), keys_(options.keys), body_bytes_max_(options.body_bytes_max) {
  // nop
}

std::optional<response> middleware::screen(request& asked, response& every_answer) const {
  const auto id = asked.header("X-Request-Id");
  asked.id = id && is_usable_id(*id) ? std::string{*id} : make_request_id();
  if (auto refused = check_protocol(asked))
    return refused;
  if (auto refused = read_target(asked))
    return refused;
  if (auto refused = check_host(asked))
    return refused;
  if (auto answered = origins_.judge(asked, every_answer))
    return answered;
  if (auto refused = check_key(asked))
    return refused;
  if (asked.body_bytes > body_bytes_max_)
    return refuse_body(area_of(asked.segments).form, body_bytes_max_);
  return std::nullopt;
}

std::optional<response> middleware::check_key(request& asked) const {
  const auto& where = area_of(asked.segments);
  if (!where.scope || keys_.is_empty())
    return std::nullopt;
  const auto* key = keys_.find(asked);
  if (key == nullptr)
    return refuse_key(where.form);
  if (!key->scopes.contains(*where.scope))
    return refuse(where.form, 403, "missing_scope",
                  "the API key lacks the scope " + std::string{to_string(*where.scope)});
  asked.organisation = key->organisation;
  asked.key_name = key->name;
  return std::nullopt;
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
    if (!target.starts_with('/'))
      return problem(400, "bad_target", "the request target must have a path");
  }
  const auto path_end = std::min(target.find('?'), target.size());
  asked.path = target.substr(0, path_end);
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
