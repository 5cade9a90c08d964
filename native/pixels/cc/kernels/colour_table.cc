#include "colour_table.h"

#include <algorithm>

namespace pixels {

uint32_t ColourTable::Insert(Colour colour) {
  const Colour key = colour & mask_;
  slots_[SlotOf(key)] = static_cast<uint16_t>(size_ + 1);
  entries_[size_] = {key, 0, 0, 0};
  return size_++;
}

/// One channel after the other, so that not many more cells than needed go: blue first, which is seen least, and alpha with
/// it. The earlier in the picture the table is full, the more channels at once: every time costs some microseconds.
void ColourTable::CutBits() {
  static constexpr Colour kChannels[] = {0xFFFF0000, 0x000000FF, 0x0000FF00};
  uint64_t seen = 0;
  for (uint32_t i = 0; i < size_; i++) seen += entries_[i].count;
  const uint32_t cuts = IsExact() || seen * 4 < pixel_count_ ? 3 : seen * 2 < pixel_count_ ? 2 : 1;
  for (uint32_t i = 0; i < cuts; i++) {
    const Colour channels = kChannels[cuts_++ % 3];
    mask_ = (mask_ & ~channels) | (mask_ << 1 & channels & 0xFEFEFEFE);
  }
}

std::vector<uint16_t> ColourTable::Coarsen() {
  CutBits();
  std::fill(slots_.begin(), slots_.end(), uint16_t{0});
  std::vector<uint16_t> moved(size_);
  size_ = 0;
  // In place: a cell never moves up.
  for (size_t i = 0; i < moved.size(); i++) {
    const Entry finer = entries_[i];
    uint16_t& slot = slots_[SlotOf(finer.key & mask_)];
    if (slot == 0) {
      entries_[size_] = {finer.key & mask_, 0, 0, 0};
      slot = static_cast<uint16_t>(++size_);
    }
    Entry& coarser = entries_[slot - 1U];
    coarser.count += finer.count;
    coarser.red_blue += finer.red_blue;
    coarser.green_alpha += finer.green_alpha;
    AddRest(coarser, finer.key, finer.count);
    moved[i] = static_cast<uint16_t>(slot - 1);
  }
  return moved;
}

std::vector<Cell> ColourTable::Cells() const {
  std::vector<Cell> cells(size_);
  for (uint32_t i = 0; i < size_; i++) {
    const Entry& entry = entries_[i];
    const auto mean = [count = uint64_t{entry.count}](uint64_t sum) { return static_cast<Colour>((sum + count / 2) / count); };
    cells[i] = {entry.key, entry.count};
    if (IsExact()) continue;
    cells[i].colour |= mean(entry.red_blue & 0xFFFFFFFF) | mean(entry.green_alpha & 0xFFFFFFFF) << 8 |
                       mean(entry.red_blue >> 32) << 16 | mean(entry.green_alpha >> 32) << 24;
  }
  return cells;
}

}  // namespace pixels
