#ifndef PIXELS_KERNELS_COLOUR_TABLE_H_
#define PIXELS_KERNELS_COLOUR_TABLE_H_

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace pixels {

/// A colour as one number: red in the lowest byte, then green, blue, alpha.
using Colour = uint32_t;

inline uint32_t ChannelOf(Colour colour, uint32_t channel) { return (colour >> (channel * 8)) & 255; }

/// How often the colours of one cell occur. Colours are premultiplied: `sums` holds red, green and blue times alpha, and
/// 255 times alpha, of all pixels.
struct Cell {
  Colour key;
  uint32_t count;
  uint64_t sums[4];
};

/// Counts the colours of a picture. Starts with a cell for each distinct colour; when there are more than `kMaxCells`,
/// colours that differ only in the lowest bit of their channels share a cell, then in the lowest two bits, and so on: the
/// lowest level of an octree (with alpha: a tree of sixteen branches) is cut off.
class ColourTable {
 public:
  /// Enough for the antialiased colours of nearly every map; few enough to divide within milliseconds.
  static constexpr uint32_t kMaxCells = 8192;

  ColourTable();

  /// Adds `count` pixels of a colour and returns its cell.
  uint32_t Add(Colour colour, uint32_t count);

  /// Whether cells that `Add` returned have other numbers now.
  bool HasMoved() const { return !moved_.empty(); }
  /// The number now of each cell that there was when it was last asked for.
  std::vector<uint16_t> TakeMoved() { return std::exchange(moved_, {}); }

  const std::vector<Cell>& cells() const { return cells_; }
  bool IsExact() const { return mask_ == 0xFFFFFFFF; }

 private:
  struct Slot {
    Colour key;
    /// Number of the cell plus 1, or 0.
    uint32_t cell;
  };

  uint32_t SlotOf(Colour key) const;
  /// The cell of a key, made when there is none.
  uint32_t CellOf(Colour key);
  void Coarsen();

  Colour mask_ = 0xFFFFFFFF;
  std::vector<Cell> cells_;
  std::vector<uint16_t> moved_;
  /// Open addressing.
  std::vector<Slot> slots_;
};

}  // namespace pixels

#endif  // PIXELS_KERNELS_COLOUR_TABLE_H_
