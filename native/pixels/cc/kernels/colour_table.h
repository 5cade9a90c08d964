#ifndef PIXELS_KERNELS_COLOUR_TABLE_H_
#define PIXELS_KERNELS_COLOUR_TABLE_H_

#include <cstddef>
#include <cstdint>
#include <vector>

namespace pixels {

/// A colour as one number: red in the lowest byte, then green, blue, alpha.
using Colour = uint32_t;

inline uint32_t ChannelOf(Colour colour, uint32_t channel) { return (colour >> (channel * 8)) & 255; }

/// How many pixels have a colour. In a table that is not exact it is the mean, channel by channel, of colours that differ
/// in the few lowest bits only.
struct Cell {
  Colour colour;
  uint32_t count;
};

/// Counts the colours of a picture. Starts with a cell for each distinct colour; when there are more than `kMaxCells`,
/// colours that differ only in the lowest bit of some channels share a cell, and so on until all fit.
class ColourTable {
 public:
  /// Enough for the antialiased colours of a tile of a map; few enough to stay in a processor's nearest caches.
  static constexpr uint32_t kMaxCells = 4096;
  /// No cell.
  static constexpr uint32_t kNone = 0xFFFFFFFF;

  /// For a picture of so many pixels.
  explicit ColourTable(size_t pixel_count) : pixel_count_(pixel_count), entries_(kMaxCells), slots_(kSlots, 0) {}

  /// The cell of a colour, or kNone.
  uint32_t Find(Colour colour) const {
    const Colour key = colour & mask_;
    for (uint32_t slot = HashOf(key);; slot = (slot + 1) % kSlots) {
      const uint32_t next = slots_[slot];
      if (next == 0) return kNone;
      if (entries_[next - 1].key == key) return next - 1;
    }
  }

  /// Adds pixels of a colour to its cell.
  void Count(uint32_t cell, Colour colour, uint32_t pixels) {
    entries_[cell].count += pixels;
    if (!IsExact()) AddRest(entries_[cell], colour, pixels);
  }

  bool IsFull() const { return size_ == kMaxCells; }
  /// Makes a cell for a colour that has none; the table is not full.
  uint32_t Insert(Colour colour);
  /// Puts cells together; returns the number now of each cell that there was.
  std::vector<uint16_t> Coarsen();

  /// In the order in which their first pixels were counted.
  std::vector<Cell> Cells() const;
  bool IsExact() const { return mask_ == 0xFFFFFFFF; }

 private:
  static constexpr uint32_t kSlotBits = 14;
  static constexpr uint32_t kSlots = 1U << kSlotBits;
  static_assert(kSlots >= 4 * kMaxCells, "with a quarter of them taken the first slot is mostly the right one");
  /// 2^32 divided by the golden ratio spreads neighbouring keys (Knuth, multiplicative hashing).
  static constexpr uint32_t kHashFactor = 0x9E3779B1;

  struct Entry {
    Colour key;
    uint32_t count;
    /// Sums of the bits that the mask cuts off: of red and blue, and of green and alpha, 32 bits each. That is wide enough
    /// for 2^28 pixels where 4 bits of a channel are cut off, for 2^27 where 5 are.
    uint64_t red_blue;
    uint64_t green_alpha;
  };

  static uint32_t HashOf(Colour key) { return (key * kHashFactor) >> (32 - kSlotBits); }

  /// The slot with a key's cell, or the empty one where it belongs.
  uint32_t SlotOf(Colour key) const {
    uint32_t slot = HashOf(key);
    while (slots_[slot] != 0 && entries_[slots_[slot] - 1].key != key) slot = (slot + 1) % kSlots;
    return slot;
  }

  void AddRest(Entry& entry, Colour colour, uint32_t pixels) {
    const uint64_t rest = colour & ~mask_;
    entry.red_blue += ((rest & 0xFF) | (rest & 0xFF0000) << 16) * pixels;
    entry.green_alpha += ((rest >> 8 & 0xFF) | (rest & 0xFF000000) << 8) * pixels;
  }

  void CutBits();

  size_t pixel_count_;
  Colour mask_ = 0xFFFFFFFF;
  /// How often the lowest bit of some channels was cut off.
  uint32_t cuts_ = 0;
  uint32_t size_ = 0;
  std::vector<Entry> entries_;
  /// Numbers of cells plus 1, or 0; open addressing.
  std::vector<uint16_t> slots_;
};

}  // namespace pixels

#endif  // PIXELS_KERNELS_COLOUR_TABLE_H_
