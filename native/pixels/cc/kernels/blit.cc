#include "blit.h"

#include <algorithm>
#include <cstring>

namespace pixels {

namespace {

void ConvertRow(uint8_t* to, uint32_t to_channels, const uint8_t* from, uint32_t from_channels, uint32_t width) {
  const bool grey = from_channels == 1;
  for (uint32_t i = 0; i < width; i++) {
    to[0] = from[0];
    to[1] = grey ? from[0] : from[1];
    to[2] = grey ? from[0] : from[2];
    if (to_channels == 4) to[3] = 255;
    to += to_channels;
    from += from_channels;
  }
}

/// Copies four bytes of each pixel but the last: the next pixel is written over the fourth.
void DropAlpha(uint8_t* to, const uint8_t* from, uint32_t width) {
  for (uint32_t i = 0; i + 1 < width; i++) std::memcpy(to + size_t{i} * 3, from + size_t{i} * 4, 4);
  if (width > 0) std::memcpy(to + size_t{width - 1} * 3, from + size_t{width - 1} * 4, 3);
}

}  // namespace

Overlap OverlapOf(const Target& target, const Raster& source, int32_t x, int32_t y) {
  const int64_t left = std::max<int64_t>(0, x);
  const int64_t top = std::max<int64_t>(0, y);
  const int64_t right = std::min<int64_t>(target.width, int64_t{x} + source.width);
  const int64_t bottom = std::min<int64_t>(target.height, int64_t{y} + source.height);
  if (right <= left || bottom <= top) return {0, 0, 0, 0, 0, 0};
  return {static_cast<uint32_t>(left),         static_cast<uint32_t>(top),
          static_cast<uint32_t>(left - x),     static_cast<uint32_t>(top - y),
          static_cast<uint32_t>(right - left), static_cast<uint32_t>(bottom - top)};
}

void Blit(const Target& target, const Raster& source, int32_t x, int32_t y) {
  const Overlap part = OverlapOf(target, source, x, y);
  for (uint32_t row = 0; row < part.height; row++) {
    uint8_t* to = target.Row(part.target_y + row) + size_t{part.target_x} * target.channels;
    const uint8_t* from = source.Row(part.source_y + row) + size_t{part.source_x} * source.channels;
    if (target.channels == source.channels) {
      std::memcpy(to, from, size_t{part.width} * target.channels);
    } else if (target.channels == 3 && source.channels == 4) {
      DropAlpha(to, from, part.width);
    } else {
      ConvertRow(to, target.channels, from, source.channels, part.width);
    }
  }
}

}  // namespace pixels
