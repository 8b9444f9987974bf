#pragma once

#include <cstddef>
#include <cstdint>
#include <random>
#include <string>
#include <string_view>
#include <vector>

namespace callboard::fuzz {

/// The words of a libFuzzer dictionary: what stands between quotes in each line, `\\`, `\"` and `\xNN`
/// in it decoded.
std::vector<std::string> dictionary_words(std::string_view text);

/// Changes inputs at random. The same seed, words, inputs and calls make the same changes everywhere.
class mutator {
public:
  /// @param inputs at least one: what there is to change
  mutator(std::uint64_t seed, std::vector<std::string> words, std::vector<std::string> inputs);

  /// One of the inputs with up to four changes: bytes put in, taken out, repeated or flipped, words put
  /// in or over others, the end of another input. No longer than `bytes_max`.
  std::string next(std::size_t bytes_max);

private:
  std::size_t below(std::size_t end);
  const std::string& any_of(const std::vector<std::string>& texts);
  void change_once(std::string& bytes);

  std::mt19937_64 random_;
  std::vector<std::string> words_;
  std::vector<std::string> inputs_;
};

} // namespace callboard::fuzz
