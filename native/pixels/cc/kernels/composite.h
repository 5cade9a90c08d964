#ifndef PIXELS_KERNELS_COMPOSITE_H_
#define PIXELS_KERNELS_COMPOSITE_H_

#include "raster.h"

namespace pixels {

/// Lays the source over the target at (x, y): source-over of Porter and Duff for colours that are not premultiplied.
/// The source's alpha is multiplied with `opacity` / 255 and with `mask` / 255 (one byte for each pixel of the source,
/// or nullptr). A coloured source for a grey target is not allowed.
void Composite(const Target& target, const Raster& source, int32_t x, int32_t y, uint32_t opacity,
               const uint8_t* mask);

}  // namespace pixels

#endif  // PIXELS_KERNELS_COMPOSITE_H_
