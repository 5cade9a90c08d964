#ifndef PIXELS_KERNELS_PNG_EXPANDER_H_
#define PIXELS_KERNELS_PNG_EXPANDER_H_

#include "png_chunks.h"

namespace pixels {

/// Turns unfiltered rows of any supported kind into samples of 8 bits.
class PngExpander {
 public:
  PngExpander(const PngChunks& chunks, uint32_t channels);

  /// Whether a row is already what is wanted.
  bool IsPlain() const {
    return chunks_.bit_depth == 8 && chunks_.colour != PngColour::kPalette && chunks_.SamplesPerPixel() == channels_;
  }
  /// Refuses what is not in the palette; without one there is nothing to refuse.
  void Check(const uint8_t* row) const;
  /// For rows that are checked.
  void Expand(const uint8_t* from, uint8_t* to) const;

 private:
  uint32_t SampleAt(const uint8_t* row, uint32_t x) const;
  void ExpandPalette(const uint8_t* from, uint8_t* to) const;
  void ExpandGrey(const uint8_t* from, uint8_t* to) const;
  /// With one transparent colour where there is a tRNS chunk.
  void ExpandRgb(const uint8_t* from, uint8_t* to) const;
  void ExpandOpaque(const uint8_t* from, uint8_t* to) const;
  bool IsTransparent(const uint8_t* colour) const;
  uint32_t TransparentSample(uint32_t channel) const;

  const PngChunks& chunks_;
  uint32_t channels_;
  uint8_t colours_[256][4];
};

}  // namespace pixels

#endif  // PIXELS_KERNELS_PNG_EXPANDER_H_
