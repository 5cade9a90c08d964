#include "composite.h"

#include "blit.h"

namespace pixels {

namespace {

/// A target without alpha is opaque.
template <uint32_t kTarget, uint32_t kSource>
inline void Over(uint8_t* to, const uint8_t* from, uint32_t alpha) {
  constexpr uint32_t kColours = kTarget == 1 ? 1 : 3;
  if (alpha == 0) return;
  if (alpha == 255) {
    for (uint32_t c = 0; c < kColours; c++) to[c] = from[kSource == 1 ? 0 : c];
    if (kTarget == 4) to[3] = 255;
    return;
  }
  const uint32_t below = kTarget == 4 ? to[3] : 255;
  if (below == 255) {
    for (uint32_t c = 0; c < kColours; c++) {
      to[c] = static_cast<uint8_t>(Div255(from[kSource == 1 ? 0 : c] * alpha + to[c] * (255 - alpha)));
    }
    return;
  }
  const uint32_t source_part = alpha * 255;
  const uint32_t target_part = below * (255 - alpha);
  const uint32_t sum = source_part + target_part;
  for (uint32_t c = 0; c < kColours; c++) {
    const uint32_t weighted = from[kSource == 1 ? 0 : c] * source_part + to[c] * target_part;
    to[c] = static_cast<uint8_t>((weighted + sum / 2) / sum);
  }
  if (kTarget == 4) to[3] = static_cast<uint8_t>(Div255(sum));
}

template <uint32_t kTarget, uint32_t kSource>
void CompositeRow(uint8_t* to, const uint8_t* from, uint32_t width, uint32_t opacity, const uint8_t* mask) {
  for (uint32_t i = 0; i < width; i++) {
    uint32_t alpha = kSource == 4 ? from[3] : 255;
    if (opacity != 255) alpha = Div255(alpha * opacity);
    if (mask != nullptr) alpha = Div255(alpha * mask[i]);
    Over<kTarget, kSource>(to, from, alpha);
    to += kTarget;
    from += kSource;
  }
}

using RowFunction = void (*)(uint8_t*, const uint8_t*, uint32_t, uint32_t, const uint8_t*);

RowFunction RowFunctionFor(uint32_t target, uint32_t source) {
  if (target == 1) return CompositeRow<1, 1>;
  if (target == 3) return source == 4 ? CompositeRow<3, 4> : source == 3 ? CompositeRow<3, 3> : CompositeRow<3, 1>;
  return source == 4 ? CompositeRow<4, 4> : source == 3 ? CompositeRow<4, 3> : CompositeRow<4, 1>;
}

}  // namespace

void Composite(const Target& target, const Raster& source, int32_t x, int32_t y, uint32_t opacity,
               const uint8_t* mask) {
  const Overlap part = OverlapOf(target, source, x, y);
  const RowFunction row_function = RowFunctionFor(target.channels, source.channels);
  for (uint32_t row = 0; row < part.height; row++) {
    const size_t source_pixel = size_t{part.source_y + row} * source.width + part.source_x;
    uint8_t* to = target.Row(part.target_y + row) + size_t{part.target_x} * target.channels;
    row_function(to, source.data + source_pixel * source.channels, part.width, opacity,
                 mask == nullptr ? nullptr : mask + source_pixel);
  }
}

}  // namespace pixels
