#include "warp.h"

#include <cstring>

#include "bicubic_avx2.h"
#include "bicubic_axes.h"
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

  /// Whether columns stay columns, and rows stay rows.
  bool IsAlongAxes() const { return x2 == 0 && x3 == 0 && y1 == 0 && y3 == 0; }
};

/// Where a row's pixels lie in the source.
struct Line : LineOfPositions {
  double X(uint32_t column) const { return x_start + x_step * (column + 0.5); }
  double Y(uint32_t column) const { return y_start + y_step * (column + 0.5); }
};

bool IsInside(const Raster& source, double x, double y) {
  return x >= 0 && y >= 0 && x < source.width && y < source.height;
}

template <Sampling kSampling, uint32_t kChannels, bool kIsInside>
void FillLine(const Raster& source, const Line& line, uint32_t length, uint8_t* to, uint32_t to_channels) {
  BicubicSampler<kChannels> bicubic(source, Cubic());
  for (uint32_t column = 0; column < length; column++, to += to_channels) {
    const double x = line.X(column);
    const double y = line.Y(column);
    if (!kIsInside && !IsInside(source, x, y)) continue;
    uint8_t value[4];
    if (kSampling == Sampling::kNearest) {
      SampleNearest<kChannels>(source, x, y, value);
    } else if (kSampling == Sampling::kBilinear) {
      SampleBilinear<kChannels>(source, x, y, value);
    } else {
      bicubic.Sample(x, y, value);
    }
    WritePixel<kChannels>(to, to_channels, value);
  }
}

template <Sampling kSampling, uint32_t kChannels>
void FillRow(const Raster& source, const Quad& quad, const Mapping& map, uint32_t row, const Target& target) {
  const double v = row - quad.top + 0.5;
  const Line line = {{map.x0 + map.x2 * v, map.x1 + map.x3 * v, map.y0 + map.y2 * v, map.y1 + map.y3 * v}};
  const uint32_t length = quad.right - quad.left;
  uint8_t* to = target.Row(row) + size_t{quad.left} * target.channels;
  // Rounding keeps order, so what lies between two points inside is inside.
  const bool is_inside = IsInside(source, line.X(0), line.Y(0)) && IsInside(source, line.X(length - 1), line.Y(length - 1));
  if (!is_inside) return FillLine<kSampling, kChannels, false>(source, line, length, to, target.channels);
#ifdef PIXELS_HAS_AVX2
  if (kSampling == Sampling::kBicubic && kChannels == 4 && HasAvx2()) {
    return FillLineWithAvx2(source, Cubic(), line, length, to);
  }
#endif
  FillLine<kSampling, kChannels, true>(source, line, length, to, target.channels);
}

#ifdef PIXELS_HAS_SSE2

/// A quad whose edges follow those of the source.
void FillAlongAxes(const Raster& source, const Quad& quad, const Mapping& map, const Target& target) {
  const Line line = {{map.x0, map.x1, 0, 0}};
  std::vector<double> columns;
  // Columns inside of the source lie beside each other.
  uint32_t left = 0;
  for (uint32_t column = 0; column < quad.right - quad.left; column++) {
    const double x = line.X(column);
    if (!(x >= 0 && x < source.width)) continue;
    if (columns.empty()) left = quad.left + column;
    columns.push_back(x);
  }
  if (columns.empty()) return;
  BicubicAxes axes(source, Cubic(), columns);
  for (uint32_t row = quad.top; row < quad.bottom; row++) {
    const double y = map.y0 + map.y2 * (row - quad.top + 0.5);
    if (!(y >= 0 && y < source.height)) continue;
    if (axes.FillRow(y, target.Row(row) + size_t{left} * 4)) continue;
    FillRow<Sampling::kBicubic, 4>(source, quad, map, row, target);
  }
}

#endif

template <Sampling kSampling, uint32_t kChannels>
void FillQuad(const Raster& source, const Quad& quad, const Target& target) {
  const Mapping map(quad);
#ifdef PIXELS_HAS_SSE2
  if (kSampling == Sampling::kBicubic && kChannels == 4 && map.IsAlongAxes()) {
    return FillAlongAxes(source, quad, map, target);
  }
#endif
  for (uint32_t row = quad.top; row < quad.bottom; row++) FillRow<kSampling, kChannels>(source, quad, map, row, target);
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
