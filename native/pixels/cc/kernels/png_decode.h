#ifndef PIXELS_KERNELS_PNG_DECODE_H_
#define PIXELS_KERNELS_PNG_DECODE_H_

#include "raster.h"

namespace pixels {

struct DecodedPng {
  /// False: no PNG, or one of a kind that is left to others: interlaced, 16 bits, with an ICC profile or unknown critical
  /// chunks.
  bool is_supported;
  uint32_t width;
  uint32_t height;
  uint32_t channels;
  /// Whether the file has a channel or colours for what is transparent.
  bool has_alpha;
  Bytes data;
};

/// The most of either side; larger pictures are an error.
constexpr uint32_t kMaxSide = 65535;

/// The most pixels whatever the caller allows: a byte count of four channels stays below zlib's and Node's limits.
constexpr uint64_t kMaxPixels = uint64_t{1} << 28;

/// Decodes a PNG file; its size is checked before memory is taken. Palettes become RGB, or RGBA where there is a tRNS
/// chunk; grey stays grey without transparency; `as_rgba`: all become RGBA. Throws std::runtime_error for damaged files
/// and those of more than `max_pixels`.
DecodedPng DecodePng(const uint8_t* file, size_t size, uint64_t max_pixels, bool as_rgba = false);

/// What was decoded into another raster.
struct PlacedPng {
  bool is_supported;
  uint32_t width;
  uint32_t height;
  bool has_alpha;
};

/// The same into an RGBA raster, the upper left pixel to (x, y); what does not fit is cut off.
/// When it throws nothing was written, or, of a large picture, transparent pixels.
PlacedPng DecodePngInto(const Target& target, int32_t x, int32_t y, const uint8_t* file, size_t size, uint64_t max_pixels);

}  // namespace pixels

#endif  // PIXELS_KERNELS_PNG_DECODE_H_
