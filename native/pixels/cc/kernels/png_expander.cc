#include "png_expander.h"

#include <algorithm>
#include <cstring>

namespace pixels {

PngExpander::PngExpander(const PngChunks& chunks, uint32_t channels) : chunks_(chunks), channels_(channels) {
  for (uint32_t i = 0; i < 256; i++) {
    const bool is_there = chunks.colour == PngColour::kPalette && i * 3 < chunks.palette.size;
    for (uint32_t c = 0; c < 3; c++) colours_[i][c] = is_there ? chunks.palette.data[i * 3 + c] : 0;
    colours_[i][3] = i < chunks.transparency.size ? chunks.transparency.data[i] : 255;
  }
}

void PngExpander::Check(const uint8_t* row) const {
  if (chunks_.colour != PngColour::kPalette || chunks_.palette.size / 3 >> chunks_.bit_depth != 0) return;
  uint32_t largest = 0;
  if (chunks_.bit_depth == 8) {
    uint8_t largest_byte = 0;
    for (uint32_t x = 0; x < chunks_.width; x++) largest_byte = largest_byte < row[x] ? row[x] : largest_byte;
    largest = largest_byte;
  } else {
    for (uint32_t x = 0; x < chunks_.width; x++) largest = std::max(largest, SampleAt(row, x));
  }
  if (largest >= chunks_.palette.size / 3) FailPng("colour " + std::to_string(largest) + " is not in the palette");
}

void PngExpander::Expand(const uint8_t* from, uint8_t* to) const {
  switch (chunks_.colour) {
    case PngColour::kPalette:
      return ExpandPalette(from, to);
    case PngColour::kGrey:
      return ExpandGrey(from, to);
    case PngColour::kGreyAlpha:
      for (uint32_t x = 0; x < chunks_.width; x++, to += 4) {
        to[0] = to[1] = to[2] = from[x * 2];
        to[3] = from[x * 2 + 1];
      }
      return;
    default:
      return ExpandRgb(from, to);
  }
}

uint32_t PngExpander::SampleAt(const uint8_t* row, uint32_t x) const {
  if (chunks_.bit_depth == 8) return row[x];
  const uint32_t bit = x * chunks_.bit_depth;
  return (row[bit / 8] >> (8 - chunks_.bit_depth - bit % 8)) & ((1U << chunks_.bit_depth) - 1);
}

void PngExpander::ExpandPalette(const uint8_t* from, uint8_t* to) const {
  if (chunks_.bit_depth == 8 && channels_ == 4) {
    // What most tiles are.
    const size_t width = chunks_.width;
    for (size_t x = 0; x < width; x++) std::memcpy(to + x * 4, colours_[from[x]], 4);
    return;
  }
  for (uint32_t x = 0; x < chunks_.width; x++, to += channels_) {
    const uint8_t* colour = colours_[SampleAt(from, x)];
    std::memcpy(to, colour, 3);
    if (channels_ == 4) to[3] = colour[3];
  }
}

void PngExpander::ExpandGrey(const uint8_t* from, uint8_t* to) const {
  const uint32_t factor = 255 / ((1U << chunks_.bit_depth) - 1);
  for (uint32_t x = 0; x < chunks_.width; x++, to += channels_) {
    const uint32_t sample = SampleAt(from, x);
    to[0] = static_cast<uint8_t>(sample * factor);
    if (channels_ == 1) continue;
    to[1] = to[2] = to[0];
    to[3] = chunks_.transparency.data != nullptr && sample == TransparentSample(0) ? 0 : 255;
  }
}

void PngExpander::ExpandRgb(const uint8_t* from, uint8_t* to) const {
  if (chunks_.transparency.data == nullptr) return ExpandOpaque(from, to);
  for (uint32_t x = 0; x < chunks_.width; x++, from += 3, to += 4) {
    std::memcpy(to, from, 3);
    to[3] = IsTransparent(from) ? 0 : 255;
  }
}

void PngExpander::ExpandOpaque(const uint8_t* from, uint8_t* to) const {
  // Four bytes at a time, of which the last is the next pixel's: the last pixel has none behind it.
  const uint32_t width = chunks_.width;
  for (uint32_t x = 1; x < width; x++, from += 3, to += 4) {
    std::memcpy(to, from, 4);
    to[3] = 255;
  }
  std::memcpy(to, from, 3);
  to[3] = 255;
}

bool PngExpander::IsTransparent(const uint8_t* colour) const {
  return colour[0] == TransparentSample(0) && colour[1] == TransparentSample(1) && colour[2] == TransparentSample(2);
}

uint32_t PngExpander::TransparentSample(uint32_t channel) const {
  const uint8_t* sample = chunks_.transparency.data + size_t{channel} * 2;
  return uint32_t{sample[0]} << 8 | sample[1];
}

}  // namespace pixels
