#include "agents/http/client_context.hpp"

#include <stdexcept>
#include <utility>

namespace callboard::agents {

namespace {

void require(bool worked) {
  if (!worked)
    throw std::runtime_error("the HTTP client library cannot be set up");
}

void init_curl_once() {
  static const auto code = curl_global_init(CURL_GLOBAL_DEFAULT);
  require(code == CURLE_OK);
}

} // namespace

client_context::client_context(address_policy which, std::string bundle)
  : policy(std::move(which)), ca_bundle(std::move(bundle)) {
  init_curl_once();
  sessions_.reset(curl_share_init());
  // One thread uses it, so that no locks are needed.
  require(sessions_
          && curl_share_setopt(sessions_.get(), CURLSHOPT_SHARE, CURL_LOCK_DATA_SSL_SESSION)
               == CURLSHE_OK);
}

} // namespace callboard::agents
