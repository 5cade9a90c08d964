#ifndef PIXELS_KERNELS_SAMPLER_H_
#define PIXELS_KERNELS_SAMPLER_H_

#include <algorithm>
#include <cmath>

#include "raster.h"

namespace pixels {

/// Positions are whole numbers of 1/256 pixel.
constexpr int32_t kFractions = 256;
/// Weights of the bicubic kernel are whole numbers of 1/1024.
constexpr int32_t kCubicOne = 1024;

/// Weights of the four neighbours for each fraction: cubic convolution (Keys 1981) with a = -1, the sharp variant that
/// the transformations of Pillow use.
struct CubicWeights {
  int32_t of[kFractions][4];

  CubicWeights() {
    for (int32_t i = 0; i < kFractions; i++) {
      const double t = static_cast<double>(i) / kFractions;
      of[i][0] = Rounded(-t + 2 * t * t - t * t * t);
      of[i][2] = Rounded(t + t * t - t * t * t);
      of[i][3] = Rounded(-(t * t) + t * t * t);
      of[i][1] = kCubicOne - of[i][0] - of[i][2] - of[i][3];
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

/// `value` is at least 0: the pixel whose centre is at or before it, which may be -1.
inline Position Split(double value) {
  const auto fixed = static_cast<int32_t>(value * kFractions + (kFractions + 1) / 2.0);
  return {fixed / kFractions - 1, fixed % kFractions};
}

inline uint8_t ClampToByte(int32_t value) { return static_cast<uint8_t>(std::min(255, std::max(0, value))); }

template <uint32_t kChannels>
inline void WritePixel(uint8_t* to, uint32_t to_channels, const uint8_t value[4]) {
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

template <uint32_t kChannels>
inline void SampleBicubic(const Raster& source, const CubicWeights& cubic, double x, double y, uint8_t value[4]) {
  const Position column = Split(x);
  const Position row = Split(y);
  size_t columns[4];
  for (int32_t i = 0; i < 4; i++) {
    const int32_t at = std::min(static_cast<int32_t>(source.width) - 1, std::max(0, column.index - 1 + i));
    columns[i] = static_cast<size_t>(at) * kChannels;
  }
  int32_t sums[4] = {0, 0, 0, 0};
  bool opaque = true;
  for (int32_t j = 0; j < 4; j++) {
    const int32_t at = std::min(static_cast<int32_t>(source.height) - 1, std::max(0, row.index - 1 + j));
    const uint8_t* line = source.Row(static_cast<uint32_t>(at));
    for (int32_t i = 0; i < 4; i++) {
      // Below 1024 * 1024 * 255 * 1.5 * 1.5 in all, which fits 32 bits.
      const int32_t weight = cubic.of[column.fraction][i] * cubic.of[row.fraction][j];
      for (uint32_t c = 0; c < kChannels; c++) sums[c] += weight * line[columns[i] + c];
      if (kChannels == 4) opaque = opaque && line[columns[i] + 3] == 255;
    }
  }
  for (uint32_t c = 0; c < kChannels; c++) value[c] = ClampToByte((sums[c] + (1 << 19)) >> 20);
  if (kChannels != 4 || opaque) return;

  if (value[3] == 0) {
    value[0] = value[1] = value[2] = 0;
    return;
  }
  int64_t weighted[3] = {0, 0, 0};
  for (int32_t j = 0; j < 4; j++) {
    const int32_t at = std::min(static_cast<int32_t>(source.height) - 1, std::max(0, row.index - 1 + j));
    const uint8_t* line = source.Row(static_cast<uint32_t>(at));
    for (int32_t i = 0; i < 4; i++) {
      const int32_t weight = cubic.of[column.fraction][i] * cubic.of[row.fraction][j];
      const int64_t with_alpha = int64_t{weight} * line[columns[i] + 3];
      for (uint32_t c = 0; c < 3; c++) weighted[c] += with_alpha * line[columns[i] + c];
    }
  }
  for (uint32_t c = 0; c < 3; c++) {
    const int64_t rounded = std::max<int64_t>(0, weighted[c]) + sums[3] / 2;
    value[c] = static_cast<uint8_t>(std::min<int64_t>(255, rounded / sums[3]));
  }
}

}  // namespace pixels

#endif  // PIXELS_KERNELS_SAMPLER_H_
