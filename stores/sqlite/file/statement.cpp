#include "stores/sqlite/file/statement.hpp"

#include "stores/sqlite/file/time_ranges.hpp"

#include <sqlite3.h>

#include <algorithm>
#include <limits>

namespace callboard::sqlite {

rows::~rows() {
  if (of_.handle_ == nullptr)
    return;
  sqlite3_reset(of_.handle_);
  sqlite3_clear_bindings(of_.handle_);
}

result<bool> rows::next() {
  if (bind_code_ != SQLITE_OK)
    return of_.db_.failure(bind_code_);
  if (auto ok = check(); !ok)
    return tl::unexpected(std::move(ok.error()));
  column_ = 0;
  switch (const auto code = sqlite3_step(of_.handle_)) {
    case SQLITE_ROW:
      return true;
    case SQLITE_DONE:
      return false;
    default:
      return of_.db_.failure(code);
  }
}

result<void> rows::check() const {
  if (is_damaged_)
    return damaged();
  return {};
}

std::int64_t rows::integer() {
  is_damaged_ |= sqlite3_column_type(of_.handle_, column_) != SQLITE_INTEGER;
  return sqlite3_column_int64(of_.handle_, column_++);
}

std::optional<std::int64_t> rows::optional_integer() {
  if (is_null()) {
    skip(1);
    return std::nullopt;
  }
  return integer();
}

double rows::real() {
  return sqlite3_column_double(of_.handle_, column_++);
}

std::string_view rows::bytes(int type) {
  is_damaged_ |= sqlite3_column_type(of_.handle_, column_) != type;
  const auto* first = static_cast<const char*>(sqlite3_column_blob(of_.handle_, column_));
  const auto size = static_cast<std::size_t>(sqlite3_column_bytes(of_.handle_, column_++));
  return {first, size};
}

std::string rows::text() {
  return std::string{bytes(SQLITE_TEXT)};
}

shared_text rows::optional_text() {
  if (is_null()) {
    skip(1);
    return nullptr;
  }
  return std::make_shared<const std::string>(bytes(SQLITE_TEXT));
}

json_text rows::json() {
  if (is_null()) {
    skip(1);
    return {};
  }
  return json_text::from_valid(text());
}

std::vector<time_range> rows::time_ranges() {
  if (is_null()) {
    skip(1);
    return {};
  }
  auto ranges = parse_time_ranges(text());
  is_damaged_ |= !ranges;
  return std::move(ranges).value_or(std::vector<time_range>{});
}

uuid rows::id() {
  uuid made;
  if (is_null()) {
    skip(1);
    return made;
  }
  if (sqlite3_column_type(of_.handle_, column_) == SQLITE_TEXT) {
    const auto parsed = uuid::parse(bytes(SQLITE_TEXT));
    is_damaged_ |= !parsed;
    return parsed.value_or(made);
  }
  const auto found = bytes(SQLITE_BLOB);
  if (found.size() == made.bytes.size())
    std::copy(found.begin(), found.end(), made.bytes.begin());
  else
    is_damaged_ = true;
  return made;
}

system_time rows::time() {
  return system_time{std::chrono::milliseconds{integer()}};
}

std::optional<system_time> rows::optional_time() {
  if (const auto value = optional_integer())
    return system_time{std::chrono::milliseconds{*value}};
  return std::nullopt;
}

std::uint32_t rows::count() {
  return static_cast<std::uint32_t>(up_to(std::numeric_limits<std::uint32_t>::max()));
}

std::size_t rows::size() {
  return static_cast<std::size_t>(up_to(std::numeric_limits<std::int64_t>::max()));
}

bool rows::boolean() {
  return up_to(1) == 1;
}

bool rows::is_null() const noexcept {
  return sqlite3_column_type(of_.handle_, column_) == SQLITE_NULL;
}

std::int64_t rows::up_to(std::int64_t last) {
  const auto value = integer();
  if (value >= 0 && value <= last)
    return value;
  is_damaged_ = true;
  return 0;
}

statement::~statement() {
  sqlite3_finalize(handle_);
}

rows statement::start_with(std::span<const bound_value> values) {
  auto code = prepare();
  int place = 0;
  for (const auto& value : values)
    if (++place; code == SQLITE_OK)
      code = std::visit([&](const auto& each) { return bind(place, each); }, value);
  return rows{*this, code};
}

int statement::prepare() {
  if (handle_ != nullptr)
    return SQLITE_OK;
  return sqlite3_prepare_v3(db_.handle(), sql_.c_str(), static_cast<int>(sql_.size()) + 1,
                            SQLITE_PREPARE_PERSISTENT, &handle_, nullptr);
}

int statement::bind(int place, std::nullopt_t) {
  return sqlite3_bind_null(handle_, place);
}

int statement::bind(int place, std::int64_t value) {
  return sqlite3_bind_int64(handle_, place, value);
}

int statement::bind(int place, double value) {
  return sqlite3_bind_double(handle_, place, value);
}

int statement::bind(int place, std::string_view text) {
  // A null pointer would bind NULL instead of an empty text.
  const auto* first = text.data() == nullptr ? "" : text.data();
  return sqlite3_bind_text64(handle_, place, first, text.size(), SQLITE_STATIC, SQLITE_UTF8);
}

int statement::bind(int place, const uuid& id) {
  return sqlite3_bind_blob(handle_, place, id.bytes.data(), static_cast<int>(id.bytes.size()),
                           SQLITE_STATIC);
}

} // namespace callboard::sqlite
