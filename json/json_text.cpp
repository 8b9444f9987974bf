#include <callboard/json_text.hpp>

#include <cmath>
#include <limits>
#include <vector>

#include <nlohmann/json.hpp>

namespace callboard {

namespace {

using nlohmann::json;

/// Looks at a JSON text without building anything, and stops at the first thing that we refuse.
class gate final : public nlohmann::json_sax<json> {
public:
  explicit gate(std::size_t depth_max) : depth_max_(depth_max) {
    // nop
  }

  /// What was wrong; empty if nothing.
  const std::string& fault() const {
    return fault_;
  }

  bool null() override {
    return true;
  }

  bool boolean(bool) override {
    return true;
  }

  bool number_integer(number_integer_t) override {
    return true;
  }

  bool number_unsigned(number_unsigned_t) override {
    return true;
  }

  bool number_float(number_float_t value, const string_t& text) override {
    return std::isfinite(value) || refuse("number out of range: " + text.substr(0, 40));
  }

  bool string(string_t& value) override {
    return check_text(value);
  }

  bool binary(binary_t&) override {
    return refuse("binary value");
  }

  bool start_object(std::size_t) override {
    return enter();
  }

  bool key(string_t& name) override {
    return check_text(name);
  }

  bool end_object() override {
    return leave();
  }

  bool start_array(std::size_t) override {
    return enter();
  }

  bool end_array() override {
    return leave();
  }

  bool parse_error(std::size_t position, const std::string&,
                   const json::exception& fault) override {
    // The library's own text starts with its name and an error number; what follows "column N: " is
    // what a caller can use.
    std::string text = fault.what();
    if (const auto at = text.find("out_of_range"); at != std::string::npos)
      return refuse("number out of range near byte " + std::to_string(position));
    if (const auto at = text.find("parse error at "); at != std::string::npos)
      text = text.substr(at + 15);
    if (const auto at = text.find(": "); at != std::string::npos)
      text = text.substr(at + 2);
    return refuse(text + " (at byte " + std::to_string(position) + ')');
  }

private:
  bool refuse(std::string text) {
    fault_ = std::move(text);
    return false;
  }

  bool check_text(const std::string& text) {
    return text.find('\0') == std::string::npos || refuse("texts must not contain NUL characters");
  }

  bool enter() {
    return ++depth_ <= depth_max_
           || refuse("nested deeper than " + std::to_string(depth_max_) + " levels");
  }

  bool leave() {
    --depth_;
    return true;
  }

  std::size_t depth_max_;
  std::size_t depth_ = 0;
  std::string fault_;
};

} // namespace

result<json> parse_json(std::string_view text, const json_limits& limits) {
  if (text.size() > limits.bytes_max)
    return fail(errc::capacity,
                "JSON text is longer than " + std::to_string(limits.bytes_max) + " bytes");
  if (text.starts_with("\xEF\xBB\xBF"))
    return fail(errc::invalid_argument, "JSON text must not begin with a byte order mark");
  gate check{limits.depth_max};
  if (!json::sax_parse(text, &check))
    return fail(errc::invalid_argument,
                check.fault().empty() ? "JSON text is not valid" : check.fault());
  auto made = json::parse(text, nullptr, false);
  if (made.is_discarded())
    return fail(errc::invalid_argument, "JSON text is not valid");
  return made;
}

std::string dump_json(const json& value) {
  return value.dump(-1, ' ', false, json::error_handler_t::replace);
}

std::optional<std::int64_t> to_int64(const json& value) noexcept {
  if (value.is_number_unsigned()) {
    const auto number = value.get<std::uint64_t>();
    if (number > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max()))
      return std::nullopt;
    return static_cast<std::int64_t>(number);
  }
  if (value.is_number_integer())
    return value.get<std::int64_t>();
  if (!value.is_number_float())
    return std::nullopt;
  const auto number = value.get<double>();
  // 2^63 is a double; the largest int64 is not.
  constexpr double bound = 9223372036854775808.0;
  if (!(number >= -bound && number < bound) || std::trunc(number) != number)
    return std::nullopt;
  return static_cast<std::int64_t>(number);
}

} // namespace callboard
