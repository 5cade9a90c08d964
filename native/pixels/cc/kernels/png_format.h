#ifndef PIXELS_KERNELS_PNG_FORMAT_H_
#define PIXELS_KERNELS_PNG_FORMAT_H_

#include <cstddef>
#include <cstdint>

#include "words.h"

namespace pixels {

/// Names and numbers of the PNG specification (third edition), sections 5, 9 and 11.
constexpr uint8_t kPngSignature[8] = {0x89, 'P', 'N', 'G', '\r', '\n', 0x1A, '\n'};

enum class PngColour : uint8_t { kGrey = 0, kRgb = 2, kPalette = 3, kGreyAlpha = 4, kRgba = 6 };
enum class PngFilter : uint8_t { kNone, kSub, kUp, kAverage, kPaeth };

/// A chunk is its length (4 bytes), type (4), data, and CRC over type and data (4).
constexpr size_t kChunkHead = 8;
constexpr size_t kChunkTail = 4;
constexpr size_t kHeaderSize = 13;

constexpr uint32_t ChunkType(const char (&name)[5]) {
  return static_cast<uint32_t>(name[0]) << 24 | static_cast<uint32_t>(name[1]) << 16 |
         static_cast<uint32_t>(name[2]) << 8 | static_cast<uint32_t>(name[3]);
}

/// Of the three neighbours, the one nearest to left + up - upper left (section 9.4).
inline uint8_t Paeth(uint8_t left, uint8_t up, uint8_t upper_left) {
  const int a = up - upper_left;
  const int b = left - upper_left;
  const int from_left = a < 0 ? -a : a;
  const int from_up = b < 0 ? -b : b;
  const int sum = a + b;
  const int from_both = sum < 0 ? -sum : sum;
  if (from_left <= from_up && from_left <= from_both) return left;
  return from_up <= from_both ? up : upper_left;
}

}  // namespace pixels

#endif  // PIXELS_KERNELS_PNG_FORMAT_H_
