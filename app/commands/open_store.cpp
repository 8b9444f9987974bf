#include "app/commands/open_store.hpp"

#include "app/config/store_setting.hpp"

namespace callboard::app {

result<std::unique_ptr<store>> open_store(std::string_view setting, store_sync sync) {
  if (const auto complaint = store_complaint(setting))
    return fail(errc::invalid_argument, "store " + *complaint);
  if (auto path = database_of(setting))
    return open_sqlite_store({.path = *std::move(path), .sync = sync});
  return make_memory_store();
}

} // namespace callboard::app
