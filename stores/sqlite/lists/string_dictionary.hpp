#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace callboard::sqlite {

/// Numbers for texts, so that columns of texts can be held and compared as numbers. A text stays for
/// good.
class string_dictionary {
public:
  /// The number of a text; a new one if it has none yet. Numbers count from zero.
  std::uint32_t take(std::string_view text);

  /// The number of a text, if it has one.
  std::optional<std::uint32_t> find(std::string_view text) const;

  /// Where each text stands among all in bytewise order, by its number. Valid until the next `take`.
  const std::vector<std::uint32_t>& ranks();

  std::size_t size() const noexcept {
    return texts_.size();
  }

private:
  struct text_hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const noexcept {
      return std::hash<std::string_view>{}(text);
    }
  };

  std::unordered_map<std::string, std::uint32_t, text_hash, std::equal_to<>> numbers_;
  /// By number; keys of `numbers_`, which stay where they are.
  std::vector<const std::string*> texts_;
  /// Numbers in the order of their texts, as far as they have been ranked.
  std::vector<std::uint32_t> sorted_;
  std::vector<std::uint32_t> ranks_;
};

} // namespace callboard::sqlite
