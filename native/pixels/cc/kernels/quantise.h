#ifndef PIXELS_KERNELS_QUANTISE_H_
#define PIXELS_KERNELS_QUANTISE_H_

#include "raster.h"

namespace pixels {

enum class Quantiser : uint32_t {
  /// Palette entries may be translucent.
  kFastOctree,
  /// Pixels with an alpha of at most 128 share one transparent entry; all others are opaque. Takes 2 colours or more.
  kMedianCut,
};

struct Indexed {
  /// RGBA.
  Bytes palette;
  Bytes indices;
};

/// A picture of at most `max_colors` (1 to 256) colours; exact when the raster, which may be a window, has no more.
Indexed Quantise(const Raster& raster, uint32_t max_colors, Quantiser quantiser);

}  // namespace pixels

#endif  // PIXELS_KERNELS_QUANTISE_H_
