#ifndef PIXELS_KERNELS_SAMPLER_H_
#define PIXELS_KERNELS_SAMPLER_H_

#include <algorithm>
#include <cstring>

#include "bicubic.h"
#include "raster.h"
#include "sse2.h"
#include "words.h"

namespace pixels {

template <uint32_t kChannels>
inline void WritePixel(uint8_t* to, uint32_t to_channels, const uint8_t value[4]) {
  if (kChannels == 4 && to_channels == 4) {
    std::memcpy(to, value, 4);
    return;
  }
  if (kChannels == 1) {
    for (uint32_t c = 0; c < 3 && c < to_channels; c++) to[c] = value[0];
  } else {
    for (uint32_t c = 0; c < 3; c++) to[c] = value[c];
  }
  if (to_channels == 4) to[3] = kChannels == 4 ? value[3] : 255;
}

template <uint32_t kChannels>
inline void SampleNearest(const Raster& source, double x, double y, uint8_t value[4]) {
  const uint8_t* pixel = source.Row(static_cast<uint32_t>(y)) + static_cast<uint32_t>(x) * kChannels;
  for (uint32_t c = 0; c < kChannels; c++) value[c] = pixel[c];
}

#ifdef PIXELS_HAS_SSE2

inline __m128i LoadPixel(const uint8_t* pixel) {
  return _mm_cvtsi32_si128(static_cast<int32_t>(LoadBytes4(pixel)));
}

/// Upper left, upper right, lower left and lower right pixel of RGBA; `fx` and `fy` are at most 256. False: one of them is not
/// opaque, and nothing was written. The sums are below 2^24, so that they are exact as floating point numbers, of which SSE2
/// multiplies four at a time.
inline bool InterpolateOpaque(const uint8_t* const pixels[4], uint32_t fx, uint32_t fy, uint8_t value[4]) {
  const __m128i upper = _mm_unpacklo_epi8(LoadPixel(pixels[0]), LoadPixel(pixels[1]));
  const __m128i lower = _mm_unpacklo_epi8(LoadPixel(pixels[2]), LoadPixel(pixels[3]));
  // The pixels' alphas are the last two of eight bytes.
  if (_mm_extract_epi16(_mm_and_si128(upper, lower), 3) != 0xFFFF) return false;
  const __m128i zero = _mm_setzero_si128();
  const __m128i across = _mm_set1_epi32(static_cast<int32_t>((256 - fx) | fx << 16));
  const __m128 above = _mm_cvtepi32_ps(_mm_madd_epi16(_mm_unpacklo_epi8(upper, zero), across));
  const __m128 below = _mm_cvtepi32_ps(_mm_madd_epi16(_mm_unpacklo_epi8(lower, zero), across));
  const __m128 sums = _mm_add_ps(_mm_mul_ps(above, _mm_set1_ps(static_cast<float>(256 - fy))),
                                 _mm_mul_ps(below, _mm_set1_ps(static_cast<float>(fy))));
  const __m128i levels = _mm_srli_epi32(_mm_add_epi32(_mm_cvttps_epi32(sums), _mm_set1_epi32(32768)), 16);
  const __m128i words = _mm_packs_epi32(levels, levels);
  const int32_t bytes = _mm_cvtsi128_si32(_mm_packus_epi16(words, words));
  std::memcpy(value, &bytes, sizeof(bytes));
  return true;
}

#endif

template <uint32_t kChannels>
inline void SampleBilinear(const Raster& source, double x, double y, uint8_t value[4]) {
  const Position column = Split(x);
  const Position row = Split(y);
  const size_t left = static_cast<size_t>(std::max(0, column.index)) * kChannels;
  const size_t right = std::min<size_t>(source.width - 1, static_cast<size_t>(column.index + 1)) * kChannels;
  const uint8_t* upper = source.Row(static_cast<uint32_t>(std::max(0, row.index)));
  const uint8_t* lower = source.Row(std::min(source.height - 1, static_cast<uint32_t>(row.index + 1)));
  const uint8_t* pixels[4] = {upper + left, upper + right, lower + left, lower + right};
  const auto fx = static_cast<uint32_t>(column.fraction);
  const auto fy = static_cast<uint32_t>(row.fraction);
#ifdef PIXELS_HAS_SSE2
  if (kChannels == 4 && InterpolateOpaque(pixels, fx, fy, value)) return;
#endif
  uint32_t weights[4] = {(256 - fx) * (256 - fy), fx * (256 - fy), (256 - fx) * fy, fx * fy};

  if (kChannels == 4 && (pixels[0][3] & pixels[1][3] & pixels[2][3] & pixels[3][3]) != 255) {
    uint32_t alpha = 0;
    for (uint32_t i = 0; i < 4; i++) alpha += weights[i] *= pixels[i][3];
    value[3] = static_cast<uint8_t>((alpha + 32768) >> 16);
    // At most 65536 * 255 * 255 + 65536 * 255 / 2, which fits 32 bits.
    for (uint32_t c = 0; c < 3; c++) {
      uint32_t sum = alpha / 2;
      for (uint32_t i = 0; i < 4; i++) sum += weights[i] * pixels[i][c];
      value[c] = value[3] == 0 ? 0 : static_cast<uint8_t>(sum / alpha);
    }
    return;
  }
  for (uint32_t c = 0; c < kChannels; c++) {
    uint32_t sum = 32768;
    for (uint32_t i = 0; i < 4; i++) sum += weights[i] * pixels[i][c];
    value[c] = static_cast<uint8_t>(sum >> 16);
  }
}

}  // namespace pixels

#endif  // PIXELS_KERNELS_SAMPLER_H_
