#ifndef PIXELS_KERNELS_BICUBIC_H_
#define PIXELS_KERNELS_BICUBIC_H_

#include <algorithm>
#include <cmath>
#include <cstring>

#include "raster.h"
#include "sse2.h"

namespace pixels {

/// Positions are whole numbers of 1/256 pixel.
constexpr int32_t kFractions = 256;
/// Weights of the bicubic kernel are whole numbers of 1/1024.
constexpr int32_t kCubicOne = 1024;

/// Weights of the four neighbours for each fraction: cubic convolution (Keys 1981) with a = -1, the sharp variant that
/// the transformations of Pillow use. Those of a fraction are `kCubicOne` in all.
struct CubicWeights {
  int16_t of[kFractions][4];

  CubicWeights() {
    for (int32_t i = 0; i < kFractions; i++) {
      const double t = static_cast<double>(i) / kFractions;
      const int32_t first = Rounded(-t + 2 * t * t - t * t * t);
      const int32_t third = Rounded(t + t * t - t * t * t);
      const int32_t last = Rounded(-(t * t) + t * t * t);
      of[i][0] = static_cast<int16_t>(first);
      of[i][1] = static_cast<int16_t>(kCubicOne - first - third - last);
      of[i][2] = static_cast<int16_t>(third);
      of[i][3] = static_cast<int16_t>(last);
    }
  }

 private:
  static int32_t Rounded(double weight) { return static_cast<int32_t>(std::floor(weight * kCubicOne + 0.5)); }
};

/// A position inside of the source, split for interpolation between pixel centres.
struct Position {
  int32_t index;
  int32_t fraction;
};

/// Half a pixel, and what rounds to the nearest fraction.
constexpr double kToFraction = (kFractions + 1) / 2.0;

/// The pixel whose centre is at or before a position, which may be -1, of a position as whole number of fractions.
inline Position SplitFractions(int32_t fractions) {
  const auto fixed = static_cast<uint32_t>(fractions);
  return {static_cast<int32_t>(fixed / kFractions) - 1, static_cast<int32_t>(fixed % kFractions)};
}

/// `value` is at least 0.
inline Position Split(double value) { return SplitFractions(static_cast<int32_t>(value * kFractions + kToFraction)); }

inline uint8_t ClampToByte(int32_t value) { return static_cast<uint8_t>(std::min(255, std::max(0, value))); }

/// The sum of a row's four pixels, below 1.3 * 1024 * 255, is cut to 16 bits before the rows are summed: 1/64 of a level.
constexpr int32_t kRowRounding = 1 << 3;
constexpr int32_t kRowShift = 4;
constexpr int32_t kSumRounding = 1 << 15;
constexpr int32_t kSumShift = 16;

/// Colours of what is translucent, from sums of the exact weights: `colours` of colour times alpha, `alpha` of alpha.
inline void DivideByAlpha(const int64_t colours[3], int64_t alpha, uint8_t value[4]) {
  if (value[3] == 0) {
    value[0] = value[1] = value[2] = 0;
    return;
  }
  for (uint32_t c = 0; c < 3; c++) {
    const int64_t rounded = std::max<int64_t>(0, colours[c]) + alpha / 2;
    value[c] = static_cast<uint8_t>(std::min<int64_t>(255, rounded / alpha));
  }
}

/// Positions in the source: x, y of the first pixel of a line, and their steps.
struct LineOfPositions {
  double x_start, x_step;
  double y_start, y_step;
};

/// Four lines of four pixels each.
using Neighbours = const uint8_t* [4];

template <uint32_t kChannels>
inline void InterpolatePlainly(const Neighbours& lines, const int16_t* across, const int16_t* down, uint8_t value[4]) {
  int32_t sums[4] = {0, 0, 0, 0};
  bool opaque = true;
  for (int32_t j = 0; j < 4; j++) {
    int32_t row[4] = {0, 0, 0, 0};
    for (int32_t i = 0; i < 4; i++) {
      const uint8_t* pixel = lines[j] + i * static_cast<int32_t>(kChannels);
      for (uint32_t c = 0; c < kChannels; c++) row[c] += across[i] * pixel[c];
      if (kChannels == 4) opaque = opaque && pixel[3] == 255;
    }
    for (uint32_t c = 0; c < kChannels; c++) sums[c] += down[j] * ((row[c] + kRowRounding) >> kRowShift);
  }
  for (uint32_t c = 0; c < kChannels; c++) value[c] = ClampToByte((sums[c] + kSumRounding) >> kSumShift);
  if (kChannels != 4 || opaque) return;

  int64_t colours[3] = {0, 0, 0};
  int64_t alpha = 0;
  for (int32_t j = 0; j < 4; j++) {
    for (int32_t i = 0; i < 4; i++) {
      const uint8_t* pixel = lines[j] + i * 4;
      const int64_t weight = int64_t{across[i] * down[j]} * pixel[3];
      alpha += weight;
      for (uint32_t c = 0; c < 3; c++) colours[c] += weight * pixel[c];
    }
  }
  DivideByAlpha(colours, alpha, value);
}

#ifdef PIXELS_HAS_SSE2

/// Two weights, in turn.
inline __m128i PairOf(const int16_t* weights) {
  int32_t pair;
  std::memcpy(&pair, weights, sizeof(pair));
  return _mm_set1_epi32(pair);
}

/// The channels of two pixels, of 16 bits each, times a pair of weights.
inline __m128i WeightPixels(__m128i two, __m128i pair) {
  return _mm_madd_epi16(_mm_unpacklo_epi16(two, _mm_srli_si128(two, 8)), pair);
}

/// Colours of two pixels times their alpha, less 32768, so that they fit 16 bits with a sign.
inline __m128i TimesAlpha(__m128i two) {
  const __m128i alpha = _mm_shufflehi_epi16(_mm_shufflelo_epi16(two, 0xFF), 0xFF);
  return _mm_xor_si128(_mm_mullo_epi16(two, alpha), _mm_set1_epi16(INT16_MIN));
}

/// Sums of colours times alpha, and of alpha, over neighbours; whole numbers below 2^37, which doubles hold and divide as
/// exactly as it takes.
class TranslucentSums {
 public:
  /// `row` holds the sums of a row: of what `TimesAlpha` gives, and of alpha.
  void Add(__m128i row, int16_t weight) {
    const __m128d factor = _mm_set1_pd(weight);
    colours_ = _mm_add_pd(colours_, _mm_mul_pd(_mm_cvtepi32_pd(row), factor));
    last_ = _mm_add_pd(last_, _mm_mul_pd(_mm_cvtepi32_pd(_mm_srli_si128(row, 8)), factor));
  }

