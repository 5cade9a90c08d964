#include "colour_table.h"

namespace pixels {

namespace {

constexpr uint32_t kSlotBits = 15;
constexpr uint32_t kSlots = 1U << kSlotBits;
static_assert(kSlots >= 2 * ColourTable::kMaxCells, "open addressing needs empty slots");

/// 2^32 divided by the golden ratio spreads neighbouring keys (Knuth, multiplicative hashing).
constexpr uint32_t kHashFactor = 0x9E3779B1;

}  // namespace

ColourTable::ColourTable() : slots_(kSlots, Slot{0, 0}) { cells_.reserve(256); }

uint32_t ColourTable::SlotOf(Colour key) const {
  uint32_t slot = (key * kHashFactor) >> (32 - kSlotBits);
  while (slots_[slot].cell != 0 && slots_[slot].key != key) slot = (slot + 1) % kSlots;
  return slot;
}

uint32_t ColourTable::CellOf(Colour key) {
  Slot& slot = slots_[SlotOf(key)];
  if (slot.cell == 0) {
    cells_.push_back({key, 0, {0, 0, 0, 0}});
    slot = {key, static_cast<uint32_t>(cells_.size())};
  }
  return slot.cell - 1;
}

uint32_t ColourTable::Add(Colour colour, uint32_t count) {
  while (cells_.size() == kMaxCells && slots_[SlotOf(colour & mask_)].cell == 0) Coarsen();
  const uint32_t at = CellOf(colour & mask_);
  Cell& cell = cells_[at];
  const uint64_t alpha = uint64_t{count} * ChannelOf(colour, 3);
  cell.count += count;
  for (uint32_t channel = 0; channel < 3; channel++) cell.sums[channel] += alpha * ChannelOf(colour, channel);
  cell.sums[3] += alpha * 255;
  return at;
}

void ColourTable::Coarsen() {
  mask_ = (mask_ << 1) & 0xFEFEFEFE;
  slots_.assign(kSlots, Slot{0, 0});
  std::vector<Cell> finer;
  finer.swap(cells_);
  std::vector<uint16_t> moved;
  for (const Cell& cell : finer) {
    const uint32_t at = CellOf(cell.key & mask_);
    Cell& coarser = cells_[at];
    coarser.count += cell.count;
    for (uint32_t channel = 0; channel < 4; channel++) coarser.sums[channel] += cell.sums[channel];
    moved.push_back(static_cast<uint16_t>(at));
  }
  if (moved_.empty()) {
    moved_.swap(moved);
  } else {
    for (uint16_t& cell : moved_) cell = moved[cell];
  }
}

}  // namespace pixels
