#ifndef PIXELS_KERNELS_DEFLATE_FORMAT_H_
#define PIXELS_KERNELS_DEFLATE_FORMAT_H_

#include <cstddef>
#include <cstdint>

namespace pixels {

/// Names and numbers of RFC 1951.
constexpr uint32_t kShortestMatch = 3;
constexpr uint32_t kLongestMatch = 258;
/// How far back a match may reach.
constexpr uint32_t kWindow = 32768;
constexpr size_t kLargestStored = 65535;

enum class BlockForm : uint32_t { kStored, kFixed, kDynamic };

/// Literals, the end of a block, and lengths of matches share an alphabet.
constexpr size_t kLiterals = 256;
constexpr size_t kEndOfBlock = 256;
constexpr size_t kFirstLength = 257;
constexpr size_t kSymbols = 286;
constexpr size_t kDistanceSymbols = 30;

/// The symbols of lengths and distances (section 3.2.5): each stands for the numbers from its start that its extra bits can
/// tell. Lengths are counted from the shortest, distances from 1.
struct DeflateRanges {
  static constexpr size_t kLengths = kLongestMatch - kShortestMatch + 1;

  uint8_t length_symbols[kLengths] = {};
  uint8_t length_starts[kSymbols - kFirstLength] = {};
  uint8_t length_bits[kSymbols - kFirstLength] = {};
  uint16_t distance_starts[kDistanceSymbols] = {};
  uint8_t distance_bits[kDistanceSymbols] = {};

  constexpr DeflateRanges() {
    uint32_t start = 0;
    for (uint32_t symbol = 0; symbol < 28; symbol++) {
      const uint32_t bits = symbol < 8 ? 0 : symbol / 4 - 1;
      length_starts[symbol] = static_cast<uint8_t>(start);
      length_bits[symbol] = static_cast<uint8_t>(bits);
      for (uint32_t i = 0; i < 1U << bits && start < kLengths; i++) length_symbols[start++] = static_cast<uint8_t>(symbol);
    }
    // The longest length has a symbol of its own.
    length_symbols[kLengths - 1] = 28;
    length_starts[28] = kLengths - 1;
    start = 0;
    for (uint32_t symbol = 0; symbol < kDistanceSymbols; symbol++) {
      const uint32_t bits = symbol < 4 ? 0 : symbol / 2 - 1;
      distance_starts[symbol] = static_cast<uint16_t>(start);
      distance_bits[symbol] = static_cast<uint8_t>(bits);
      for (uint32_t i = 0; i < 1U << bits; i++, start++) distances_[Index(start)] = static_cast<uint8_t>(symbol);
    }
  }

  uint32_t DistanceSymbol(uint32_t distance) const { return distances_[Index(distance)]; }

 private:
  /// All up to 255, then one in 128: symbols beyond stand for as many or more.
  static constexpr uint32_t Index(uint32_t distance) { return distance < 256 ? distance : 256 + (distance >> 7); }

  uint8_t distances_[512] = {};
};

inline constexpr DeflateRanges kRanges;

}  // namespace pixels

#endif  // PIXELS_KERNELS_DEFLATE_FORMAT_H_
