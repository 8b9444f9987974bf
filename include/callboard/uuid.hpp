#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace callboard {

/// A UUID (RFC 9562) as its 16 bytes, in network order. Compares in the order of its text form, which
/// for version 7 is the order of creation. All zeros is "none".
struct uuid {
  std::array<std::uint8_t, 16> bytes = {};

  /// Reads the form 8-4-4-4-12 in any case, of any version. Anything else: no value.
  static std::optional<uuid> parse(std::string_view text) noexcept;

  /// The lower-case form 8-4-4-4-12.
  std::string to_string() const;

  /// Whether this is the UUID of all zeros, which stands for "none".
  bool is_nil() const noexcept {
    return *this == uuid{};
  }

  friend auto operator<=>(const uuid&, const uuid&) = default;
};

} // namespace callboard

template <>
struct std::hash<callboard::uuid> {
  /// The last eight bytes: random in versions 4 and 7, a digest in version 5.
  std::size_t operator()(const callboard::uuid& id) const noexcept {
    std::size_t tail = 0;
    static_assert(sizeof(tail) <= 8);
    std::memcpy(&tail, id.bytes.data() + 8, sizeof(tail));
    return tail;
  }
};
