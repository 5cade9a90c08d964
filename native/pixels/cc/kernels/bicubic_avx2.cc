#include "bicubic_avx2.h"

#ifdef PIXELS_HAS_AVX2

#include <immintrin.h>

#include <cstring>

#define PIXELS_AVX2 __attribute__((target("avx2")))

namespace pixels {

namespace {

/// Eight words of two neighbours with four channels each, as pairs: the first channel of both, the second, ...
PIXELS_AVX2 inline __m256i Paired(__m256i words) {
  const __m256i order = _mm256_setr_epi8(0, 1, 8, 9, 2, 3, 10, 11, 4, 5, 12, 13, 6, 7, 14, 15,  //
                                         0, 1, 8, 9, 2, 3, 10, 11, 4, 5, 12, 13, 6, 7, 14, 15);
  return _mm256_shuffle_epi8(words, order);
}

/// The first two weights in the lower half, in turn, and the other two in the upper half.
PIXELS_AVX2 inline __m256i Weights(const int16_t* four) {
  const __m256i places = _mm256_setr_epi32(0, 0, 0, 0, 1, 1, 1, 1);
  const __m128i weights = _mm_loadl_epi64(reinterpret_cast<const __m128i*>(four));
  return _mm256_permutevar8x32_epi32(_mm256_castsi128_si256(weights), places);
}

PIXELS_AVX2 inline __m256i Four(const uint8_t* pixels) {
  return _mm256_cvtepu8_epi16(_mm_loadu_si128(reinterpret_cast<const __m128i*>(pixels)));
}

/// Sums of two rows, cut to what fits 16 bits: those of `one` in the lower half, those of `other` in the upper half.
PIXELS_AVX2 inline __m256i Cut(__m256i one, __m256i other) {
  const __m256i sums = _mm256_add_epi32(_mm256_permute2x128_si256(one, other, 0x20),  //
                                        _mm256_permute2x128_si256(one, other, 0x31));
  return _mm256_srai_epi32(_mm256_add_epi32(sums, _mm256_set1_epi32(kRowRounding)), kRowShift);
}

PIXELS_AVX2 inline __m128i SumOfHalves(__m256i halves) {
  return _mm_add_epi32(_mm256_castsi256_si128(halves), _mm256_extracti128_si256(halves, 1));
}

/// As `TimesAlpha`, of four pixels.
PIXELS_AVX2 inline __m256i FourTimesAlpha(__m256i four) {
  const __m256i alpha = _mm256_shufflehi_epi16(_mm256_shufflelo_epi16(four, 0xFF), 0xFF);
  return _mm256_xor_si256(_mm256_mullo_epi16(four, alpha), _mm256_set1_epi16(INT16_MIN));
}

PIXELS_AVX2 inline void Interpolate(const Neighbours& lines, const int16_t* across, const int16_t* down, uint8_t* value) {
  const __m256i weights = Weights(across);
  const __m256i pixels[4] = {Four(lines[0]), Four(lines[1]), Four(lines[2]), Four(lines[3])};
  __m256i rows[4];
  for (int32_t j = 0; j < 4; j++) rows[j] = _mm256_madd_epi16(Paired(pixels[j]), weights);
  const __m256i cut = _mm256_packs_epi32(Cut(rows[0], rows[2]), Cut(rows[1], rows[3]));
  const __m128i sums = SumOfHalves(_mm256_madd_epi16(Paired(cut), Weights(down)));
  const __m128i levels = _mm_srai_epi32(_mm_add_epi32(sums, _mm_set1_epi32(kSumRounding)), kSumShift);
  const __m128i words = _mm_packs_epi32(levels, levels);
  const int32_t result = _mm_cvtsi128_si32(_mm_packus_epi16(words, words));
  std::memcpy(value, &result, sizeof(result));

  const __m256i all = _mm256_and_si256(_mm256_and_si256(pixels[0], pixels[1]), _mm256_and_si256(pixels[2], pixels[3]));
  const bool opaque = _mm256_testc_si256(all, _mm256_set1_epi64x(int64_t{255} << 48)) != 0;
  if (opaque) return;
  if (value[3] == 0) {
    std::memset(value, 0, 4);
    return;
  }
  TranslucentSums translucent;
  for (int32_t j = 0; j < 4; j++) {
    const __m128i colours = SumOfHalves(_mm256_madd_epi16(Paired(FourTimesAlpha(pixels[j])), weights));
    translucent.Add(WithAlpha(colours, SumOfHalves(rows[j])), down[j]);
  }
  translucent.Divide(value);
}

}  // namespace

bool HasAvx2() {
  static const bool has = __builtin_cpu_supports("avx2") != 0;
  return has;
}

PIXELS_AVX2 void FillLineWithAvx2(const Raster& source, const CubicWeights& cubic, const LineOfPositions& line,
                                  uint32_t length, uint8_t* to) {
  BicubicSampler<4> sampler(source, cubic);
  const __m128d start = _mm_setr_pd(line.x_start, line.y_start);
  const __m128d step = _mm_setr_pd(line.x_step, line.y_step);
  for (uint32_t column = 0; column < length; column++, to += 4) {
    // As `Split`, of both coordinates.
    const __m128d position = _mm_add_pd(start, _mm_mul_pd(step, _mm_set1_pd(column + 0.5)));
    const __m128i fractions = _mm_cvttpd_epi32(
        _mm_add_pd(_mm_mul_pd(position, _mm_set1_pd(kFractions)), _mm_set1_pd(kToFraction)));
    uint8_t edge[4][16];
    BicubicSampler<4>::Place place;
    sampler.Locate(SplitFractions(_mm_cvtsi128_si32(fractions)), SplitFractions(_mm_extract_epi32(fractions, 1)), edge,
                   place);
    Interpolate(place.lines, place.across, place.down, to);
  }
}

}  // namespace pixels

#endif
