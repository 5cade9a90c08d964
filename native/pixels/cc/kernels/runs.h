#ifndef PIXELS_KERNELS_RUNS_H_
#define PIXELS_KERNELS_RUNS_H_

#include <cstddef>
#include <cstdint>

#ifdef _MSC_VER
#include <intrin.h>
#endif

#include "colour_table.h"
#include "sse2.h"

namespace pixels {

/// Of RGBA.
inline Colour ColourAt(const uint8_t* pixel) {
  return pixel[0] | Colour{pixel[1]} << 8 | Colour{pixel[2]} << 16 | Colour{pixel[3]} << 24;
}

/// The number of the lowest bit that is set; there is one.
inline uint32_t LowestBit(uint64_t bits) {
#ifdef _MSC_VER
  unsigned long at;
  _BitScanForward64(&at, bits);
  return at;
#else
  return static_cast<uint32_t>(__builtin_ctzll(bits));
#endif
}

/// A bit for each of 16 pixels of RGBA that differs from the one after it; there are 17.
inline uint64_t RunEndsOf16(const uint8_t* row) {
#ifdef PIXELS_HAS_SSE2
  const auto equal = [row](size_t pixel) {
    const uint8_t* at = row + pixel * 4;
    return _mm_cmpeq_epi32(_mm_loadu_si128(reinterpret_cast<const __m128i*>(at)),
                           _mm_loadu_si128(reinterpret_cast<const __m128i*>(at + 4)));
  };
  const __m128i low = _mm_packs_epi32(equal(0), equal(4));
  const __m128i high = _mm_packs_epi32(equal(8), equal(12));
  return static_cast<uint64_t>(_mm_movemask_epi8(_mm_packs_epi16(low, high))) ^ 0xFFFF;
#else
  uint64_t ends = 0;
  for (size_t x = 0; x < 16; x++) ends |= uint64_t{ColourAt(row + x * 4) != ColourAt(row + x * 4 + 4)} << x;
  return ends;
#endif
}

/// A bit for each of the first 64 pixels (of all when there are fewer) that differs from the one after it or is the last.
inline uint64_t RunEnds(const uint8_t* row, uint32_t width) {
  if (width > 64) {
    return RunEndsOf16(row) | RunEndsOf16(row + 64) << 16 | RunEndsOf16(row + 128) << 32 | RunEndsOf16(row + 192) << 48;
  }
  uint64_t ends = uint64_t{1} << (width - 1);
  size_t x = 0;
  for (; x + 16 < width; x += 16) ends |= RunEndsOf16(row + x * 4) << x;
  for (; x + 1 < width; x++) ends |= uint64_t{ColourAt(row + x * 4) != ColourAt(row + x * 4 + 4)} << x;
  return ends;
}

/// Calls `visit(colour, length)` for each run of equal pixels of a row of RGBA. Bits of 64 pixels are looked at instead of
/// one pixel after the other because a processor guesses wrongly where a run ends.
template <typename Visit>
void ForEachRun(const uint8_t* row, uint32_t width, Visit visit) {
  uint32_t begin = 0;
  for (uint32_t x = 0; x < width; x += 64) {
    for (uint64_t ends = RunEnds(row + size_t{x} * 4, width - x); ends != 0; ends &= ends - 1) {
      const uint32_t end = x + LowestBit(ends) + 1;
      visit(ColourAt(row + size_t{end - 1} * 4), end - begin);
      begin = end;
    }
  }
}

}  // namespace pixels

#endif  // PIXELS_KERNELS_RUNS_H_
