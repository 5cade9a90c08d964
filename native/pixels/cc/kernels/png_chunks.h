#ifndef PIXELS_KERNELS_PNG_CHUNKS_H_
#define PIXELS_KERNELS_PNG_CHUNKS_H_

#include <string>
#include <vector>

#include "png_format.h"

namespace pixels {

/// Throws what is told of a damaged file.
[[noreturn]] void FailPng(const std::string& what);

/// Bytes of a file.
struct Span {
  const uint8_t* data;
  size_t size;
};

/// A file's chunks, checked and sorted.
struct PngChunks {
  bool is_supported = true;
  uint32_t width = 0;
  uint32_t height = 0;
  uint32_t bit_depth = 0;
  PngColour colour = PngColour::kGrey;
  Span palette = {nullptr, 0};
  Span transparency = {nullptr, 0};
  std::vector<Span> image_data;
  uint64_t image_data_size = 0;

  uint32_t SamplesPerPixel() const {
    switch (colour) {
      case PngColour::kRgb:
        return 3;
      case PngColour::kGreyAlpha:
        return 2;
      case PngColour::kRgba:
        return 4;
      default:
        return 1;
    }
  }
  size_t RowSize() const { return (size_t{width} * SamplesPerPixel() * bit_depth + 7) / 8; }
  uint32_t Channels() const {
    if (colour == PngColour::kGreyAlpha || colour == PngColour::kRgba || transparency.data != nullptr) return 4;
    return colour == PngColour::kGrey ? 1 : 3;
  }
};

/// Reads a file up to its end; its size is checked before memory is taken. False: no PNG, or of a kind that is not supported.
/// Throws std::runtime_error for damaged files and those of more than `max_pixels`.
bool ReadPngChunks(const uint8_t* file, size_t size, uint64_t max_pixels, PngChunks& chunks);

}  // namespace pixels

#endif  // PIXELS_KERNELS_PNG_CHUNKS_H_