  /// Colours of a pixel whose alpha is known.
  void Divide(uint8_t value[4]) const {
    const __m128d alpha = _mm_unpackhi_pd(last_, last_);
    const __m128i first = Quotients(colours_, alpha);
    const __m128i third = Quotients(last_, alpha);
    value[0] = static_cast<uint8_t>(_mm_cvtsi128_si32(first));
    value[1] = static_cast<uint8_t>(_mm_cvtsi128_si32(_mm_srli_si128(first, 4)));
    value[2] = static_cast<uint8_t>(_mm_cvtsi128_si32(third));
  }

 private:
  /// The weights of 16 neighbours are 1024 * 1024 in all: so much of 32768 is missing.
  static constexpr double kMissing = 32768.0 * kCubicOne * kCubicOne;

  static __m128i Quotients(__m128d sums, __m128d alpha) {
    const __m128d positive = _mm_max_pd(sums, _mm_setzero_pd());
    const __m128d rounded = _mm_add_pd(positive, _mm_mul_pd(alpha, _mm_set1_pd(0.5)));
    return _mm_cvttpd_epi32(_mm_min_pd(_mm_div_pd(rounded, alpha), _mm_set1_pd(255)));
  }

  __m128d colours_ = _mm_set1_pd(kMissing);
  /// The third colour, and alpha.
  __m128d last_ = _mm_setr_pd(kMissing, 0);
};

/// The fourth number of `alpha` after the first three of `colours`.
inline __m128i WithAlpha(__m128i colours, __m128i alpha) {
  const __m128i mask = _mm_setr_epi32(-1, -1, -1, 0);
  return _mm_or_si128(_mm_and_si128(mask, colours), _mm_andnot_si128(mask, alpha));
}

/// Whether all of four pixels are.
inline bool AreOpaque(__m128i four) {
  const __m128i alphas = _mm_or_si128(four, _mm_set1_epi32(0x00FFFFFF));
  return _mm_movemask_epi8(_mm_cmpeq_epi8(alphas, _mm_set1_epi8(-1))) == 0xFFFF;
}

inline void InterpolateTranslucent(const __m128i pixels[4], const __m128i rows[4], __m128i first, __m128i second,
                                   const int16_t* down, uint8_t value[4]) {
  if (value[3] == 0) {
    value[0] = value[1] = value[2] = 0;
    return;
  }
  const __m128i zero = _mm_setzero_si128();
  TranslucentSums sums;
  for (int32_t j = 0; j < 4; j++) {
    const __m128i left = TimesAlpha(_mm_unpacklo_epi8(pixels[j], zero));
    const __m128i right = TimesAlpha(_mm_unpackhi_epi8(pixels[j], zero));
    const __m128i colours = _mm_add_epi32(WeightPixels(left, first), WeightPixels(right, second));
    sums.Add(WithAlpha(colours, rows[j]), down[j]);
  }
  sums.Divide(value);
}

/// As `InterpolatePlainly<4>`.
inline void InterpolateRgba(const Neighbours& lines, const int16_t* across, const int16_t* down, uint8_t value[4]) {
  __m128i pixels[4];
  for (int32_t j = 0; j < 4; j++) pixels[j] = _mm_loadu_si128(reinterpret_cast<const __m128i*>(lines[j]));

  // Most of a map is flat, and flat pixels stay as they are.
  const __m128i pixel = _mm_shuffle_epi32(pixels[0], 0);
  const __m128i same = _mm_and_si128(_mm_and_si128(_mm_cmpeq_epi32(pixels[0], pixel), _mm_cmpeq_epi32(pixels[1], pixel)),
                                     _mm_and_si128(_mm_cmpeq_epi32(pixels[2], pixel), _mm_cmpeq_epi32(pixels[3], pixel)));
  if (_mm_movemask_epi8(same) == 0xFFFF) {
    const int32_t colour = lines[0][3] == 0 ? 0 : _mm_cvtsi128_si32(pixel);
    std::memcpy(value, &colour, sizeof(colour));
    return;
  }

  const __m128i zero = _mm_setzero_si128();
  const __m128i first = PairOf(across);
  const __m128i second = PairOf(across + 2);
  __m128i rows[4];
  __m128i cut[4];
  for (int32_t j = 0; j < 4; j++) {
    rows[j] = _mm_add_epi32(WeightPixels(_mm_unpacklo_epi8(pixels[j], zero), first),
                            WeightPixels(_mm_unpackhi_epi8(pixels[j], zero), second));
    cut[j] = _mm_srai_epi32(_mm_add_epi32(rows[j], _mm_set1_epi32(kRowRounding)), kRowShift);
  }
  const __m128i sums = _mm_add_epi32(WeightPixels(_mm_packs_epi32(cut[0], cut[1]), PairOf(down)),
                                     WeightPixels(_mm_packs_epi32(cut[2], cut[3]), PairOf(down + 2)));
  const __m128i levels = _mm_srai_epi32(_mm_add_epi32(sums, _mm_set1_epi32(kSumRounding)), kSumShift);
  const __m128i words = _mm_packs_epi32(levels, levels);
  const int32_t result = _mm_cvtsi128_si32(_mm_packus_epi16(words, words));
  std::memcpy(value, &result, sizeof(result));

  const __m128i all = _mm_and_si128(_mm_and_si128(pixels[0], pixels[1]), _mm_and_si128(pixels[2], pixels[3]));
  if (!AreOpaque(all)) InterpolateTranslucent(pixels, rows, first, second, down, value);
}

#endif

/// Interpolates at positions that mostly follow a row of the source.
template <uint32_t kChannels>
class BicubicSampler {
 public:
  BicubicSampler(const Raster& source, const CubicWeights& cubic)
      : source_(source), cubic_(cubic), last_column_(static_cast<int32_t>(source.width) - 1) {}

