#ifndef PIXELS_KERNELS_BICUBIC_AXES_H_
#define PIXELS_KERNELS_BICUBIC_AXES_H_

#include <cstdint>
#include <vector>

#include "bicubic.h"
#include "raster.h"

#ifdef PIXELS_HAS_SSE2

namespace pixels {

/// Bicubic interpolation of an RGBA raster where columns of the target follow columns of the source, and rows follow rows:
/// each row of the source is interpolated across once, for all rows of the target that need it. Only for what is opaque.
class BicubicAxes {
 public:
  /// `columns`: where the target's columns lie, in pixels of the source, all inside of it.
  BicubicAxes(const Raster& source, const CubicWeights& cubic, const std::vector<double>& columns);

  /// Interpolates a row of the target, as many pixels as there are columns; the bytes are those of `InterpolateRgba`. `y` is
  /// inside of the source. False: a row that is needed is not opaque, and nothing was written.
  bool FillRow(double y, uint8_t* to);

 private:
  struct Column {
    /// Of the four neighbours; may lie outside of the source where the column is at an edge.
    int32_t first;
    bool is_at_edge;
    const int16_t* weights;
  };

  /// A row of the source.
  struct Row {
    int32_t index = -1;
    bool is_opaque = false;
    bool is_interpolated = false;
    /// Four channels of each column, cut to 16 bits, with room for whole registers.
    std::vector<int16_t> cut;
  };

  Row& RowAt(int32_t index);
  void Interpolate(Row& row) const;
  __m128i Neighbours(const uint8_t* pixels, const Column& column) const;

  const Raster& source_;
  const CubicWeights& cubic_;
  std::vector<Column> columns_;
  /// The last four rows, each in the place of its number modulo 4.
  Row rows_[4];
  std::vector<uint8_t> line_;
};

}  // namespace pixels

#endif

#endif  // PIXELS_KERNELS_BICUBIC_AXES_H_
