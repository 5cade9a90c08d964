#ifndef PIXELS_KERNELS_WARP_H_
#define PIXELS_KERNELS_WARP_H_

#include <vector>

#include "raster.h"

namespace pixels {

enum class Sampling : uint32_t { kNearest, kBilinear, kBicubic };

/// A rectangle of the target, and where its corners lie in the source: x, y of the upper left, lower left, lower right
/// and upper right one, in pixels (0 is the first pixel's outer edge, 0.5 its centre).
struct Quad {
  uint32_t left;
  uint32_t top;
  uint32_t right;
  uint32_t bottom;
  double corners[8];
};

/// Fills each quad from the source, bilinear between its corners. Pixels whose centre falls outside of the source, or
/// outside of all quads, become `background` (as many bytes as the target has channels). The target has the source's
/// channels, or 4. Colours are weighted with their alpha. Positions are resolved to 1/256 of a pixel.
void Warp(const Raster& source, const std::vector<Quad>& mesh, Sampling sampling, const uint8_t background[4],
          const Target& target);

}  // namespace pixels

#endif  // PIXELS_KERNELS_WARP_H_
