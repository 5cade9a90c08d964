#include "quantise.h"

#include <utility>
#include <vector>

#include "palette.h"

namespace pixels {

namespace {

constexpr Colour kOpaque = 0xFF000000;
/// Alpha up to which a pixel is transparent where translucent entries are not wanted.
constexpr uint32_t kTransparentUpTo = 128;

/// Reads rows of any raster as colours.
class ColourReader {
 public:
  ColourReader(const Raster& raster, Quantiser quantiser)
      : raster_(raster), is_binary_(quantiser == Quantiser::kMedianCut), row_(raster.width) {}

  const std::vector<Colour>& Row(uint32_t y) {
    const uint8_t* from = raster_.Row(y);
    if (raster_.channels == 4) {
      Read(from, [](const uint8_t* p) { return p[0] | Colour{p[1]} << 8 | Colour{p[2]} << 16 | Colour{p[3]} << 24; });
    } else if (raster_.channels == 3) {
      Read(from, [](const uint8_t* p) { return p[0] | Colour{p[1]} << 8 | Colour{p[2]} << 16 | kOpaque; });
    } else {
      Read(from, [](const uint8_t* p) { return p[0] * 0x010101U | kOpaque; });
    }
    if (is_binary_) {
      for (Colour& colour : row_) colour = ChannelOf(colour, 3) <= kTransparentUpTo ? 0 : colour | kOpaque;
    }
    return row_;
  }

 private:
  template <typename ToColour>
  void Read(const uint8_t* from, ToColour to_colour) {
    for (Colour& colour : row_) {
      colour = to_colour(from);
      from += raster_.channels;
    }
  }

  const Raster& raster_;
  bool is_binary_;
  std::vector<Colour> row_;
};

/// Calls `visit(first, length, colour)` for each run of equal pixels of a row.
template <typename Visit>
void ForEachRun(const std::vector<Colour>& row, Visit visit) {
  const size_t width = row.size();
  for (size_t begin = 0; begin < width;) {
    size_t end = begin + 1;
    while (end < width && row[end] == row[begin]) end++;
    visit(begin, end - begin, row[begin]);
    begin = end;
  }
}

/// Runs are mostly short: a loop costs less than a call of memset.
void Fill(uint16_t* to, size_t length, uint32_t value) {
  for (size_t i = 0; i < length; i++) to[i] = static_cast<uint16_t>(value);
}

/// The cell of each pixel.
using Cells = std::vector<uint16_t>;
static_assert(ColourTable::kMaxCells <= 65536, "numbers of cells have 16 bits");

Cells CellsOf(const Raster& raster, Quantiser quantiser, ColourTable& table) {
  ColourReader reader(raster, quantiser);
  Cells cells(raster.PixelCount());
  for (uint32_t y = 0; y < raster.height; y++) {
    uint16_t* to = cells.data() + size_t{y} * raster.width;
    ForEachRun(reader.Row(y), [&](size_t begin, size_t length, Colour colour) {
      const uint32_t cell = table.Add(colour, static_cast<uint32_t>(length));
      if (table.HasMoved()) {
        const std::vector<uint16_t> moved = table.TakeMoved();
        for (uint16_t* before = cells.data(); before < to + begin; before++) *before = moved[*before];
      }
      Fill(to + begin, length, cell);
    });
  }
  return cells;
}

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
    if (cells[i].sums[3] == 0) transparent = i;
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
  ColourTable table;
  const Cells cells = CellsOf(raster, quantiser, table);
  Bytes indices(raster.PixelCount());

  // While there are few colours the cells are the palette.
  if (table.IsExact() && table.cells().size() <= max_colors) {
    for (size_t i = 0; i < cells.size(); i++) indices.data()[i] = static_cast<uint8_t>(cells[i]);
    std::vector<Colour> colours;
    for (const Cell& cell : table.cells()) colours.push_back(cell.key);
    return {PaletteBytes(colours), std::move(indices)};
  }

  const Palette palette = ReducedPalette(table.cells(), max_colors, quantiser == Quantiser::kMedianCut);
  for (size_t i = 0; i < cells.size(); i++) indices.data()[i] = palette.entry_of_cell[cells[i]];
  return {PaletteBytes(palette.colours), std::move(indices)};
}

}  // namespace pixels
