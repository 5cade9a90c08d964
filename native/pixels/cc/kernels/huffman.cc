#include "huffman.h"

#include <algorithm>

namespace pixels {

namespace {

/// A symbol that occurs, frequency first, so that sorting numbers sorts by it.
uint64_t Ranked(uint32_t frequency, size_t symbol) { return uint64_t{frequency} << 16 | symbol; }

/// The depths of `count` leaves, in ascending order of their weights, in Huffman's tree. Inner nodes come
/// about in ascending order, too: of the two queues the smaller front is taken (van Leeuwen 1976).
void DepthsOf(const uint64_t* leaves, size_t count, uint32_t* depths) {
  uint64_t weights[kMostSymbols];
  uint16_t leaf_parents[kMostSymbols];
  uint16_t node_parents[kMostSymbols];
  size_t leaf = 0;
  size_t node = 0;
  const size_t nodes = count - 1;
  for (size_t made = 0; made < nodes; made++) {
    uint64_t weight = 0;
    for (int child = 0; child < 2; child++) {
      if (leaf < count && (node == made || leaves[leaf] <= weights[node])) {
        weight += leaves[leaf];
        leaf_parents[leaf++] = static_cast<uint16_t>(made);
      } else {
        weight += weights[node];
        node_parents[node++] = static_cast<uint16_t>(made);
      }
    }
    weights[made] = weight;
  }
  uint32_t node_depths[kMostSymbols];
  node_depths[nodes - 1] = 0;
  for (size_t i = nodes - 1; i-- > 0;) node_depths[i] = node_depths[node_parents[i]] + 1;
  for (size_t i = 0; i < count; i++) depths[i] = node_depths[leaf_parents[i]] + 1;
}

/// Makes `limit` the greatest length. Too long codes are cut, which makes too many of them: for each one too many, another
/// code becomes a bit longer and shares its place with it (as in JPEG, annex K.3).
void Limit(uint32_t* numbers, uint32_t limit) {
  uint32_t places = 0;
  for (uint32_t length = 1; length <= limit; length++) places += numbers[length] << (limit - length);
  for (; places > uint32_t{1} << limit; places--) {
    uint32_t length = limit - 1;
    while (numbers[length] == 0) length--;
    numbers[length]--;
    numbers[length + 1] += 2;
    numbers[limit]--;
  }
}

uint16_t Reversed(uint32_t code, uint32_t length) {
  uint32_t reversed = 0;
  for (uint32_t i = 0; i < length; i++) reversed |= (code >> i & 1) << (length - 1 - i);
  return static_cast<uint16_t>(reversed);
}

}  // namespace

void CodeLengths(const uint32_t* frequencies, size_t count, uint32_t limit, uint8_t* lengths) {
  uint64_t ranked[kMostSymbols];
  size_t used = 0;
  for (size_t i = 0; i < count; i++) {
    lengths[i] = 0;
    if (frequencies[i] > 0) ranked[used++] = Ranked(frequencies[i], i);
  }
  for (size_t i = 0; used < 2; i++) {
    if (frequencies[i] == 0) ranked[used++] = Ranked(0, i);
  }
  std::sort(ranked, ranked + used);
  uint64_t leaves[kMostSymbols];
  for (size_t i = 0; i < used; i++) leaves[i] = ranked[i] >> 16;
  uint32_t depths[kMostSymbols];
  DepthsOf(leaves, used, depths);
  uint32_t numbers[kMostBits + 1] = {};
  for (size_t i = 0; i < used; i++) numbers[std::min(depths[i], limit)]++;
  Limit(numbers, limit);
  // The rarest symbols get the longest codes.
  size_t next = 0;
  for (uint32_t length = limit; length > 0; length--) {
    for (uint32_t i = 0; i < numbers[length]; i++) lengths[ranked[next++] & 0xFFFF] = static_cast<uint8_t>(length);
  }
}

void CodesOf(const uint8_t* lengths, size_t count, uint16_t* codes) {
  uint32_t numbers[kMostBits + 1] = {};
  for (size_t i = 0; i < count; i++) numbers[lengths[i]]++;
  numbers[0] = 0;
  uint32_t next[kMostBits + 1] = {};
  for (uint32_t length = 1; length <= kMostBits; length++) next[length] = (next[length - 1] + numbers[length - 1]) << 1;
  for (size_t i = 0; i < count; i++) codes[i] = lengths[i] == 0 ? 0 : Reversed(next[lengths[i]]++, lengths[i]);
}

}  // namespace pixels
