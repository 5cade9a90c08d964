#include "warp.h"

#include <cstring>

#include "sampler.h"

namespace pixels {

namespace {

const CubicWeights& Cubic() {
  static const CubicWeights weights;
  return weights;
}

/// Where a quad's pixels lie in the source: x = x0 + x1 * u + x2 * v + x3 * u * v, u and v from its upper left corner.
struct Mapping {
  double x0, x1, x2, x3;
  double y0, y1, y2, y3;

  explicit Mapping(const Quad& quad) {
    const double width = quad.right - quad.left;
    const double height = quad.bottom - quad.top;
    const double* c = quad.corners;
    x0 = c[0];
    x1 = (c[6] - c[0]) / width;
    x2 = (c[2] - c[0]) / height;
    x3 = (c[4] - c[2] - (c[6] - c[0])) / width / height;
    y0 = c[1];
    y1 = (c[7] - c[1]) / width;
    y2 = (c[3] - c[1]) / height;
    y3 = (c[5] - c[3] - (c[7] - c[1])) / width / height;
  }
};

template <Sampling kSampling, uint32_t kChannels>
void FillQuad(const Raster& source, const Quad& quad, const Target& target) {
  const Mapping map(quad);
  const CubicWeights& cubic = Cubic();
  const double width = source.width;
  const double height = source.height;
  for (uint32_t row = quad.top; row < quad.bottom; row++) {
    const double v = row - quad.top + 0.5;
    const double x_start = map.x0 + map.x2 * v;
    const double x_step = map.x1 + map.x3 * v;
    const double y_start = map.y0 + map.y2 * v;
    const double y_step = map.y1 + map.y3 * v;
    uint8_t* to = target.Row(row) + size_t{quad.left} * target.channels;
    for (uint32_t column = quad.left; column < quad.right; column++, to += target.channels) {
      const double u = column - quad.left + 0.5;
      const double x = x_start + x_step * u;
      const double y = y_start + y_step * u;
      if (!(x >= 0 && y >= 0 && x < width && y < height)) continue;
      uint8_t value[4];
      if (kSampling == Sampling::kNearest) {
        SampleNearest<kChannels>(source, x, y, value);
      } else if (kSampling == Sampling::kBilinear) {
        SampleBilinear<kChannels>(source, x, y, value);
      } else {
        SampleBicubic<kChannels>(source, cubic, x, y, value);
      }
      WritePixel<kChannels>(to, target.channels, value);
    }
  }
}

template <Sampling kSampling>
void FillQuads(const Raster& source, const std::vector<Quad>& mesh, const Target& target) {
  for (const Quad& quad : mesh) {
    if (source.channels == 4) {
      FillQuad<kSampling, 4>(source, quad, target);
    } else if (source.channels == 3) {
      FillQuad<kSampling, 3>(source, quad, target);
    } else {
      FillQuad<kSampling, 1>(source, quad, target);
    }
  }
}

void FillWith(const uint8_t background[4], const Target& target) {
  const size_t row_size = target.RowSize();
  for (size_t i = 0; i < row_size; i++) target.data[i] = background[i % target.channels];
  for (uint32_t y = 1; y < target.height; y++) std::memcpy(target.Row(y), target.data, row_size);
}

}  // namespace

void Warp(const Raster& source, const std::vector<Quad>& mesh, Sampling sampling, const uint8_t background[4],
          const Target& target) {
  FillWith(background, target);
  if (sampling == Sampling::kNearest) return FillQuads<Sampling::kNearest>(source, mesh, target);
  if (sampling == Sampling::kBilinear) return FillQuads<Sampling::kBilinear>(source, mesh, target);
  FillQuads<Sampling::kBicubic>(source, mesh, target);
}

}  // namespace pixels
