#ifndef PIXELS_KERNELS_PALETTE_H_
#define PIXELS_KERNELS_PALETTE_H_

#include <vector>

#include "colour_table.h"

namespace pixels {

struct Palette {
  std::vector<Colour> colours;
  /// The palette entry of each cell.
  std::vector<uint8_t> entry_of_cell;
};

/// Divides the cells into at most `max_colors` groups and takes each group's mean: again and again, the group with the
/// greatest squared error is cut in two across its widest-spread channel, where the sum of the parts' errors is least
/// (Wu, Color Quantization by Dynamic Programming and Principal Analysis, 1992, along the axes).
Palette DividePalette(const std::vector<Cell>& cells, uint32_t max_colors);

}  // namespace pixels

#endif  // PIXELS_KERNELS_PALETTE_H_
