#ifndef PIXELS_KERNELS_SAMPLER_H_
#define PIXELS_KERNELS_SAMPLER_H_

#include <algorithm>
#include <cstring>

#include "bicubic.h"
#include "raster.h"

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

}  // namespace pixels

#endif  // PIXELS_KERNELS_SAMPLER_H_
