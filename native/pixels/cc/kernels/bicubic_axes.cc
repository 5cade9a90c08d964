#include "bicubic_axes.h"

#ifdef PIXELS_HAS_SSE2

#include <algorithm>
#include <cstring>

namespace pixels {

namespace {

/// Pixels that are written at a time.
constexpr size_t kStep = 4;

size_t RoundedUp(size_t count) { return (count + kStep - 1) / kStep * kStep; }

__m128i Load(const void* from) { return _mm_loadu_si128(static_cast<const __m128i*>(from)); }
void Store(void* to, __m128i value) { _mm_storeu_si128(static_cast<__m128i*>(to), value); }

bool IsOpaque(const uint8_t* pixels, size_t count) {
  __m128i all = _mm_set1_epi32(-1);
  size_t i = 0;
  for (; i + kStep <= count; i += kStep) all = _mm_and_si128(all, Load(pixels + i * 4));
  bool is_opaque = AreOpaque(all);
  for (; i < count; i++) is_opaque = is_opaque && pixels[i * 4 + 3] == 255;
  return is_opaque;
}

}  // namespace

BicubicAxes::BicubicAxes(const Raster& source, const CubicWeights& cubic, const std::vector<double>& columns)
    : source_(source), cubic_(cubic) {
  for (const double x : columns) {
    const Position at = Split(x);
    const int32_t first = at.index - 1;
    const bool is_at_edge = first < 0 || first + 4 > static_cast<int32_t>(source_.width);
    columns_.push_back({first, is_at_edge, cubic_.of[at.fraction]});
  }
  for (Row& row : rows_) row.cut.resize(RoundedUp(columns.size()) * 4);
  line_.resize(RoundedUp(columns.size()) * 4);
}

bool BicubicAxes::FillRow(double y, uint8_t* to) {
  const Position at = Split(y);
  const int16_t* down = cubic_.of[at.fraction];
  const int32_t last = static_cast<int32_t>(source_.height) - 1;
  Row* rows[4];
  for (int32_t j = 0; j < 4; j++) rows[j] = &RowAt(std::min(last, std::max(0, at.index - 1 + j)));
  for (const Row* row : rows) {
    if (!row->is_opaque) return false;
  }
  for (Row* row : rows) {
    if (!row->is_interpolated) Interpolate(*row);
  }

  const __m128i first = PairOf(down);
  const __m128i second = PairOf(down + 2);
  const __m128i rounding = _mm_set1_epi32(kSumRounding);
  const auto two_pixels = [&](size_t sample) {
    const __m128i one = Load(rows[0]->cut.data() + sample);
    const __m128i two = Load(rows[1]->cut.data() + sample);
    const __m128i three = Load(rows[2]->cut.data() + sample);
    const __m128i four = Load(rows[3]->cut.data() + sample);
    const __m128i low = _mm_add_epi32(_mm_madd_epi16(_mm_unpacklo_epi16(one, two), first),
                                      _mm_madd_epi16(_mm_unpacklo_epi16(three, four), second));
    const __m128i high = _mm_add_epi32(_mm_madd_epi16(_mm_unpackhi_epi16(one, two), first),
                                       _mm_madd_epi16(_mm_unpackhi_epi16(three, four), second));
    return _mm_packs_epi32(_mm_srai_epi32(_mm_add_epi32(low, rounding), kSumShift),
                           _mm_srai_epi32(_mm_add_epi32(high, rounding), kSumShift));
  };
  for (size_t sample = 0; sample < line_.size(); sample += kStep * 4) {
    Store(line_.data() + sample, _mm_packus_epi16(two_pixels(sample), two_pixels(sample + 8)));
  }
  std::memcpy(to, line_.data(), columns_.size() * 4);
  return true;
}

BicubicAxes::Row& BicubicAxes::RowAt(int32_t index) {
  Row& row = rows_[index % 4];
  if (row.index == index) return row;
  row.index = index;
  row.is_interpolated = false;
  // Columns go one way.
  const int32_t ends[2] = {columns_.front().first, columns_.back().first};
  const int32_t last = static_cast<int32_t>(source_.width) - 1;
  const auto begin = static_cast<size_t>(std::min(last, std::max(0, std::min(ends[0], ends[1]))));
  const auto end = static_cast<size_t>(std::min(last, std::max(ends[0], ends[1]) + 3) + 1);
  row.is_opaque = IsOpaque(source_.Row(static_cast<uint32_t>(index)) + begin * 4, end - begin);
  return row;
}

void BicubicAxes::Interpolate(Row& row) const {
  const uint8_t* pixels = source_.Row(static_cast<uint32_t>(row.index));
  const __m128i zero = _mm_setzero_si128();
  const __m128i rounding = _mm_set1_epi32(kRowRounding);
  int16_t* cut = row.cut.data();
  for (const Column& column : columns_) {
    const __m128i four = Neighbours(pixels, column);
    const __m128i sums = _mm_add_epi32(WeightPixels(_mm_unpacklo_epi8(four, zero), PairOf(column.weights)),
                                       WeightPixels(_mm_unpackhi_epi8(four, zero), PairOf(column.weights + 2)));
    const __m128i levels = _mm_srai_epi32(_mm_add_epi32(sums, rounding), kRowShift);
    _mm_storel_epi64(reinterpret_cast<__m128i*>(cut), _mm_packs_epi32(levels, levels));
    cut += 4;
  }
  row.is_interpolated = true;
}

__m128i BicubicAxes::Neighbours(const uint8_t* pixels, const Column& column) const {
  if (!column.is_at_edge) return Load(pixels + static_cast<size_t>(column.first) * 4);
  const int32_t last = static_cast<int32_t>(source_.width) - 1;
  uint8_t four[16];
  for (int32_t i = 0; i < 4; i++) {
    const auto nearest = static_cast<size_t>(std::min(last, std::max(0, column.first + i)));
    std::memcpy(four + i * 4, pixels + nearest * 4, 4);
  }
  return Load(four);
}

}  // namespace pixels

#endif
