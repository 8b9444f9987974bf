#include "http/pipeline/rate_limit.hpp"

#include <algorithm>

namespace callboard::http {

rate_state rate_use::take(const rate_limit& of, steady_time now) noexcept {
  const auto step = of.step();
  const steady_time::duration window = of.window;
  const auto used_before = std::max(all_back_at_, now);
  const auto next = used_before + step;
  rate_state made;
  made.is_granted = next - now <= window;
  if (made.is_granted)
    all_back_at_ = next;
  const auto used = std::max(all_back_at_, now) - now;
  made.left = static_cast<std::size_t>(std::max(window - used, steady_time::duration{0}) / step);
  made.until_next = std::max(used + step - window, steady_time::duration{0});
  made.until_all = used;
  return made;
}

std::chrono::seconds seconds_until(steady_time::duration time) noexcept {
  return std::chrono::ceil<std::chrono::seconds>(time);
}

} // namespace callboard::http
