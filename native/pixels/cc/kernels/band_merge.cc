#include "band_merge.h"

#include <algorithm>

namespace pixels {

namespace {

struct Band {
  /// nullptr for the alpha of a source that has none.
  const uint8_t* first;
  uint32_t step;

  uint32_t At(size_t pixel) const { return first == nullptr ? 255 : first[pixel * step]; }
};

Band BandOf(const Raster& source, uint32_t band) {
  if (band == 3 && source.channels != 4) return {nullptr, 0};
  return {source.data + (source.channels == 1 ? 0 : band), source.channels};
}

}  // namespace

void BandMerge(const Target& target, const std::vector<Raster>& sources, const std::vector<BandOperation>& operations) {
  const size_t pixels = size_t{target.width} * target.height;
  for (size_t i = 0; i < pixels * target.channels; i++) target.data[i] = i % 4 == 3 && target.channels == 4 ? 255 : 0;

  bool is_set[4] = {false, false, false, false};
  for (const BandOperation& operation : operations) {
    const Band band = BandOf(sources[operation.source], operation.source_band);
    uint8_t scaled[256];
    for (uint32_t value = 0; value < 256; value++) {
      // Single precision and truncation, as the original computes.
      const float product = static_cast<float>(value) * operation.factor;
      scaled[value] = static_cast<uint8_t>(std::min(255.0F, std::max(0.0F, product)));
    }
    const bool adds = operation.factor != 1.0F && is_set[operation.target_band];
    uint8_t* to = target.data + operation.target_band;
    for (size_t i = 0; i < pixels; i++, to += target.channels) {
      const uint32_t value = scaled[band.At(i)];
      *to = static_cast<uint8_t>(adds ? std::min<uint32_t>(255, *to + value) : value);
    }
    is_set[operation.target_band] = true;
  }
}

}  // namespace pixels
