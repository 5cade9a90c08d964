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
/// colours that differ only in the lowest bit of some channels share a cell, and so on until all fit. A cell is known by
/// its slot, which changes when the table is made coarser.
class ColourTable {
 public:
  /// Enough for the antialiased colours of a tile of a map; few enough that the first slot is mostly the right one.
  static constexpr uint32_t kMaxCells = 6144;
  static constexpr uint32_t kSlotBits = 14;
  static constexpr uint32_t kSlots = 1U << kSlotBits;
  static_assert(kSlots <= 65536, "numbers of slots have 16 bits");

  /// For a picture of so many pixels.
  explicit ColourTable(size_t pixel_count) : pixel_count_(pixel_count), slots_(kSlots), used_(kMaxCells + 2) {}

  /// Adds pixels of a colour, and returns the slot of its cell. `Coarsen` is to be called while the table is too full then.
  /// A new colour and one that is known take the same way: a processor cannot guess which it will be.
  uint32_t Add(Colour colour, uint32_t pixels) {
    const Colour key = colour & mask_;
    uint32_t at = HashOf(key);
    Slot slot = slots_[at];
    while (IsOther(slot, key)) {
      at = (at + 1) % kSlots;
      slot = slots_[at];
    }
    used_[size_] = static_cast<uint16_t>(at);
    size_ += slot.count == 0 ? 1 : 0;
    slots_[at] = {key, slot.count + pixels};
    if (!IsExact()) AddRest(rests_[at], colour, pixels);
    return at;
  }

  bool IsTooFull() const { return size_ > kMaxCells; }
  /// Puts cells together; returns the slot now of the cell that there was in each slot.
  std::vector<uint16_t> Coarsen();

  /// In the order in which their first pixels were added.
  std::vector<Cell> Cells() const;
  /// What belongs to a cell, such as its entry of a palette, by slots; given in the order of `Cells`.
  std::vector<uint8_t> BySlot(const std::vector<uint8_t>& of_cells) const;
  bool IsExact() const { return mask_ == 0xFFFFFFFF; }

 private:
  /// 2^32 divided by the golden ratio spreads neighbouring keys (Knuth, multiplicative hashing).
  static constexpr uint32_t kHashFactor = 0x9E3779B1;

  /// Free while its count is 0; open addressing.
  struct Slot {
    Colour key;
    uint32_t count;
  };

  /// Sums of the bits that the mask cuts off: of red and blue, and of green and alpha, 32 bits each. That is wide enough
  /// for 2^28 pixels where 4 bits of a channel are cut off, for 2^27 where 5 are.
  struct Rest {
    uint64_t red_blue;
    uint64_t green_alpha;
  };

  static uint32_t HashOf(Colour key) { return (key * kHashFactor) >> (32 - kSlotBits); }

  /// Whether a slot is taken by another key. Written so that compilers make one jump of it and not two.
  static bool IsOther(Slot slot, Colour key) {
    const uint32_t all_if_taken = 0U - static_cast<uint32_t>(slot.count != 0);
    return ((slot.key ^ key) & all_if_taken) != 0;
  }

  void AddRest(Rest& to, Colour colour, uint32_t pixels) {
    const uint64_t rest = colour & ~mask_;
    to.red_blue += ((rest & 0xFF) | (rest & 0xFF0000) << 16) * pixels;
    to.green_alpha += ((rest >> 8 & 0xFF) | (rest & 0xFF000000) << 8) * pixels;
  }

  void CutBits();

  size_t pixel_count_;
  Colour mask_ = 0xFFFFFFFF;
  /// How often the lowest bit of some channels was cut off.
  uint32_t cuts_ = 0;
  uint32_t size_ = 0;
  std::vector<Slot> slots_;
  /// Empty while the table is exact.
  std::vector<Rest> rests_;
  /// The slots that are taken, in the order in which they were, and room for one that may be.
  std::vector<uint16_t> used_;
};

}  // namespace pixels

#endif  // PIXELS_KERNELS_COLOUR_TABLE_H_
