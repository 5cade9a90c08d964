#ifndef PIXELS_KERNELS_BICUBIC_AVX2_H_
#define PIXELS_KERNELS_BICUBIC_AVX2_H_

#include "bicubic.h"

#if defined(PIXELS_HAS_SSE2) && defined(__GNUC__)
#define PIXELS_HAS_AVX2

namespace pixels {

/// Whether this processor has the instructions; asked once.
bool HasAvx2();

/// Interpolates RGBA pixels at `length` positions of a line, half a step from its start on, all inside of the source. The
/// bytes are those of `InterpolateRgba`.
void FillLineWithAvx2(const Raster& source, const CubicWeights& cubic, const LineOfPositions& line, uint32_t length,
                      uint8_t* to);

}  // namespace pixels

#endif

#endif  // PIXELS_KERNELS_BICUBIC_AVX2_H_
