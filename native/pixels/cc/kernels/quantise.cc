#include "quantise.h"

#include <cstring>
#include <memory>
#include <numeric>
#include <utility>
#include <vector>

#include "palette.h"
#include "runs.h"

namespace pixels {

namespace {

/// Alpha up to which a pixel is transparent where translucent entries are not wanted.
constexpr uint32_t kTransparentUpTo = 128;

/// Reads rows of any raster as RGBA.
class RgbaReader {
 public:
  RgbaReader(const Raster& raster, Quantiser quantiser)
      : raster_(raster),
        row_(raster.channels == 4 && quantiser == Quantiser::kFastOctree ? 0 : size_t{raster.width} * 4) {}

  const uint8_t* Row(uint32_t y) {
    const uint8_t* from = raster_.Row(y);
    if (row_.empty()) return from;
    const uint32_t step = raster_.channels == 1 ? 0 : 1;
    for (size_t at = 0; at < row_.size(); at += 4) {
      // RGBA is copied only where translucent entries are not wanted.
      const bool is_visible = raster_.channels != 4 || from[3] > kTransparentUpTo;
      for (uint32_t c = 0; c < 3; c++) row_[at + c] = is_visible ? from[c * step] : uint8_t{0};
      row_[at + 3] = is_visible ? 255 : 0;
      from += raster_.channels;
    }
    return row_.data();
  }

 private:
  const Raster& raster_;
  /// Empty where rows are RGBA already.
  std::vector<uint8_t> row_;
};

/// A window's rows lie apart, so that a processor does not fetch the next one by itself.
void PrefetchRow(const Raster& raster, uint32_t y) {
  constexpr size_t kCacheLine = 64;
  const uint8_t* row = raster.Row(y);
#ifdef __GNUC__
  for (size_t at = 0; at < raster.RowSize(); at += kCacheLine) __builtin_prefetch(row + at);
#else
  (void)kCacheLine, (void)row;
#endif
}

/// Equal pixels, one after the other in a row; a row has at most 65535.
struct Run {
  /// Of its colour's cell.
  uint16_t slot;
  uint16_t length;
};

/// The pixels of a picture by the slots of their cells, which change whenever the table is made coarser.
class CellRuns {
 public:
  CellRuns(const Raster& raster, Quantiser quantiser, ColourTable& table)
      : pixel_count_(raster.PixelCount()), runs_(new Run[pixel_count_]) {
    RgbaReader reader(raster, quantiser);
    Run* next = runs_.get();
    for (uint32_t y = 0; y < raster.height; y++) {
      if (y + 1 < raster.height) PrefetchRow(raster, y + 1);
      ForEachRun(reader.Row(y), raster.width, [&](Colour colour, uint32_t length) {
        uint32_t slot = table.Add(colour, length);
        while (table.IsTooFull()) slot = Coarsen(table, next, slot);
        *next++ = {static_cast<uint16_t>(slot), static_cast<uint16_t>(length)};
      });
    }
    ends_.push_back(next);
  }

  /// The entry of each pixel, given that of each slot there is in the end.
  Bytes Indices(std::vector<uint8_t> entry_of_slot) const {
    std::vector<std::vector<uint8_t>> entries = {std::move(entry_of_slot)};
    for (auto moved = moved_.rbegin(); moved != moved_.rend(); ++moved) {
      std::vector<uint8_t> earlier(moved->size());
      for (size_t i = 0; i < earlier.size(); i++) earlier[i] = entries.back()[(*moved)[i]];
      entries.push_back(std::move(earlier));
    }
    // Most runs are short: sixteen pixels are always written, and those beyond the run once more by the next one.
    Bytes indices(pixel_count_ + kSplat);
    uint8_t* to = indices.data();
    const Run* run = runs_.get();
    for (size_t i = 0; i < ends_.size(); i++) {
      const uint8_t* entry_of = entries[ends_.size() - 1 - i].data();
      for (; run != ends_[i]; run++) {
        const uint8_t entry = entry_of[run->slot];
        std::memset(to, entry, kSplat);
        if (run->length > kSplat) std::memset(to + kSplat, entry, run->length - kSplat);
        to += run->length;
      }
    }
    indices.Resize(pixel_count_);
    return indices;
  }

 private:
  static constexpr uint32_t kSplat = 16;

  /// Makes the table coarser before a run is written; returns where the cell of the run is then.
  uint32_t Coarsen(ColourTable& table, const Run* run, uint32_t slot) {
    moved_.push_back(table.Coarsen());
    ends_.push_back(run);
    return moved_.back()[slot];
  }

  size_t pixel_count_;
  /// Not initialised: memory that is not used is not touched.
  std::unique_ptr<Run[]> runs_;
  /// What each coarsening made of the cells' slots.
  std::vector<std::vector<uint16_t>> moved_;
  /// Where runs with the slots before each coarsening end, and where all end.
  std::vector<const Run*> ends_;
};

Bytes PaletteBytes(const std::vector<Colour>& colours) {
  Bytes bytes(colours.size() * 4);
  for (size_t i = 0; i < colours.size(); i++) {
    for (uint32_t c = 0; c < 4; c++) bytes.data()[i * 4 + c] = static_cast<uint8_t>(ChannelOf(colours[i], c));
  }
  return bytes;
}

/// The palette for pictures with too many colours. The transparent cell of a binary picture keeps its own entry, the
/// last one.
Palette ReducedPalette(const std::vector<Cell>& cells, uint32_t max_colors, bool is_binary) {
  size_t transparent = cells.size();
  for (size_t i = 0; i < cells.size() && is_binary; i++) {
    if (ChannelOf(cells[i].colour, 3) == 0) transparent = i;
  }
  if (transparent == cells.size()) return DividePalette(cells, max_colors);

  std::vector<Cell> opaque = cells;
  opaque.erase(opaque.begin() + static_cast<std::ptrdiff_t>(transparent));
  Palette palette = DividePalette(opaque, max_colors - 1);
  palette.entry_of_cell.insert(palette.entry_of_cell.begin() + static_cast<std::ptrdiff_t>(transparent),
                               static_cast<uint8_t>(palette.colours.size()));
  palette.colours.push_back(0);
  return palette;
}

}  // namespace

Indexed Quantise(const Raster& raster, uint32_t max_colors, Quantiser quantiser) {
  ColourTable table(raster.PixelCount());
  const CellRuns runs(raster, quantiser, table);
  const std::vector<Cell> cells = table.Cells();

  // While there are few colours the cells are the palette.
  if (table.IsExact() && cells.size() <= max_colors) {
    std::vector<Colour> colours;
    for (const Cell& cell : cells) colours.push_back(cell.colour);
    std::vector<uint8_t> entry_of_cell(cells.size());
    std::iota(entry_of_cell.begin(), entry_of_cell.end(), uint8_t{0});
    return {PaletteBytes(colours), runs.Indices(table.BySlot(entry_of_cell))};
  }

  const Palette palette = ReducedPalette(cells, max_colors, quantiser == Quantiser::kMedianCut);
  return {PaletteBytes(palette.colours), runs.Indices(table.BySlot(palette.entry_of_cell))};
}

}  // namespace pixels
