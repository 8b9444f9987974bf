#include <callboard/json_text.hpp>

#include <cmath>
#include <limits>
#include <vector>

#include <nlohmann/json.hpp>

namespace callboard {

namespace {

using nlohmann::json;

/// Longest path that a fault names. Enough for any real document; keeps messages short whatever the
/// names in a hostile one.
constexpr std::size_t path_bytes_max = 200;

/// The useful part of the parser's own text: without its name, error number and line, and without
/// the quoted input, which may be long and may be no text at all.
std::string readable(std::string text) {
  if (const auto at = text.find("parse error at "); at != std::string::npos)
    text.erase(0, at + 15);
  if (const auto at = text.find(": "); at != std::string::npos)
    text.erase(0, at + 2);
  if (const auto from = text.find("; last read: '"); from != std::string::npos) {
    const auto to = text.rfind('\'');
    text.erase(from, to + 1 - from);
  }
  return text;
}

/// Builds a document while the parser reads, and stops at the first thing that we refuse: nothing
/// deeper or otherwise worse than the limits ever exists.
class gate final : public nlohmann::json_sax<json> {
public:
  explicit gate(std::size_t depth_max) : depth_max_(depth_max) {
    // nop
  }

  /// What was wrong; empty if nothing.
  std::string& fault() {
    return fault_;
  }

  json& document() {
    return root_;
  }

  bool null() override {
    put(nullptr);
    return true;
  }

  bool boolean(bool value) override {
    put(value);
    return true;
  }

  bool number_integer(number_integer_t value) override {
    put(value);
    return true;
  }

  bool number_unsigned(number_unsigned_t value) override {
    put(value);
    return true;
  }

  bool number_float(number_float_t value, const string_t&) override {
    // The parser itself refuses what overflows.
    put(value);
    return true;
  }

  bool string(string_t& value) override {
    const auto has_nul = value.find('\0') != std::string::npos;
    const auto& place = put(std::move(value));
    return !has_nul || refuse(path_to(place) + " must not contain NUL characters");
  }

  bool binary(binary_t&) override {
    return refuse("binary value");
  }

  bool key(string_t& name) override {
    if (name.find('\0') != std::string::npos)
      return refuse("names must not contain NUL characters");
    member_ = &(*open_.back())[std::move(name)];
    return true;
  }

  bool start_object(std::size_t) override {
    return enter(json::object());
  }

  bool end_object() override {
    open_.pop_back();
    return true;
  }

  bool start_array(std::size_t) override {
    return enter(json::array());
  }

  bool end_array() override {
    open_.pop_back();
    return true;
  }

  bool parse_error(std::size_t position, const std::string&,
                   const json::exception& fault) override {
    const std::string_view text = fault.what();
    const auto where = " (at byte " + std::to_string(position) + ')';
    if (text.find("out_of_range") != std::string_view::npos)
      return refuse("number out of range" + where);
    return refuse(readable(std::string{text}) + where);
  }

private:
  bool refuse(std::string text) {
    fault_ = std::move(text);
    return false;
  }

  bool enter(json empty) {
    if (open_.size() == depth_max_)
      return refuse("nested deeper than " + std::to_string(depth_max_) + " levels");
    open_.push_back(&put(std::move(empty)));
    return true;
  }

  /// Puts a value where the next one belongs. The containers above it stay where they are while it
  /// is open, so pointers to them hold.
  json& put(json value) {
    if (open_.empty())
      return root_ = std::move(value);
    auto& parent = *open_.back();
    if (parent.is_object())
      return *member_ = std::move(value);
    parent.push_back(std::move(value));
    return parent.back();
  }

  /// The names and positions that lead to a value, joined by dots: "metadata.tags.2".
  std::string path_to(const json& value) const {
    std::string path;
    for (std::size_t level = 0; level < open_.size(); ++level) {
      const auto& parent = *open_[level];
      const auto* child = level + 1 < open_.size() ? open_[level + 1] : &value;
      if (!path.empty())
        path += '.';
      if (parent.is_array())
        path += std::to_string(parent.size() - 1);
      else
        for (const auto& [name, member] : parent.items())
          if (&member == child)
            path += name;
    }
    if (path.empty() || path.size() > path_bytes_max)
      return "texts";
    return path;
  }

  std::size_t depth_max_;
  json root_;
  /// The arrays and objects that have begun and not ended, outermost first.
  std::vector<json*> open_;
  /// Where the value of the last name goes.
  json* member_ = nullptr;
  std::string fault_;
};

} // namespace

result<json> parse_json(std::string_view text, const json_limits& limits) {
  if (text.size() > limits.bytes_max)
    return fail(errc::capacity,
                "JSON text is longer than " + std::to_string(limits.bytes_max) + " bytes");
  if (text.starts_with("\xEF\xBB\xBF"))
    return fail(errc::invalid_argument, "JSON text must not begin with a byte order mark");
  // The parser takes a NUL byte for the end of the text and would ignore what follows.
  if (const auto at = text.find('\0'); at != std::string_view::npos)
    return fail(errc::invalid_argument, "NUL byte (at byte " + std::to_string(at + 1) + ')');
  gate reader{limits.depth_max};
  if (!json::sax_parse(text, &reader))
    return fail(errc::invalid_argument, std::move(reader.fault()));
  return std::move(reader.document());
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
  // 2^63 is a double, the largest int64 is not; and what reads as -2^63 may be any number near it.
  constexpr double bound = 9223372036854775808.0;
  if (!(number > -bound && number < bound) || std::trunc(number) != number)
    return std::nullopt;
  return static_cast<std::int64_t>(number);
}

std::string pointer_to(std::string_view parent, std::string_view name) {
  return (nlohmann::json::json_pointer{std::string{parent}} / std::string{name}).to_string();
}

} // namespace callboard
