#include "agents/http/outbound_http.hpp"

#include "agents/http/client_context.hpp"
#include "agents/http/http_transfer.hpp"
#include "agents/pipe_signal.hpp"

#include <curl/curl.h>

#include <charconv>
#include <mutex>
#include <stdexcept>
#include <unordered_map>
#include <utility>
#include <variant>

namespace callboard {

namespace agents {

namespace {

/// Nobody retries after more than a year; keeps sums of times within range.
constexpr std::chrono::seconds retry_after_max{366 * 24 * 3600};

} // namespace

std::optional<std::chrono::milliseconds> parse_retry_after(
  const std::string& value, std::chrono::system_clock::time_point now) {
  using std::chrono::seconds;
  if (value.empty())
    return std::nullopt;
  if (value.find_first_not_of("0123456789") == std::string::npos) {
    std::int64_t count = 0;
    const auto parsed = std::from_chars(value.data(), value.data() + value.size(), count);
    // More digits than the type holds: longer than anybody waits.
    return parsed.ec == std::errc{} ? std::min(seconds{count}, retry_after_max) : retry_after_max;
  }
  // The date parser takes much that is no HTTP date; those begin with the name of a day.
  const auto at = curl_getdate(value.c_str(), nullptr);
  if (at < 0 || value.front() < 'A' || value.front() > 'Z')
    return std::nullopt;
  const auto wait = std::chrono::ceil<seconds>(std::chrono::system_clock::from_time_t(at) - now);
  return std::clamp(wait, seconds{0}, retry_after_max);
}

} // namespace agents

using namespace agents;

namespace {

/// Connections that are kept open while idle. Enough for several agents at their default
/// concurrency of 64, few beside the file descriptors that a server may have.
constexpr long idle_connections_max = 256;

/// libcurl is woken when there is something to do; this only bounds the wait if a wake-up fails.
constexpr int idle_wait_ms = 60'000;

} // namespace

/// The thread's own: it owns the multi handle and the transfers; others leave orders for it.
class outbound_http::loop {
public:
  loop(address_policy policy, std::string ca_bundle)
    : context_(std::move(policy), std::move(ca_bundle)) {
    multi_ = curl_multi_init();
    if (!multi_)
      throw std::runtime_error("the HTTP client library cannot be set up");
    curl_multi_setopt(multi_, CURLMOPT_MAXCONNECTS, idle_connections_max);
  }

  loop(const loop&) = delete;
  loop& operator=(const loop&) = delete;

  ~loop() {
    curl_multi_cleanup(multi_);
  }

  request_id post(http_request request, response_handler done) {
    request_id id = 0;
    {
      std::lock_guard guard{mutex_};
      id = ++last_id_;
      orders_.emplace_back(
        std::make_unique<http_transfer>(id, std::move(request), context_, std::move(done)));
    }
    curl_multi_wakeup(multi_);
    return id;
  }

  void abort(request_id id) {
    {
      std::lock_guard guard{mutex_};
      orders_.emplace_back(id);
    }
    curl_multi_wakeup(multi_);
  }

  void stop() {
    {
      std::lock_guard guard{mutex_};
      is_stopping_ = true;
    }
    curl_multi_wakeup(multi_);
  }

  void run() {
    // libcurl is told to leave signals alone, and OpenSSL writes without a thought of them.
    block_pipe_signal();
    while (take_orders()) {
      int running = 0;
      curl_multi_perform(multi_, &running);
      finish_transfers();
      curl_multi_poll(multi_, nullptr, 0, idle_wait_ms, nullptr);
    }
    end_all();
  }

private:
  /// A transfer to begin, or the id of one to give up.
  using order = std::variant<std::unique_ptr<http_transfer>, request_id>;

  /// Returns whether to go on.
  bool take_orders() {
    std::vector<order> orders;
    bool goes_on = true;
    {
      std::lock_guard guard{mutex_};
      orders.swap(orders_);
      goes_on = !is_stopping_;
    }
    for (auto& next : orders) {
      if (auto* transfer = std::get_if<std::unique_ptr<http_transfer>>(&next))
        begin(std::move(*transfer));
      else
        remove(std::get<request_id>(next));
    }
    return goes_on;
  }

  void begin(std::unique_ptr<http_transfer> transfer) {
    if (transfer->prepare())
      add(std::move(transfer));
    else
      transfer->fail(http_fault::other);
  }

  void add(std::unique_ptr<http_transfer> transfer) {
    if (curl_multi_add_handle(multi_, transfer->handle()) != CURLM_OK)
      transfer->fail(http_fault::other);
    else
      running_.emplace(transfer->id(), std::move(transfer));
  }

  std::unique_ptr<http_transfer> remove(request_id id) {
    auto node = running_.extract(id);
    if (!node)
      return nullptr;
    curl_multi_remove_handle(multi_, node.mapped()->handle());
    return std::move(node.mapped());
  }

  void finish_transfers() {
    int left = 0;
    while (const auto* message = curl_multi_info_read(multi_, &left)) {
      if (message->msg != CURLMSG_DONE)
        continue;
      const auto code = message->data.result;
      http_transfer* transfer = nullptr;
      curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &transfer);
      // The message is gone once its handle is removed.
      auto finished = remove(transfer->id());
      if (finished->renew())
        add(std::move(finished));
      else
        finished->finish(code);
    }
  }

  void end_all() {
    while (!running_.empty())
      remove(running_.begin()->first)->fail(http_fault::stopped);
  }

  client_context context_;
  std::mutex mutex_;
  std::vector<order> orders_;
  request_id last_id_ = 0;
  bool is_stopping_ = false;
  CURLM* multi_ = nullptr;
  std::unordered_map<request_id, std::unique_ptr<http_transfer>> running_;
};

outbound_http::outbound_http(address_policy policy, std::string ca_bundle)
  : loop_(std::make_shared<loop>(std::move(policy), std::move(ca_bundle))),
    thread_([held = loop_] { held->run(); }) {
  // nop
}

outbound_http::~outbound_http() {
  loop_->stop();
}

outbound_http::request_id outbound_http::post(http_request request, response_handler done) {
  return loop_->post(std::move(request), std::move(done));
}

void outbound_http::abort(request_id id) {
  loop_->abort(id);
}

result<std::shared_ptr<outbound_http>> make_outbound_http(outbound_options options) {
  auto policy = address_policy::make(options);
  if (!policy)
    return tl::unexpected(std::move(policy.error()));
  return std::make_shared<outbound_http>(*std::move(policy));
}

std::shared_ptr<outbound_http> make_outbound_http() {
  return std::make_shared<outbound_http>(address_policy{});
}

} // namespace callboard
