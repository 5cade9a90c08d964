#ifndef PIXELS_KERNELS_DEFLATE_BLOCK_H_
#define PIXELS_KERNELS_DEFLATE_BLOCK_H_

#include <memory>

#include "bit_writer.h"
#include "deflate_codes.h"

namespace pixels {

/// One block after the other (RFC 1951, section 3.2.3): collects literals and matches, and writes them in the smallest of
/// the three forms.
class DeflateBlock {
 public:
  DeflateBlock();

  void AddLiteral(uint8_t byte) {
    counts_[byte]++;
    *end_++ = byte | kNoDistance << kDistanceAt;
  }

  /// `length` is `kShortestMatch` to `kLongestMatch`, `distance` is 1 to `kWindow`.
  void AddMatch(uint32_t length, uint32_t distance) {
    const uint32_t step = kIsMatch + length - kShortestMatch;
    const uint32_t symbol = kRanges.DistanceSymbol(distance - 1);
    counts_[step]++;
    distances_[symbol]++;
    *end_++ = step | symbol << kDistanceAt | (distance - 1 - kRanges.distance_starts[symbol]) << kExtraAt;
  }

  /// Whether so many more literals and matches may be added.
  bool HasRoom(size_t steps) const { return static_cast<size_t>(steps_.get() + kMostSteps - end_) >= steps; }

  /// Writes the block and begins the next one. `data`: the bytes that it stands for.
  void Write(BitWriter& to, const uint8_t* data, size_t size, bool is_last);

 private:
  /// Larger blocks have codes that fit less well to each part of a picture, smaller ones tell codes too often.
  static constexpr size_t kMostSteps = 16384;

  /// A step is a literal, or 256 and a match's length above the shortest, in 9 bits; the symbol of its distance in 5; and
  /// the distance's extra bits, up to 13. Literals have a distance that takes no bits, so that all steps are written alike:
  /// a branch for each would cost more, as it cannot be predicted.
  static constexpr uint32_t kIsMatch = kLiterals;
  static constexpr uint32_t kDistanceAt = 9;
  static constexpr uint32_t kExtraAt = 14;
  static constexpr uint32_t kNoDistance = kDistanceSymbols;
  static constexpr size_t kStepKinds = kLiterals + DeflateRanges::kLengths;

  SymbolCounts Counts() const;
  void WriteStored(BitWriter& to, const uint8_t* data, size_t size, bool is_last) const;
  void WriteSteps(BitWriter& to, const uint8_t* symbol_lengths, const uint8_t* distance_lengths) const;

  std::unique_ptr<uint32_t[]> steps_;
  uint32_t* end_;
  uint32_t counts_[kStepKinds] = {};
  uint32_t distances_[kDistanceSymbols] = {};
};

}  // namespace pixels

#endif  // PIXELS_KERNELS_DEFLATE_BLOCK_H_
