#include "alpha.h"

#include <cstring>

#include "blit.h"

namespace pixels {

namespace {

void ToRgba(const Raster& raster, uint8_t* to) { Blit({to, raster.width, raster.height, 4}, raster, 0, 0); }

}  // namespace

void ApplyOpacity(const Raster& raster, uint32_t opacity, uint8_t* to) {
  ToRgba(raster, to);
  for (size_t i = 0; i < raster.PixelCount(); i++) to[i * 4 + 3] = static_cast<uint8_t>(Div255(to[i * 4 + 3] * opacity));
}

void TransparentColor(const Raster& raster, const uint8_t rgb[3], uint32_t tolerance, uint8_t* to) {
  ToRgba(raster, to);
  bool matches[3][256];
  for (uint32_t channel = 0; channel < 3; channel++) {
    for (uint32_t value = 0; value < 256; value++) {
      matches[channel][value] = value + tolerance >= rgb[channel] && value <= rgb[channel] + tolerance;
    }
  }
  for (uint8_t *pixel = to, *end = to + raster.PixelCount() * 4; pixel < end; pixel += 4) {
    if (matches[0][pixel[0]] && matches[1][pixel[1]] && matches[2][pixel[2]]) pixel[3] = 0;
  }
}

bool HasAlpha(const Raster& raster) {
  if (raster.channels != 4) return false;
  for (uint32_t y = 0; y < raster.height; y++) {
    const uint8_t* row = raster.Row(y);
    uint8_t all = 255;
    for (uint32_t x = 0; x < raster.width; x++) all &= row[size_t{x} * 4 + 3];
    if (all != 255) return true;
  }
  return false;
}

bool IsSingleColor(const Raster& raster) {
  // Every sample is compared with the one a pixel before.
  return std::memcmp(raster.data, raster.data + raster.channels, raster.Size() - raster.channels) == 0;
}

}  // namespace pixels
