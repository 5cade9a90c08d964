#ifndef PIXELS_KERNELS_BAND_MERGE_H_
#define PIXELS_KERNELS_BAND_MERGE_H_

#include <vector>

#include "raster.h"

namespace pixels {

/// Takes one band of a source into one band of the target. A factor other than 1 adds, 1 replaces.
struct BandOperation {
  uint32_t target_band;
  uint32_t source;
  uint32_t source_band;
  float factor;
};

/// The bands of `target` from those of sources of the same size, in the order of the operations; sums are clipped.
/// Bands that nothing is taken into are 0, alpha is 255. Band 3 of a source without alpha is 255, bands 1 and 2 of a
/// grey source are its grey.
void BandMerge(const Target& target, const std::vector<Raster>& sources, const std::vector<BandOperation>& operations);

}  // namespace pixels

#endif  // PIXELS_KERNELS_BAND_MERGE_H_
