#include "fuzz/mutation.hpp"

#include <algorithm>

namespace callboard::fuzz {

namespace {

int hex_value(char c) {
  constexpr std::string_view digits = "0123456789abcdef";
  const auto at = digits.find(static_cast<char>(c | 0x20));
  return at == std::string_view::npos ? 0 : static_cast<int>(at);
}

std::string decoded(std::string_view word) {
  std::string made;
  for (std::size_t at = 0; at < word.size(); ++at) {
    if (word[at] != '\\' || at + 1 == word.size()) {
      made += word[at];
    } else if (word[++at] == 'x' && at + 2 < word.size()) {
      made += static_cast<char>(hex_value(word[at + 1]) * 16 + hex_value(word[at + 2]));
      at += 2;
    } else {
      made += word[at];
    }
  }
  return made;
}

} // namespace

std::vector<std::string> dictionary_words(std::string_view text) {
  std::vector<std::string> words;
  while (!text.empty()) {
    const auto line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(text.size(), line.size() + 1));
    const auto begin = line.find('"');
    const auto end = line.rfind('"');
    if (!line.starts_with('#') && begin < end)
      words.push_back(decoded(line.substr(begin + 1, end - begin - 1)));
  }
  return words;
}

mutator::mutator(std::uint64_t seed, std::vector<std::string> words,
                 std::vector<std::string> inputs)
  : random_(seed), words_(std::move(words)), inputs_(std::move(inputs)) {
  // Where there is no dictionary: what delimits something in most formats.
  if (words_.empty())
    words_ = {"\"", "\\", "{", "}", "[", "]", ":", ",", " ", "0", "-1", "1e9", "\xff", {1, '\0'}};
}

std::string mutator::next(std::size_t bytes_max) {
  auto bytes = any_of(inputs_);
  for (auto count = 1 + below(4); count > 0; --count)
    change_once(bytes);
  if (bytes.size() > bytes_max)
    bytes.resize(bytes_max);
  return bytes;
}

std::size_t mutator::below(std::size_t end) {
  // Not std::uniform_int_distribution, which each library makes its own way.
  return static_cast<std::size_t>(random_() % end);
}

const std::string& mutator::any_of(const std::vector<std::string>& texts) {
  return texts[below(texts.size())];
}

void mutator::change_once(std::string& bytes) {
  constexpr std::size_t stretch_max = 8;
  const auto at = below(bytes.size() + 1);
  const auto size = std::min(1 + below(stretch_max), bytes.size() - at);
  switch (below(7)) {
    case 0:
      bytes.insert(at, any_of(words_));
      break;
    case 1:
      bytes.replace(at, size, any_of(words_));
      break;
    case 2:
      bytes.erase(at, size);
      break;
    case 3:
      bytes.insert(at, bytes.substr(at, size));
      break;
    case 4:
      bytes.insert(at, 1, static_cast<char>(below(256)));
      break;
    case 5:
      if (at < bytes.size())
        bytes[at] = static_cast<char>(bytes[at] ^ (1 << below(8)));
      break;
    default: {
      const auto& other = any_of(inputs_);
      bytes.replace(at, std::string::npos, other, below(other.size() + 1), std::string::npos);
    }
  }
}

} // namespace callboard::fuzz
