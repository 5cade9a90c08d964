#ifndef PIXELS_KERNELS_POLYGON_MASK_H_
#define PIXELS_KERNELS_POLYGON_MASK_H_

#include <vector>

#include "raster.h"

namespace pixels {

/// Rings one after the other: `coordinates` are x, y pairs in pixels, `sizes` the number of points of each ring.
struct Rings {
  std::vector<double> coordinates;
  std::vector<uint32_t> sizes;
};

/// How far a polygon must reach into a pixel, in pixels, to count as touching it: coordinates carry rounding errors, and
/// a polygon that ends at a pixel's edge must not claim the next one.
constexpr double kTouchMargin = 0.1;

/// A byte for each pixel: 1 where the polygon (even-odd rule over all rings) covers the pixel's centre or an edge of it
/// passes through the pixel, more than `kTouchMargin` from the pixel's border; else 0.
std::vector<uint8_t> PolygonMask(uint32_t width, uint32_t height, const Rings& rings);

/// RGBA in which pixels that the polygon does not touch are transparent white.
void MaskByPolygon(const Raster& raster, const Rings& rings, uint8_t* to);

}  // namespace pixels

#endif  // PIXELS_KERNELS_POLYGON_MASK_H_
