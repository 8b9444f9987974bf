#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include <callboard/error.hpp>
#include <callboard/json_text.hpp>

#include "text/unique_names.hpp"

namespace callboard::json {

/// Which numbers are taken.
enum class number_rule {
  /// All that the grammar has.
  any,
  /// Those that a double holds, if only nearly.
  finite,
};

/// Reads JSON once from its beginning to its end, and writes it without white space and without members
/// that a later one of the same name replaces. Does not recurse.
class compactor {
public:
  /// @param in the text; must outlive the reader.
  compactor(std::string_view in, std::size_t depth_max, number_rule numbers);

  /// The compact text. Errors: `invalid_argument`. To be called once.
  result<std::string> read();

private:
  /// An array or object that has begun and not ended.
  struct level {
    bool is_object = false;
    /// Where its members begin in `members_`.
    std::size_t first_member = 0;
    /// How many of its elements have ended.
    std::size_t elements = 0;
  };

  /// What follows a value, or the beginning of an array or object.
  enum class step {
    fault,
    /// A value must come.
    value,
    /// A value has ended.
    end,
  };

  bool read_document();
  step begin_value();
  step begin_container(bool is_object);
  step end_container();
  step after_value();
  bool read_name();
  bool read_literal(std::string_view word);
  bool read_number();
  bool read_digits(const char* expected);
  bool read_string(bool is_name, bool& has_escapes);
  bool read_escape(bool is_name);
  bool read_code_unit(unsigned& unit);
  void drop_twins(const level& object);
  void skip_space();
  void flush();

  bool refuse(std::string what);
  bool refuse_here(std::string what);
  bool refuse_unexpected(std::string_view expected);
  std::string path() const;

  bool is_at(char c) const noexcept {
    return at_ < in_.size() && in_[at_] == c;
  }

  std::string_view in_;
  std::size_t depth_max_;
  number_rule numbers_;
  std::size_t at_ = 0;
  /// From here to `at_` all is to be written as it is.
  std::size_t unwritten_ = 0;
  std::string out_;
  /// Outermost first.
  std::vector<level> open_;
  /// Those of all open objects.
  std::vector<member> members_;
  std::string fault_;
};

} // namespace callboard::json
