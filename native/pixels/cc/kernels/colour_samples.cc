#include "colour_samples.h"

namespace pixels {

namespace {

/// So few colours are divided in no time, each for itself.
constexpr size_t kFewCells = 512;
/// One pixel in so many makes a colour frequent.
constexpr uint64_t kFrequentPart = 2048;
/// Colours of few pixels share a sample when they have these bits in common.
constexpr Colour kNearMask = 0xF8F8F8F8;

constexpr uint32_t kSlotBits = 14;
constexpr uint32_t kSlots = 1U << kSlotBits;
static_assert(kSlots >= 2 * ColourTable::kMaxCells, "there is a free slot near");
/// 2^32 divided by the golden ratio.
constexpr uint32_t kHashFactor = 0x9E3779B1;

ColourSums PixelsOf(const Cell& cell) {
  const uint64_t alpha = uint64_t{cell.count} * ChannelOf(cell.colour, 3);
  return {cell.count, alpha * ChannelOf(cell.colour, 0), alpha * ChannelOf(cell.colour, 1), alpha * ChannelOf(cell.colour, 2),
          alpha};
}

/// Of a colour's channels times alpha, and of alpha times 255: all are 255 times their premultiplied values.
double SquaresOf(Colour colour) {
  const uint64_t alpha = ChannelOf(colour, 3);
  uint64_t squares = 255 * 255;
  for (uint32_t c = 0; c < 3; c++) squares += ChannelOf(colour, c) * ChannelOf(colour, c);
  return static_cast<double>(alpha * alpha * squares);
}

/// By how much the squared distances of some values from their mean, as it is kept, differ from their squares. `sum` is
/// 255 times that of the values.
double DistancesWithoutSquares(double sum, double count, uint8_t mean) {
  const double kept = mean * 255.0;
  return kept * (count * kept - 2 * sum);
}

}  // namespace

Colour ColourSums::Mean() const {
  const auto mean_alpha = static_cast<uint32_t>((alpha + count / 2) / count);
  if (mean_alpha == 0) return 0;
  const auto mean = [this](uint64_t sum) { return static_cast<Colour>((sum + alpha / 2) / alpha); };
  return mean(red) | mean(green) << 8 | mean(blue) << 16 | mean_alpha << 24;
}

ColourSamples::ColourSamples(const std::vector<Cell>& cells, uint32_t wanted) : of_cells_(cells.size()) {
  uint64_t pixels = 0;
  for (const Cell& cell : cells) pixels += cell.count;
  Gather(cells, cells.size() <= kFewCells ? 0 : pixels / kFrequentPart);
  if (sums_.size() < wanted && sums_.size() < cells.size()) Gather(cells, 0);
  double squares = 0;
  for (const Cell& cell : cells) squares += cell.count * SquaresOf(cell.colour);
  samples_.reserve(sums_.size());
  for (uint32_t number = 0; number < sums_.size(); number++) {
    const ColourSums& pixels_of = sums_[number];
    const auto count = static_cast<double>(pixels_of.count);
    const double part = 1 / (count * 255);
    const double sums[] = {static_cast<double>(pixels_of.red), static_cast<double>(pixels_of.green),
                           static_cast<double>(pixels_of.blue), static_cast<double>(pixels_of.alpha) * 255};
    Sample sample = {static_cast<uint32_t>(pixels_of.count), {}, number};
    for (uint32_t c = 0; c < 4; c++) {
      sample.value[c] = static_cast<uint8_t>(sums[c] * part + 0.5);
      squares += DistancesWithoutSquares(sums[c], count, sample.value[c]);
    }
    samples_.push_back(sample);
  }
  error_ = squares / (255.0 * 255.0);
}

void ColourSamples::Gather(const std::vector<Cell>& cells, uint64_t frequent) {
  sums_.clear();
  keys_.clear();
  slots_.assign(kSlots, 0);
  for (size_t i = 0; i < cells.size(); i++) {
    const uint32_t number = cells[i].count >= frequent ? Alone() : WithOthers(cells[i].colour);
    of_cells_[i] = static_cast<uint16_t>(number);
    sums_[number].Add(PixelsOf(cells[i]));
  }
}

uint32_t ColourSamples::Alone() {
  sums_.emplace_back();
  keys_.push_back(0);
  return static_cast<uint32_t>(sums_.size() - 1);
}

uint32_t ColourSamples::WithOthers(Colour colour) {
  const Colour key = colour & kNearMask;
  uint32_t at = key * kHashFactor >> (32 - kSlotBits);
  while (slots_[at] != 0 && keys_[slots_[at] - 1U] != key) at = (at + 1) % kSlots;
  if (slots_[at] == 0) {
    const uint32_t number = Alone();
    keys_[number] = key;
    slots_[at] = static_cast<uint16_t>(number + 1);
  }
  return slots_[at] - 1U;
}

std::vector<uint8_t> ColourSamples::ByCell(const std::vector<uint8_t>& of_samples) const {
  std::vector<uint8_t> by_cell(of_cells_.size());
  for (size_t i = 0; i < by_cell.size(); i++) by_cell[i] = of_samples[of_cells_[i]];
  return by_cell;
}

}  // namespace pixels
