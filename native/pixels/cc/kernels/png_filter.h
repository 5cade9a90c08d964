#ifndef PIXELS_KERNELS_PNG_FILTER_H_
#define PIXELS_KERNELS_PNG_FILTER_H_

#include <cstddef>
#include <cstdint>
#include <vector>

#include "png_format.h"
#include "raster.h"

namespace pixels {

/// Whether neighbouring pixels are often equal, as in maps. Such rows compress best, and fastest, as they are: a filter
/// turns equal pixels into equal differences, but hides that one label or edge looks like another.
bool IsFlat(const Raster& raster);

/// Chooses a filter for each row and applies it (PNG, section 9): none to flat pictures, else the cheaper of Sub and Up.
class RowFilter {
 public:
  /// `step`: bytes of a pixel.
  RowFilter(size_t row_size, size_t step, bool is_flat);

  /// The filtered row, its filter's byte before it; valid until the next call. `previous` is nullptr for the first row.
  const uint8_t* Apply(const uint8_t* row, const uint8_t* previous);

 private:
  size_t row_size_;
  size_t step_;
  bool is_flat_;
  /// Rows with their filter's byte; `sub_` also serves for none.
  std::vector<uint8_t> sub_;
  std::vector<uint8_t> up_;
  std::vector<uint8_t> zeros_;
};

/// Undoes the filter of a row in place. `previous` is the row above as it was before filtering, zeros for the first.
/// False: there is no such filter.
bool Unfilter(uint8_t filter, uint8_t* row, const uint8_t* previous, size_t row_size, size_t step);

}  // namespace pixels

#endif  // PIXELS_KERNELS_PNG_FILTER_H_
