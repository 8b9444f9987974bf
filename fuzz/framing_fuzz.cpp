// Bytes on a connection: however they are split the same requests are found in them, and the parser
// behind finds those too.

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "fuzz/require.hpp"
#include "tests/http/framing/framing_run.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using namespace callboard::tests;
  using callboard::fuzz::require;
  // Every byte is its own piece below: what is longer takes long and shows nothing new.
  if (size == 0 || size > 2048)
    return 0;
  const std::string_view text{reinterpret_cast<const char*>(bytes), size};
  const std::vector<std::string_view> whole{text};

  const auto expected = read_pieces(whole);
  require(read_pieces(split_everywhere(text)) == expected);
  // These throw if the parser disagrees.
  const auto parsed = parse_pieces(whole, 4096);
  require(parsed.fault == expected.fault);
  require(parsed.requests.size() == expected.requests.size());
  require(parse_pieces(split_everywhere(text), 4096) == parsed);
  require(parse_pieces(whole, 7) == parsed);
  for (std::size_t i = 0; i < parsed.requests.size(); ++i)
    require(describe(expected.requests[i]) == parsed.requests[i]);
  // Whatever has not come when a client becomes too slow, the parser is given a whole request.
  parse_unfinished(text, callboard::http::faults::slow_body, 4096);
  return 0;
}
