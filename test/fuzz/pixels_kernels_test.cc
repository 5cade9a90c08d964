// Runs the kernels over rasters of all small sizes and odd arguments; the sanitizers watch.
#include <cstdio>
#include <cstdlib>
#include <limits>
#include <random>
#include <vector>

#include "alpha.h"
#include "band_merge.h"
#include "blit.h"
#include "composite.h"
#include "png_decode.h"
#include "png_encode.h"
#include "polygon_mask.h"
#include "quantise.h"
#include "warp.h"

namespace {

using pixels::Raster;
using pixels::Target;

std::mt19937 generator(1);

uint32_t Any(uint32_t below) { return static_cast<uint32_t>(generator() % below); }
double AnyPlace() { return static_cast<double>(Any(4000)) / 50 - 40; }

/// Memory of exactly the size, so that a step beyond is seen.
struct Picture {
  uint32_t width = 1 + Any(20);
  uint32_t height = 1 + Any(20);
  uint32_t channels = Any(3) == 0 ? 1 : 3 + Any(2);
  std::vector<uint8_t> data = std::vector<uint8_t>(size_t{width} * height * channels);

  Picture() {
    const uint32_t values = 1 + Any(255);
    for (uint8_t& value : data) value = static_cast<uint8_t>(Any(3) == 0 ? 255 : Any(values));
  }
  Raster View() const { return {data.data(), width, height, channels}; }
  Target Writable() { return {data.data(), width, height, channels}; }
  size_t Pixels() const { return size_t{width} * height; }
};

int32_t AnyOffset() {
  switch (Any(8)) {
    case 0:
      return std::numeric_limits<int32_t>::min();
    case 1:
      return std::numeric_limits<int32_t>::max();
    default:
      return static_cast<int32_t>(Any(60)) - 30;
  }
}

void Overlays() {
  Picture target;
  Picture source;
  if (target.channels == 1 && source.channels != 1) return;
  const std::vector<uint8_t> mask(source.Pixels(), static_cast<uint8_t>(Any(256)));
  pixels::Blit(target.Writable(), source.View(), AnyOffset(), AnyOffset());
  pixels::Composite(target.Writable(), source.View(), AnyOffset(), AnyOffset(), Any(256), Any(2) == 0 ? nullptr : mask.data());
}

void Alphas() {
  const Picture picture;
  std::vector<uint8_t> result(picture.Pixels() * 4);
  const uint8_t rgb[3] = {1, 2, 255};
  pixels::ApplyOpacity(picture.View(), Any(256), result.data());
  pixels::TransparentColor(picture.View(), rgb, Any(256), result.data());
  pixels::HasAlpha(picture.View());
  pixels::IsSingleColor(picture.View());
  pixels::BandMerge({result.data(), picture.width, picture.height, 4}, {picture.View()},
                    {{Any(4), 0, Any(4), 1.0F}, {Any(4), 0, Any(4), -3.5F}, {Any(4), 0, Any(4), 1e30F}});
}

void Polygons() {
  const Picture picture;
  pixels::Rings rings;
  for (uint32_t ring = Any(4); ring > 0; ring--) {
    rings.sizes.push_back(Any(6));
    for (uint32_t i = 0; i < rings.sizes.back() * 2; i++) rings.coordinates.push_back(Any(9) == 0 ? 1e300 : AnyPlace());
  }
  std::vector<uint8_t> result(picture.Pixels() * 4);
  pixels::MaskByPolygon(picture.View(), rings, result.data());
}

void Warps() {
  const Picture source;
  const uint32_t channels = Any(2) == 0 ? 4 : source.channels;
  std::vector<uint8_t> result(size_t{31} * 17 * channels);
  pixels::Quad quad = {Any(31), Any(17), 31, 17, {}};
  double* corners = quad.corners;
  for (double& corner : quad.corners) corner = Any(30) == 0 ? 1e300 : AnyPlace();
  if (Any(2) == 0) {
    // Along the axes of the source.
    corners[2] = corners[0];
    corners[6] = corners[4];
    corners[5] = corners[3];
    corners[7] = corners[1];
  }
  const uint8_t background[4] = {1, 2, 3, 4};
  pixels::Warp(source.View(), {quad}, static_cast<pixels::Sampling>(Any(3)), background, {result.data(), 31, 17, channels});
}

/// Of more colours than are counted singly, in a window: rows end where the memory of the whole ends.
void ManyColours() {
  const uint32_t values = 2 + Any(255);
  const uint32_t left = Any(3);
  const uint32_t width = 1 + Any(200);
  const uint32_t stride = left + width;
  const uint32_t height = 1 + Any(100);
  std::vector<uint8_t> data(size_t{stride} * height * 4);
  uint32_t pixel = 0;
  for (size_t at = 0; at < data.size(); at += 4) {
    if (Any(3) != 0) pixel = static_cast<uint32_t>(generator());
    for (uint32_t c = 0; c < 4; c++) data[at + c] = static_cast<uint8_t>((pixel >> (c * 8) & 255) % values);
  }
  const uint32_t colors = 2 + Any(255);
  const Raster window = {data.data() + size_t{left} * 4, width, height, 4, stride};
  const pixels::Indexed indexed = Quantise(window, colors, static_cast<pixels::Quantiser>(Any(2)));
  const size_t made = indexed.palette.size() / 4;
  if (made > colors || indexed.indices.size() != size_t{width} * height) std::abort();
  for (size_t i = 0; i < indexed.indices.size(); i++) {
    if (indexed.indices.data()[i] >= made) std::abort();
  }
}

void Files() {
  const Picture picture;
  const auto quantiser = static_cast<pixels::Quantiser>(Any(2));
  const pixels::Indexed indexed = Quantise(picture.View(), 2 + Any(255), quantiser);
  const auto colors = static_cast<uint32_t>(indexed.palette.size() / 4);
  const int level = static_cast<int>(Any(10));
  const pixels::Bytes palette_file = pixels::EncodePng(
      pixels::IndexedView{indexed.indices.data(), picture.width, picture.height, indexed.palette.data(), colors}, level);
  const pixels::Bytes file = pixels::EncodePng(picture.View(), level);
  for (const pixels::Bytes* each : {&palette_file, &file}) {
    const pixels::DecodedPng png = pixels::DecodePng(each->data(), each->size(), 1000);
    if (!png.is_supported || png.width != picture.width || png.height != picture.height) std::abort();
  }
}

}  // namespace

int main() {
  constexpr int kRuns = 3000;
  for (int run = 0; run < kRuns; run++) {
    Overlays();
    Alphas();
    Polygons();
    Warps();
    Files();
    if (run % 10 == 0) ManyColours();
  }
  std::printf("kernels: %d runs\n", kRuns);
}
