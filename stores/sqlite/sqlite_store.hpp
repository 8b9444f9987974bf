#pragma once

#include <callboard/store.hpp>

#include "stores/sqlite/writer.hpp"

#include <memory>

namespace callboard::sqlite {

/// `open_sqlite_store` with all that can be set.
result<std::unique_ptr<store>> open_store(writer_options options);

} // namespace callboard::sqlite
