#include "colour_table.h"

#include <utility>

namespace pixels {

/// One channel after the other, so that not many more cells than needed go: blue first, which is seen least, and alpha with
/// it. The earlier in the picture the table is full, the more channels at once: every time costs some microseconds.
void ColourTable::CutBits() {
  static constexpr Colour kChannels[] = {0xFFFF0000, 0x000000FF, 0x0000FF00};
  uint64_t seen = 0;
  for (uint32_t i = 0; i < size_; i++) seen += slots_[used_[i]].count;
  const uint32_t cuts = IsExact() || seen * 4 < pixel_count_ ? 3 : seen * 2 < pixel_count_ ? 2 : 1;
  for (uint32_t i = 0; i < cuts; i++) {
    const Colour channels = kChannels[cuts_++ % 3];
    mask_ = (mask_ & ~channels) | (mask_ << 1 & channels & 0xFEFEFEFE);
  }
}

std::vector<uint16_t> ColourTable::Coarsen() {
  CutBits();
  rests_.resize(kSlots);
  struct Finer {
    uint32_t at;
    Slot slot;
    Rest rest;
  };
  std::vector<Finer> finer(std::exchange(size_, 0));
  for (size_t i = 0; i < finer.size(); i++) {
    const uint32_t at = used_[i];
    finer[i] = {at, std::exchange(slots_[at], Slot{}), std::exchange(rests_[at], Rest{})};
  }
  std::vector<uint16_t> moved(kSlots);
  for (const auto& [from, slot, rest] : finer) {
    const uint32_t to = Add(slot.key, slot.count);
    rests_[to].red_blue += rest.red_blue;
    rests_[to].green_alpha += rest.green_alpha;
    moved[from] = static_cast<uint16_t>(to);
  }
  return moved;
}

std::vector<Cell> ColourTable::Cells() const {
  std::vector<Cell> cells(size_);
  for (uint32_t i = 0; i < size_; i++) {
    const Slot& slot = slots_[used_[i]];
    cells[i] = {slot.key, slot.count};
    if (IsExact()) continue;
    const Rest& rest = rests_[used_[i]];
    const auto mean = [count = uint64_t{slot.count}](uint64_t sum) { return static_cast<Colour>((sum + count / 2) / count); };
    cells[i].colour |= mean(rest.red_blue & 0xFFFFFFFF) | mean(rest.green_alpha & 0xFFFFFFFF) << 8 |
                       mean(rest.red_blue >> 32) << 16 | mean(rest.green_alpha >> 32) << 24;
  }
  return cells;
}

std::vector<uint8_t> ColourTable::BySlot(const std::vector<uint8_t>& of_cells) const {
  std::vector<uint8_t> by_slot(kSlots);
  for (uint32_t i = 0; i < size_; i++) by_slot[used_[i]] = of_cells[i];
  return by_slot;
}

}  // namespace pixels
