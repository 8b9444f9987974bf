#include "agents/http/client_context.hpp"

#include <algorithm>
#include <chrono>
#include <stdexcept>
#include <utility>

namespace callboard::agents {

namespace {

void require(bool worked) {
  if (!worked)
    throw std::runtime_error("the HTTP client library cannot be set up");
}

address_policy init_curl_before(address_policy policy) {
  static const auto code = curl_global_init(CURL_GLOBAL_DEFAULT);
  require(code == CURLE_OK);
  return policy;
}

std::shared_ptr<CURLSH> make_sessions() {
  std::shared_ptr<CURLSH> made{curl_share_init(), &curl_share_cleanup};
  // One thread uses it, so that no locks are needed.
  require(made
          && curl_share_setopt(made.get(), CURLSHOPT_SHARE, CURL_LOCK_DATA_SSL_SESSION)
               == CURLSHE_OK);
  return made;
}

} // namespace

client_context::client_context(address_policy which, std::string bundle)
  : policy(init_curl_before(std::move(which))),
    trust_(std::move(bundle)),
    sessions_(make_sessions()) {
  // nop
}

std::shared_ptr<CURLSH> client_context::sessions(steady_time now) {
  if (trust_.refresh(now)) {
    sessions_ = make_sessions();
    trust_changed_at_ = now;
  }
  return sessions_;
}

long client_context::connection_seconds_max(steady_time now) const noexcept {
  if (!trust_changed_at_)
    return 0;
  const auto since = std::chrono::duration_cast<std::chrono::seconds>(now - *trust_changed_at_);
  return std::max<long>(1, since.count());
}

} // namespace callboard::agents