  /// Where the neighbours of a position are, and what they weigh.
  struct Place {
    Neighbours lines;
    const int16_t* across;
    const int16_t* down;
  };

  /// `edge` holds the neighbours where some of them would lie outside of the source.
  void Locate(const Position& column, const Position& row, uint8_t edge[4][4 * kChannels], Place& place) {
    if (row.index != row_) MoveTo(row.index);
    const int32_t left = column.index - 1;
    if (left >= 0 && left + 3 <= last_column_) {
      for (int32_t j = 0; j < 4; j++) place.lines[j] = rows_[j] + static_cast<uint32_t>(left) * kChannels;
    } else {
      for (int32_t j = 0; j < 4; j++) {
        for (int32_t i = 0; i < 4; i++) {
          const auto nearest = static_cast<uint32_t>(std::min(last_column_, std::max(0, left + i)));
          std::memcpy(edge[j] + static_cast<uint32_t>(i) * kChannels, rows_[j] + nearest * kChannels, kChannels);
        }
        place.lines[j] = edge[j];
      }
    }
    place.across = cubic_.of[column.fraction];
    place.down = cubic_.of[row.fraction];
  }

  void Sample(double x, double y, uint8_t value[4]) {
    uint8_t edge[4][4 * kChannels];
    Place place;
    Locate(Split(x), Split(y), edge, place);
#ifdef PIXELS_HAS_SSE2
    if (kChannels == 4) return InterpolateRgba(place.lines, place.across, place.down, value);
#endif
    InterpolatePlainly<kChannels>(place.lines, place.across, place.down, value);
  }

 private:
  void MoveTo(int32_t row) {
    row_ = row;
    for (int32_t j = 0; j < 4; j++) {
      const int32_t nearest = std::min(static_cast<int32_t>(source_.height) - 1, std::max(0, row - 1 + j));
      rows_[j] = source_.Row(static_cast<uint32_t>(nearest));
    }
  }

  const Raster& source_;
  const CubicWeights& cubic_;
  const int32_t last_column_;
  /// -2: none yet.
  int32_t row_ = -2;
  const uint8_t* rows_[4] = {};
};

}  // namespace pixels

#endif  // PIXELS_KERNELS_BICUBIC_H_
