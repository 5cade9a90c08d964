#include "png_encode.h"

#include <algorithm>
#include <cstring>
#include <stdexcept>
#include <string>
#include <vector>

#include "alpha.h"
#include "blit.h"
#include "png_filter.h"
#include "png_writer.h"

namespace pixels {

namespace {

PngColour ColourOf(uint32_t channels) {
  return channels == 1 ? PngColour::kGrey : channels == 3 ? PngColour::kRgb : PngColour::kRgba;
}

uint32_t BitsFor(uint32_t color_count) {
  return color_count <= 2 ? 1 : color_count <= 4 ? 2 : color_count <= 16 ? 4 : 8;
}

void AddPalette(PngWriter& writer, const IndexedView& picture) {
  uint8_t colours[256 * 3];
  uint8_t alphas[256];
  uint32_t alpha_count = 0;
  for (uint32_t i = 0; i < picture.color_count; i++) {
    std::memcpy(colours + i * 3, picture.palette + i * 4, 3);
    alphas[i] = picture.palette[i * 4 + 3];
    // Entries after the last translucent one are opaque without being listed.
    if (alphas[i] != 255) alpha_count = i + 1;
  }
  writer.AddChunk(ChunkType("PLTE"), colours, size_t{picture.color_count} * 3);
  if (alpha_count > 0) writer.AddChunk(ChunkType("tRNS"), alphas, alpha_count);
}

void CheckIndices(const IndexedView& picture) {
  if (picture.color_count == 256) return;
  const uint8_t* end = picture.indices + size_t{picture.width} * picture.height;
  // The greatest is found many bytes at a time; only a wrong picture is looked through for the first that is wrong.
  uint8_t greatest = 0;
  for (const uint8_t* index = picture.indices; index != end; index++) greatest = std::max(greatest, *index);
  if (greatest < picture.color_count) return;
  const uint8_t* wrong = std::find_if(picture.indices, end, [&](uint8_t index) { return index >= picture.color_count; });
  throw std::runtime_error("index " + std::to_string(*wrong) + " is not in a palette of " +
                           std::to_string(picture.color_count) + " colours");
}

/// Puts indices of `bits` bits each into bytes, the first one highest (PNG, section 7.2).
void PackRow(const uint8_t* indices, uint32_t width, uint32_t bits, uint8_t* to) {
  if (bits == 8) {
    std::memcpy(to, indices, width);
    return;
  }
  const uint32_t per_byte = 8 / bits;
  for (uint32_t x = 0; x < width; x += per_byte) {
    uint32_t byte = 0;
    for (uint32_t i = 0; i < per_byte; i++) byte = byte << bits | (x + i < width ? indices[x + i] : 0);
    *to++ = static_cast<uint8_t>(byte);
  }
}

}  // namespace

Bytes EncodePng(const Raster& raster, int level) {
  const bool drops_alpha = raster.channels == 4 && !HasAlpha(raster);
  const uint32_t channels = drops_alpha ? 3 : raster.channels;
  const size_t row_size = size_t{raster.width} * channels;
  const bool is_flat = IsFlat(raster);
  PngWriter writer({raster.width, raster.height, 8, ColourOf(channels)});
  // Differences are small and alike, so that each byte is likely to equal the one before.
  writer.BeginRows({level, row_size, is_flat ? channels : 1});
  RowFilter filter(row_size, channels, is_flat);
  std::vector<uint8_t> rows[2];
  for (std::vector<uint8_t>& row : rows) row.resize(drops_alpha ? row_size : 0);
  const uint8_t* previous = nullptr;
  for (uint32_t y = 0; y < raster.height; y++) {
    const uint8_t* row = raster.Row(y);
    if (drops_alpha) {
      uint8_t* packed = rows[y % 2].data();
      Blit({packed, raster.width, 1, 3}, {row, raster.width, 1, 4}, 0, 0);
      row = packed;
    }
    writer.AddRow(filter.Apply(row, previous));
    previous = row;
  }
  return writer.Finish();
}

Bytes EncodePng(const IndexedView& picture, int level) {
  CheckIndices(picture);
  const uint32_t bits = BitsFor(picture.color_count);
  const size_t row_size = (size_t{picture.width} * bits + 7) / 8;
  PngWriter writer({picture.width, picture.height, static_cast<uint8_t>(bits), PngColour::kPalette});
  AddPalette(writer, picture);
  writer.BeginRows({level, row_size, 1});
  // No filter: neighbouring numbers of a palette are not neighbouring colours.
  std::vector<uint8_t> row(row_size + 1, 0);
  for (uint32_t y = 0; y < picture.height; y++) {
    PackRow(picture.indices + size_t{y} * picture.width, picture.width, bits, row.data() + 1);
    writer.AddRow(row.data());
  }
  return writer.Finish();
}

}  // namespace pixels
