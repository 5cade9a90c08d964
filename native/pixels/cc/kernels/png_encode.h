#ifndef PIXELS_KERNELS_PNG_ENCODE_H_
#define PIXELS_KERNELS_PNG_ENCODE_H_

#include "raster.h"

namespace pixels {

/// An indexed picture that somebody else owns; `color_count` is 1 to 256.
struct IndexedView {
  const uint8_t* indices;
  uint32_t width;
  uint32_t height;
  /// RGBA.
  const uint8_t* palette;
  uint32_t color_count;
};

/// A PNG file of a raster. `level` is 0 to 9: 1 to 5 are `Deflater`'s, all others zlib's. RGBA without a translucent pixel is
/// written as RGB.
/// Throws std::runtime_error when zlib fails.
Bytes EncodePng(const Raster& raster, int level);

/// A PNG file of 1, 2, 4 or 8 bits for each pixel. Throws std::runtime_error also for an index beyond the palette.
Bytes EncodePng(const IndexedView& picture, int level);

}  // namespace pixels

#endif  // PIXELS_KERNELS_PNG_ENCODE_H_
