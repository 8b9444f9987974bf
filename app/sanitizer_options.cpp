// Only in builds with UBSan. Its look at an object behind a virtual call needs a pipe: in a process that
// has no descriptor left it takes every object for broken and ends the process. Here that one check is
// made the kind that goes on if the options say so: with UBSAN_OPTIONS=halt_on_error=0 it is only
// printed, and the server's behaviour without descriptors can be tested. Without that it ends the
// process as well as all other checks, which always do.

#include <cstdlib>
#include <string_view>

extern "C" {

// UBSan's own: the same check for code compiled with -fsanitize-recover=vptr.
void __ubsan_handle_dynamic_type_cache_miss(void* place, void* object, void* hash);

/// Called in place of UBSan's own by code compiled with -fno-sanitize-recover.
void __ubsan_handle_dynamic_type_cache_miss_abort(void* place, void* object, void* hash) {
  __ubsan_handle_dynamic_type_cache_miss(place, object, hash);
}

/// The options that UBSan begins with. With GCC 12 they outlast what UBSAN_OPTIONS says, so that it has
/// to be looked at here.
const char* __ubsan_default_options() {
  constexpr std::string_view going_on = "halt_on_error=0";
  const auto* given = std::getenv("UBSAN_OPTIONS");
  const bool goes_on
    = given != nullptr && std::string_view{given}.find(going_on) < std::string_view::npos;
  return goes_on ? going_on.data() : "halt_on_error=1";
}
}
