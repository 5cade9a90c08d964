#ifndef PIXELS_KERNELS_BLIT_H_
#define PIXELS_KERNELS_BLIT_H_

#include "raster.h"

namespace pixels {

/// The part of a source at (x, y) of a target that lies inside of the target.
struct Overlap {
  uint32_t target_x;
  uint32_t target_y;
  uint32_t source_x;
  uint32_t source_y;
  uint32_t width;
  uint32_t height;
};

Overlap OverlapOf(const Target& target, const Raster& source, int32_t x, int32_t y);

/// Copies all of the source that fits. Grey becomes colour, alpha is added (255) or dropped; a coloured source for a
/// grey target is not allowed.
void Blit(const Target& target, const Raster& source, int32_t x, int32_t y);

}  // namespace pixels

#endif  // PIXELS_KERNELS_BLIT_H_
