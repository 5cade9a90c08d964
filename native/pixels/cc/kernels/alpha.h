#ifndef PIXELS_KERNELS_ALPHA_H_
#define PIXELS_KERNELS_ALPHA_H_

#include "raster.h"

namespace pixels {

/// RGBA with the alpha multiplied with `opacity` / 255. `to` holds four bytes for each pixel.
void ApplyOpacity(const Raster& raster, uint32_t opacity, uint8_t* to);

/// RGBA in which pixels have alpha 0 whose red, green and blue are each within `tolerance` of `rgb`.
void TransparentColor(const Raster& raster, const uint8_t rgb[3], uint32_t tolerance, uint8_t* to);

/// Whether a pixel is not opaque.
bool HasAlpha(const Raster& raster);

/// Whether all pixels are the same, alpha included.
bool IsSingleColor(const Raster& raster);

}  // namespace pixels

#endif  // PIXELS_KERNELS_ALPHA_H_
