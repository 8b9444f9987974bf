#pragma once

#include <memory>
#include <string_view>

#include <callboard/error.hpp>
#include <callboard/store.hpp>

namespace callboard::app {

/// Opens the store that a setting names. Errors: `invalid_argument` (see `store_complaint`), `io`.
result<std::unique_ptr<store>> open_store(std::string_view setting, store_sync sync);

} // namespace callboard::app
