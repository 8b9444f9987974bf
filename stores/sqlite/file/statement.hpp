#pragma once

#include <callboard/error.hpp>
#include <callboard/job.hpp>
#include <callboard/schedule.hpp>

#include "stores/sqlite/file/connection.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

struct sqlite3_stmt;

namespace callboard::sqlite {

class statement;

/// The rows that a started statement gives, one at a time; ends the statement with its scope.
/// Values of a row are taken from left to right, each once; one that is not of the kind asked for
/// turns the next call of `next` or `check` into the error `damaged()`.
class rows {
public:
  rows(const rows&) = delete;
  rows& operator=(const rows&) = delete;
  ~rows();

  /// Goes to the next row; false: there is none.
  result<bool> next();

  /// Goes through all rows.
  template <class Visit>
  result<void> for_each(Visit visit) {
    for (;;) {
      auto is_there = next();
      if (!is_there)
        return tl::unexpected(std::move(is_there.error()));
      if (!*is_there)
        return {};
      visit(*this);
    }
  }

  /// Whether all values taken so far were as asked for.
  result<void> check() const;

  std::int64_t integer();
  std::optional<std::int64_t> optional_integer();
  double real();
  std::string text();
  /// Null for NULL.
  shared_text optional_text();
  /// Empty for NULL.
  json_text json();
  /// Empty for NULL.
  std::vector<time_range> time_ranges();
  /// From its 16 bytes or its text form; nil for NULL.
  uuid id();
  system_time time();
  std::optional<system_time> optional_time();
  std::uint32_t count();
  std::size_t size();
  bool boolean();

  /// A value of an enumeration that counts from zero to `last`.
  template <class Enum>
  Enum one_of(Enum last) {
    return static_cast<Enum>(up_to(static_cast<std::int64_t>(last)));
  }

  /// Whether the next value is NULL; does not take it.
  bool is_null() const noexcept;

  /// Leaves out values.
  void skip(int values) noexcept {
    column_ += values;
  }

private:
  friend class statement;
  rows(statement& of, int bind_code) : of_{of}, bind_code_{bind_code} {
    // nop
  }

  std::int64_t up_to(std::int64_t last);
  std::string_view bytes(int type);

  statement& of_;
  int bind_code_;
  int column_ = 0;
  bool is_damaged_ = false;
};

/// A value for a parameter of a statement.
using bound_value = std::variant<std::int64_t, std::string_view>;

/// A prepared statement, prepared when it is first used. Texts given to it are not copied: they must
/// live until there are no more rows.
class statement {
public:
  /// @param sql one statement; kept.
  statement(connection& db, std::string sql) : db_{db}, sql_{std::move(sql)} {
    // nop
  }
  statement(const statement&) = delete;
  statement& operator=(const statement&) = delete;
  ~statement();

  /// Binds the parameters ?1, ?2 … and begins. At most one `rows` of a statement at a time.
  template <class... Values>
  [[nodiscard]] rows start(const Values&... values) {
    if (auto code = prepare(); code != 0)
      return rows{*this, code};
    int place = 0;
    int code = 0;
    ((code = code != 0 ? code : bind(++place, values)), ...);
    return rows{*this, code};
  }

  /// The same with values whose number is not known before.
  [[nodiscard]] rows start_with(std::span<const bound_value> values);

  /// Runs a statement that gives no rows.
  template <class... Values>
  result<void> run(const Values&... values) {
    auto none = start(values...);
    auto is_there = none.next();
    if (!is_there)
      return tl::unexpected(std::move(is_there.error()));
    return {};
  }

private:
  friend class rows;

  int prepare();
  int bind(int place, std::nullopt_t);
  int bind(int place, std::int64_t value);
  int bind(int place, double value);
  int bind(int place, std::string_view text);
  int bind(int place, const uuid& id);

  int bind(int place, const std::string& text) {
    return bind(place, std::string_view{text});
  }
  int bind(int place, const shared_text& text) {
    return text ? bind(place, std::string_view{*text}) : bind(place, std::nullopt);
  }
  int bind(int place, const json_text& json) {
    return json.is_empty() ? bind(place, std::nullopt) : bind(place, std::string_view{json.text()});
  }
  int bind(int place, system_time time) {
    return bind(place, static_cast<std::int64_t>(time.time_since_epoch().count()));
  }
  int bind(int place, std::chrono::milliseconds span) {
    return bind(place, static_cast<std::int64_t>(span.count()));
  }
  template <class T>
  int bind(int place, const std::optional<T>& value) {
    return value ? bind(place, *value) : bind(place, std::nullopt);
  }
  /// Enumerations and the integers that a signed 64-bit one holds.
  template <class T>
  requires std::is_enum_v<T> ||(std::is_integral_v<T> && !std::is_same_v<T, std::int64_t>)int bind(
    int place, T value) {
    return bind(place, static_cast<std::int64_t>(value));
  }

  connection& db_;
  std::string sql_;
  sqlite3_stmt* handle_ = nullptr;
};

} // namespace callboard::sqlite
