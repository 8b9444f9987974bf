#pragma once

#include <functional>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "http/application.hpp"
#include "http/pipeline/exchange.hpp"
#include "tests/support/raw_response.hpp"

namespace callboard::tests {

/// A request as a test writes it down.
struct sample_request {
  std::string method = "GET";
  std::string target = "/";
  std::vector<std::pair<std::string, std::string>> headers{{"Host", "127.0.0.1:3000"}};
  std::string body{};
  int version = 11;
  const http::framing_fault* fault = nullptr;
  http::client_source from{};

  /// The same with one more header.
  sample_request with(std::string name, std::string value) const;

  /// The view of it that handlers get. Holds as long as this does.
  http::request view() const;
};

/// A request with a JSON body.
sample_request post_json(std::string target, std::string body);

/// The texts of a request: a base, so that they are there before what points to them.
struct request_texts {
  sample_request sample;
};

/// An exchange without a socket: keeps what is written.
class test_exchange final : private request_texts, public http::exchange {
public:
  explicit test_exchange(sample_request sample, std::shared_ptr<http::in_flight> shared
                                                = std::make_shared<http::in_flight>());
  ~test_exchange() override;

  /// The answer; fails the test if there is none.
  raw_response answered() const;

  bool is_answered() const noexcept {
    return written_->has_value();
  }

  bool is_released() const noexcept {
    return is_released_;
  }

  /// Whether the answer was made where nobody waits for it.
  bool was_long() const noexcept {
    return was_long_;
  }

  /// Portions that came before the end of the answer.
  std::size_t portion_count() const noexcept {
    return portion_count_;
  }

  std::size_t largest_portion() const noexcept {
    return largest_portion_;
  }

  /// The connection breaks with this portion.
  std::size_t portions_max = std::numeric_limits<std::size_t>::max();

  /// Portions are out only when the test says so.
  bool holds_portions = false;

  /// The portion that is held is out, or can never go out.
  void end_portion(bool is_out);

  /// What has been written before the end of the answer.
  const std::string& portions() const noexcept {
    return portions_;
  }

  /// What was written; stays when the exchange goes.
  std::shared_ptr<const std::optional<http::outgoing>> written() const noexcept {
    return written_;
  }

protected:
  void write(http::outgoing made) override;
  void write_portion(std::string bytes, std::shared_ptr<http::backpressure::place> counted,
                     std::function<void(bool is_out)> done) override;
  void run_later(bool is_long, std::function<void()> work) override;
  void release() noexcept override;

private:
  std::shared_ptr<std::optional<http::outgoing>> written_
    = std::make_shared<std::optional<http::outgoing>>();
  bool is_released_ = false;
  bool was_long_ = false;
  std::string portions_;
  std::function<void(bool)> held_;
  std::size_t portion_count_ = 0;
  std::size_t largest_portion_ = 0;
};

/// Takes bytes of an answer apart.
raw_response take_apart(const http::outgoing& written, bool is_head = false);

/// Has an application answer a request within the call.
raw_response ask(http::application& app, const sample_request& sample);

} // namespace callboard::tests
