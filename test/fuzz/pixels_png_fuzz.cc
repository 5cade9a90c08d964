// libFuzzer target: no file makes the decoder read or write where it must not, and what it decodes can be encoded and
// decoded again.
#include <cstdlib>
#include <cstring>
#include <stdexcept>
#include <vector>

#include "blit.h"
#include "pixels_mutator.h"
#include "png_decode.h"
#include "png_encode.h"

namespace {

constexpr uint64_t kMaxPixels = 1 << 20;

void CheckRoundTrip(const pixels::DecodedPng& png) {
  const pixels::Raster raster = {png.data.data(), png.width, png.height, png.channels};
  const pixels::Bytes file = EncodePng(raster, 1);
  const pixels::DecodedPng again = pixels::DecodePng(file.data(), file.size(), kMaxPixels);
  if (!again.is_supported || again.width != png.width || again.height != png.height) std::abort();
  const bool is_same = again.channels != png.channels || std::memcmp(again.data.data(), png.data.data(), raster.Size()) == 0;
  if (!is_same) std::abort();
}

/// Whatever a file's kind is, as RGBA it looks the same.
void CheckRgba(const pixels::DecodedPng& png, const uint8_t* file, size_t size) {
  const pixels::DecodedPng rgba = pixels::DecodePng(file, size, kMaxPixels, true);
  if (!rgba.is_supported || rgba.channels != 4 || rgba.has_alpha != (png.channels == 4)) std::abort();
  const pixels::Bytes expected(rgba.data.size());
  const pixels::Target target = {expected.data(), png.width, png.height, 4};
  pixels::Blit(target, {png.data.data(), png.width, png.height, png.channels}, 0, 0);
  if (std::memcmp(expected.data(), rgba.data.data(), rgba.data.size()) != 0) std::abort();
}

/// Decoded into a raster that is smaller, and beside its corner, it is what was decoded alone and moved there.
void CheckInto(const pixels::DecodedPng& png, const uint8_t* file, size_t size) {
  const uint32_t width = png.width / 2 + 1;
  const uint32_t height = png.height / 2 + 2;
  const pixels::Bytes own(size_t{width} * height * 4);
  const pixels::Bytes expected(own.size());
  std::memset(own.data(), 9, own.size());
  std::memset(expected.data(), 9, own.size());
  for (const int32_t at : {-1, 0, 2}) {
    pixels::DecodePngInto({own.data(), width, height, 4}, at, -at, file, size, kMaxPixels);
    pixels::Blit({expected.data(), width, height, 4}, {png.data.data(), png.width, png.height, png.channels}, at, -at);
    if (std::memcmp(own.data(), expected.data(), own.size()) != 0) std::abort();
  }
}

}  // namespace

extern "C" size_t LLVMFuzzerMutate(uint8_t* data, size_t size, size_t max_size);

extern "C" size_t LLVMFuzzerCustomMutator(uint8_t* data, size_t size, size_t max_size, unsigned int seed) {
  const size_t mutated = LLVMFuzzerMutate(data, size, max_size);
  // Some are left with wrong checksums.
  if (seed % 16 != 0) RepairChecksums(data, mutated);
  return mutated;
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  try {
    const pixels::DecodedPng png = pixels::DecodePng(data, size, kMaxPixels);
    if (!png.is_supported) return 0;
    CheckRoundTrip(png);
    CheckRgba(png, data, size);
    CheckInto(png, data, size);
  } catch (const std::runtime_error&) {
    // Damaged files are refused.
  }
  return 0;
}
