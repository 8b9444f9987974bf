#include "agents/http/tls_trust.hpp"

#include <curl/curl.h>

#include <chrono>
#include <new>
#include <utility>

#include <sys/stat.h>

namespace callboard::agents {

namespace {

using namespace std::chrono_literals;

constexpr auto look_interval = 1s;

/// Where Debian keeps them, as libcurl was built to know.
std::string system_bundle() {
  const auto* file = curl_version_info(CURLVERSION_NOW)->cainfo;
  return file ? file : "";
}

} // namespace

tls_trust::tls_trust(std::string bundle)
  : bundle_(bundle.empty() ? system_bundle() : std::move(bundle)), store_(make_store()) {
  // nop
}

bool tls_trust::refresh(steady_time now) {
  if (now < look_again_at_)
    return false;
  look_again_at_ = now + look_interval;
  const auto version = version_of(bundle_);
  if (!version || version == version_)
    return false;
  auto changed = make_store();
  if (X509_STORE_load_file(changed.get(), bundle_.c_str()) != 1) {
    // For example for want of a descriptor. Until certificates have been read, each request tries again.
    if (!version_)
      look_again_at_ = now;
    return false;
  }
  store_ = std::move(changed);
  return std::exchange(version_, version).has_value();
}

void tls_trust::apply_to(SSL_CTX& context) const {
  SSL_CTX_set1_cert_store(&context, store_.get());
}

std::optional<tls_trust::file_version> tls_trust::version_of(const std::string& file) {
  struct stat found {};
  if (stat(file.c_str(), &found) != 0)
    return std::nullopt;
  constexpr long long second_ns = 1'000'000'000;
  return file_version{.device = found.st_dev,
                      .number = found.st_ino,
                      .size_bytes = found.st_size,
                      .changed_ns = found.st_mtim.tv_sec * second_ns + found.st_mtim.tv_nsec};
}

tls_trust::store_ptr tls_trust::make_store() {
  store_ptr made{X509_STORE_new()};
  if (!made)
    throw std::bad_alloc{};
  // As libcurl does: a trusted intermediate is enough.
  X509_STORE_set_flags(made.get(), X509_V_FLAG_TRUSTED_FIRST | X509_V_FLAG_PARTIAL_CHAIN);
  return made;
}

} // namespace callboard::agents
