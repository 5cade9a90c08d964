#include "polygon_mask.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <utility>

#include "blit.h"

namespace pixels {

namespace {

struct Point {
  double x;
  double y;
};

/// The whole number in [0, limit] nearest to `value`.
uint32_t Clamp(double value, uint32_t limit) {
  if (!(value > 0)) return 0;
  return value >= limit ? limit : static_cast<uint32_t>(value);
}

/// From the upper point to the lower.
struct Edge {
  Point a;
  Point b;

  double XAt(double y) const { return a.x + ((b.x - a.x) * (y - a.y)) / (b.y - a.y); }
};

class Mask {
 public:
  Mask(uint32_t width, uint32_t height) : width_(width), height_(height), bytes_(size_t{width} * height) {}

  /// Marks the pixels whose centre lies inside; `edges` are sorted by their upper end.
  void FillInside(const std::vector<Edge>& edges) {
    std::vector<const Edge*> active;
    std::vector<double> crossings;
    size_t next = 0;
    for (uint32_t y = 0; y < height_; y++) {
      const double centre = y + 0.5;
      for (; next < edges.size() && edges[next].a.y <= centre; next++) active.push_back(&edges[next]);
      active.erase(std::remove_if(active.begin(), active.end(), [&](const Edge* edge) { return edge->b.y <= centre; }),
                   active.end());
      crossings.clear();
      for (const Edge* edge : active) crossings.push_back(edge->XAt(centre));
      std::sort(crossings.begin(), crossings.end());
      for (size_t i = 0; i + 1 < crossings.size(); i += 2) {
        Mark(y, Clamp(std::ceil(crossings[i] - 0.5), width_), Clamp(std::ceil(crossings[i + 1] - 0.5), width_));
      }
    }
  }

  /// In every row, cuts the edge to the row's inner band and marks the pixels whose inner square it passes.
  void MarkTouched(const Edge& edge) {
    const uint32_t last = Clamp(std::floor(edge.b.y) + 1, height_);
    for (uint32_t y = Clamp(std::floor(edge.a.y), height_); y < last; y++) {
      const double top = std::max(edge.a.y, y + kTouchMargin);
      const double bottom = std::min(edge.b.y, y + 1 - kTouchMargin);
      if (top > bottom) continue;
      const bool level = edge.a.y == edge.b.y;
      const double from = level ? edge.a.x : edge.XAt(top);
      const double to = level ? edge.b.x : edge.XAt(bottom);
      Mark(y, Clamp(std::ceil(std::min(from, to) - 1 + kTouchMargin), width_),
           Clamp(std::floor(std::max(from, to) - kTouchMargin) + 1, width_));
    }
  }

  std::vector<uint8_t> Take() { return std::move(bytes_); }

 private:
  void Mark(uint32_t y, uint32_t from, uint32_t to) {
    if (from < to) std::memset(bytes_.data() + size_t{y} * width_ + from, 1, to - from);
  }

  uint32_t width_;
  uint32_t height_;
  std::vector<uint8_t> bytes_;
};

std::vector<Edge> EdgesOf(const Rings& rings) {
  std::vector<Edge> edges;
  const double* points = rings.coordinates.data();
  for (const uint32_t size : rings.sizes) {
    for (uint32_t i = 0; i < size; i++) {
      const double* here = points + size_t{i} * 2;
      const double* next = points + size_t{(i + 1) % size} * 2;
      Edge edge = {{here[0], here[1]}, {next[0], next[1]}};
      if (edge.a.y > edge.b.y) std::swap(edge.a, edge.b);
      edges.push_back(edge);
    }
    points += size_t{size} * 2;
  }
  std::sort(edges.begin(), edges.end(), [](const Edge& one, const Edge& other) { return one.a.y < other.a.y; });
  return edges;
}

}  // namespace

std::vector<uint8_t> PolygonMask(uint32_t width, uint32_t height, const Rings& rings) {
  Mask mask(width, height);
  const std::vector<Edge> edges = EdgesOf(rings);
  mask.FillInside(edges);
  for (const Edge& edge : edges) mask.MarkTouched(edge);
  return mask.Take();
}

void MaskByPolygon(const Raster& raster, const Rings& rings, uint8_t* to) {
  const std::vector<uint8_t> mask = PolygonMask(raster.width, raster.height, rings);
  Blit({to, raster.width, raster.height, 4}, raster, 0, 0);
  for (size_t i = 0; i < mask.size(); i++) {
    if (mask[i] != 0) continue;
    std::memset(to + i * 4, 255, 3);
    to[i * 4 + 3] = 0;
  }
}

}  // namespace pixels
