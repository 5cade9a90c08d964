#ifndef PIXELS_KERNELS_DEFLATE_CODES_H_
#define PIXELS_KERNELS_DEFLATE_CODES_H_

#include "bit_writer.h"
#include "deflate_format.h"
#include "huffman.h"

namespace pixels {

/// How often each symbol occurs in a block.
struct SymbolCounts {
  uint32_t symbols[kSymbols] = {};
  uint32_t distances[kDistanceSymbols] = {};
};

/// The codes that all blocks know (RFC 1951, section 3.2.6).
struct FixedCodes {
  uint8_t symbol_lengths[kMostSymbols];
  uint8_t distance_lengths[kDistanceSymbols];

  FixedCodes();
};

/// Codes that fit to a block (section 3.2.7). They are told at its beginning, by lengths that have codes themselves.
class DynamicCodes {
 public:
  explicit DynamicCodes(const SymbolCounts& counts);

  uint8_t symbol_lengths[kMostSymbols] = {};
  uint8_t distance_lengths[kDistanceSymbols];

  /// What telling them takes.
  uint64_t Bits() const;
  void Write(BitWriter& to) const;

 private:
  static constexpr size_t kLengthSymbols = 19;

  void Tell(const uint8_t* lengths, size_t count);
  void Tell(uint32_t symbol, size_t repeated = 0);

  size_t symbol_count_;
  size_t distance_count_;
  /// Lengths in their order, or how often one is repeated in the bits above `kRepeatedAt`.
  static constexpr uint32_t kRepeatedAt = 5;
  uint16_t told_[kSymbols + kDistanceSymbols];
  size_t told_count_ = 0;
  uint32_t told_symbols_[kLengthSymbols] = {};
  uint8_t told_lengths_[kLengthSymbols];
  size_t told_length_count_ = kLengthSymbols;
};

}  // namespace pixels

#endif  // PIXELS_KERNELS_DEFLATE_CODES_H_
