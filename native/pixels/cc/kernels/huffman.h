#ifndef PIXELS_KERNELS_HUFFMAN_H_
#define PIXELS_KERNELS_HUFFMAN_H_

#include <cstddef>
#include <cstdint>

namespace pixels {

/// The most symbols of an alphabet: literals and lengths of deflate, with the two that are never used.
constexpr size_t kMostSymbols = 288;
/// The longest code (RFC 1951, section 3.2.7).
constexpr uint32_t kMostBits = 15;

/// Lengths of the codes of `count` symbols, 2 to `kMostSymbols`, so that symbols that occur often get short ones: Huffman's,
/// of at most `limit` bits (7 to 15). Symbols that do not occur get length 0; but at least two symbols get a code, as some
/// decoders refuse a code that does not use all of its bits.
void CodeLengths(const uint32_t* frequencies, size_t count, uint32_t limit, uint8_t* lengths);

/// The codes to lengths (RFC 1951, section 3.2.2), their first bit lowest, as it is written.
void CodesOf(const uint8_t* lengths, size_t count, uint16_t* codes);

}  // namespace pixels

#endif  // PIXELS_KERNELS_HUFFMAN_H_
