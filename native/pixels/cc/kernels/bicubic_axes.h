#ifndef PIXELS_KERNELS_BICUBIC_AXES_H_
#define PIXELS_KERNELS_BICUBIC_AXES_H_

#include <cstdint>
#include <vector>

#include "bicubic.h"
#include "raster.h"

#ifdef PIXELS_HAS_SSE2

namespace pixels {

/// Bicubic interpolation of an RGBA raster where columns of the target follow columns of the source, and rows follow rows:
/// each row of the source is interpolated across once, for all rows of the target that need it. The bytes are those of
/// `InterpolateRgba`.
class BicubicAxes {
 public:
  BicubicAxes(const Raster& source, const CubicWeights& cubic) : source_(source), cubic_(cubic) {}

  /// Where the target's columns lie, in pixels of the source, all inside of it.
  void SetColumns(const std::vector<double>& columns);

  /// Interpolates a row of the target, as many pixels as there are columns. `y` is inside of the source.
  void FillRow(double y, uint8_t* to);

 private:
  struct Column {
    /// Of the four neighbours; may lie outside of the source where the column is at an edge.
    int32_t first;
    bool is_at_edge;
    const int16_t* weights;
  };

  /// A row of the source, interpolated across.
  struct Row {
    int32_t index = -1;
    bool is_opaque = true;
    /// Four channels of each column, cut to 16 bits, with room for whole registers.
    std::vector<int16_t> cut;

    /// What only rows beside translucent pixels need: the sums of each column, of colours times alpha less 32768, and of
    /// alpha; and whether all four neighbours are opaque.
    bool has_sums = false;
    std::vector<int32_t> sums;
    std::vector<uint8_t> opaque;
  };

  Row& RowAt(int32_t index);
  void Interpolate(Row& row) const;
  void AddSums(Row& row) const;
  /// Computes what has a translucent neighbour again.
  void Correct(Row* const rows[4], const int16_t* down, uint8_t* to) const;
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
