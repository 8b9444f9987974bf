#include "text/compactor.hpp"

#include <cmath>
#include <span>
#include <utility>

#include "text/json_number.hpp"
#include "text/json_string.hpp"

namespace callboard::json {

namespace {

/// Longest path that a fault names. Enough for any real document; keeps messages short whatever the
/// names in a hostile one.
constexpr std::size_t path_bytes_max = 200;
/// A number without an exponent and of fewer bytes is a double.
constexpr std::size_t finite_bytes_max = 300;

constexpr bool is_space(char c) noexcept {
  return c == ' ' || c == '\n' || c == '\r' || c == '\t';
}

constexpr bool is_digit(char c) noexcept {
  return c >= '0' && c <= '9';
}

bool is_finite(std::string_view number) {
  if (number.size() < finite_bytes_max && number.find_first_of("eE") == std::string_view::npos)
    return true;
  return std::isfinite(to_double(number));
}

} // namespace

compactor::compactor(std::string_view in, std::size_t depth_max, number_rule numbers)
  : in_(in), depth_max_(depth_max), numbers_(numbers) {
  // nop
}

result<std::string> compactor::read() {
  out_.reserve(in_.size());
  if (!read_document())
    return fail(errc::invalid_argument, std::move(fault_));
  flush();
  return std::move(out_);
}

bool compactor::read_document() {
  auto next = step::value;
  for (;;) {
    skip_space();
    if (next == step::end && open_.empty())
      return at_ == in_.size() || refuse_unexpected("end of input");
    next = next == step::value ? begin_value() : after_value();
    if (next == step::fault)
      return false;
  }
}

compactor::step compactor::begin_value() {
  const auto ended = [](bool is_sound) { return is_sound ? step::end : step::fault; };
  const auto c = at_ < in_.size() ? in_[at_] : '\0';
  switch (c) {
    case '{':
    case '[':
      return begin_container(c == '{');
    case '"': {
      bool has_escapes = false;
      return ended(read_string(false, has_escapes));
    }
    case 't':
      return ended(read_literal("true"));
    case 'f':
      return ended(read_literal("false"));
    case 'n':
      return ended(read_literal("null"));
    default:
      if (c == '-' || is_digit(c))
        return ended(read_number());
      refuse_unexpected("a value");
      return step::fault;
  }
}

compactor::step compactor::begin_container(bool is_object) {
  if (open_.size() == depth_max_) {
    refuse("nested deeper than " + std::to_string(depth_max_) + " levels");
    return step::fault;
  }
  open_.push_back({is_object, members_.size(), 0});
  ++at_;
  skip_space();
  if (is_at(is_object ? '}' : ']'))
    return end_container();
  return !is_object || read_name() ? step::value : step::fault;
}

compactor::step compactor::end_container() {
  const auto& ended = open_.back();
  if (ended.is_object) {
    const auto own = std::span{members_}.subspan(ended.first_member);
    if (own.size() > 1 && has_twins(own))
      drop_twins(ended);
    members_.resize(ended.first_member);
  }
  open_.pop_back();
  ++at_;
  return step::end;
}

compactor::step compactor::after_value() {
  auto& around = open_.back();
  if (is_at(around.is_object ? '}' : ']'))
    return end_container();
  if (!is_at(',')) {
    refuse_unexpected(around.is_object ? "',' or '}'" : "',' or ']'");
    return step::fault;
  }
  ++at_;
  ++around.elements;
  if (!around.is_object)
    return step::value;
  skip_space();
  return read_name() ? step::value : step::fault;
}

bool compactor::read_name() {
  if (!is_at('"'))
    return refuse_unexpected("string literal");
  const auto begin = at_;
  member made;
  made.begin = out_.size() + (at_ - unwritten_);
  if (!read_string(true, made.has_escapes))
    return false;
  made.name = in_.substr(begin, at_ - begin);
  members_.push_back(made);
  skip_space();
  if (!is_at(':'))
    return refuse_unexpected("':'");
  ++at_;
  return true;
}

bool compactor::read_literal(std::string_view word) {
  for (const auto c : word) {
    if (!is_at(c))
      return refuse_here("invalid literal; expected " + std::string{word});
    ++at_;
  }
  return true;
}

bool compactor::read_digits(const char* expected) {
  if (at_ == in_.size() || !is_digit(in_[at_]))
    return refuse_here(std::string{"invalid number; expected "} + expected);
  while (at_ < in_.size() && is_digit(in_[at_]))
    ++at_;
  return true;
}

bool compactor::read_number() {
  const auto begin = at_;
  if (is_at('-'))
    ++at_;
  if (is_at('0'))
    ++at_;
  else if (!read_digits("digit after '-'"))
    return false;
  if (is_at('.')) {
    ++at_;
    if (!read_digits("digit after '.'"))
      return false;
  }
  if (is_at('e') || is_at('E')) {
    ++at_;
    if (is_at('+') || is_at('-'))
      ++at_;
    if (!read_digits("digit in exponent"))
      return false;
  }
  return numbers_ == number_rule::any || is_finite(in_.substr(begin, at_ - begin))
         || refuse_here("number out of range");
}

bool compactor::read_string(bool is_name, bool& has_escapes) {
  ++at_;
  for (;;) {
    at_ += plain_length(in_.substr(at_));
    if (at_ == in_.size())
      return refuse_here("invalid string: missing closing quote");
    const auto c = static_cast<unsigned char>(in_[at_]);
    if (c == '"') {
      ++at_;
      return true;
    }
    if (c == '\\') {
      has_escapes = true;
      if (!read_escape(is_name))
        return false;
    } else if (c < 0x20) {
      return refuse_here(c == 0 ? "NUL byte" : "invalid string: control character must be escaped");
    } else {
      const auto length = sequence_length(in_.substr(at_));
      if (length == 0)
        return refuse_here("invalid string: ill-formed UTF-8 byte");
      at_ += length;
    }
  }
}

bool compactor::read_escape(bool is_name) {
  constexpr std::string_view simple = "\"\\/bfnrt";
  ++at_;
  if (at_ < in_.size() && simple.find(in_[at_]) != std::string_view::npos) {
    ++at_;
    return true;
  }
  if (!is_at('u'))
    return refuse_here("invalid string: forbidden character after backslash");
  unsigned unit = 0;
  if (!read_code_unit(unit))
    return false;
  if (unit == 0)
    return refuse(is_name ? "names must not contain NUL characters"
                          : path() + " must not contain NUL characters");
  if (unit < 0xD800 || unit > 0xDFFF)
    return true;
  if (unit >= 0xDC00)
    return refuse_here("invalid string: surrogate U+DC00..U+DFFF must follow U+D800..U+DBFF");
  if (!in_.substr(at_).starts_with("\\u"))
    return refuse_here(
      "invalid string: surrogate U+D800..U+DBFF must be followed by U+DC00..U+DFFF");
  ++at_;
  if (!read_code_unit(unit))
    return false;
  return (unit >= 0xDC00 && unit <= 0xDFFF)
         || refuse_here(
           "invalid string: surrogate U+D800..U+DBFF must be followed by U+DC00..U+DFFF");
}

bool compactor::read_code_unit(unsigned& unit) {
  const auto value = hex_value(in_.substr(at_ + 1));
  if (value < 0)
    return refuse_here("invalid string: '\\u' must be followed by 4 hex digits");
  unit = static_cast<unsigned>(value);
  at_ += 5;
  return true;
}

void compactor::drop_twins(const level& object) {
  flush();
  const auto own = std::span{members_}.subspan(object.first_member);
  std::string kept;
  for (const auto& each : without_twins(own)) {
    const auto& name = own[each.first].name;
    const auto& last = own[each.last];
    const auto value = last.begin + last.name.size() + 1;
    // A comma stands between a member and the next one.
    const auto end = each.last + 1 < own.size() ? own[each.last + 1].begin - 1 : out_.size();
    kept.append(kept.empty() ? "" : ",").append(name).append(":").append(out_, value, end - value);
  }
  out_.replace(own.front().begin, std::string::npos, kept);
}

void compactor::skip_space() {
  if (at_ == in_.size() || !is_space(in_[at_]))
    return;
  flush();
  while (at_ < in_.size() && is_space(in_[at_]))
    ++at_;
  unwritten_ = at_;
}

void compactor::flush() {
  out_.append(in_, unwritten_, at_ - unwritten_);
  unwritten_ = at_;
}

bool compactor::refuse(std::string what) {
  fault_ = std::move(what);
  return false;
}

bool compactor::refuse_here(std::string what) {
  return refuse(std::move(what) + " (at byte " + std::to_string(at_ + 1) + ')');
}

bool compactor::refuse_unexpected(std::string_view expected) {
  if (at_ == in_.size())
    return refuse_here("unexpected end of input; expected " + std::string{expected});
  constexpr std::string_view shown = "{}[],:";
  const auto c = in_[at_];
  if (c == '\0')
    return refuse_here("NUL byte");
  const auto what = shown.find(c) != std::string_view::npos ? '\'' + std::string{c} + '\''
                    : c == '"'                              ? std::string{"string"}
                    : c == '-' || is_digit(c)               ? std::string{"number"}
                                                            : std::string{"character"};
  // What begins like a word is mostly meant as one.
  if (expected == "a value" && what == "character")
    return refuse_here("invalid literal; expected a value");
  return refuse_here("unexpected " + what + "; expected " + std::string{expected});
}

/// The names and positions that lead to the value that is being read, joined by dots: "metadata.tags.2".
std::string compactor::path() const {
  std::string made;
  for (std::size_t i = 0; i < open_.size(); ++i) {
    const auto next_member = i + 1 < open_.size() ? open_[i + 1].first_member : members_.size();
    if (!made.empty())
      made += '.';
    made += open_[i].is_object ? decoded(members_[next_member - 1].name)
                               : std::to_string(open_[i].elements);
    if (made.size() > path_bytes_max)
      return "texts";
  }
  return made.empty() ? "texts" : made;
}

} // namespace callboard::json
