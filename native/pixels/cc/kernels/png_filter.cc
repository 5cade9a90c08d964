#include "png_filter.h"

#include <cstring>
#include <utility>

namespace pixels {

namespace {

/// A picture is flat when one pixel in this many equals the one before it.
constexpr size_t kFlatPart = 8;
/// One row in so many is looked at.
constexpr uint32_t kSampledRows = 8;

/// Pixels of a row that equal the one before.
template <size_t kChannels>
size_t EqualNeighbours(const uint8_t* row, size_t width) {
  size_t equal = 0;
  for (size_t x = 1; x < width; x++) {
    const uint8_t* pixel = row + x * kChannels;
    equal += std::memcmp(pixel, pixel - kChannels, kChannels) == 0 ? 1 : 0;
  }
  return equal;
}

/// The sum of the bytes as signed distances from 0: a fair guess at how well a row will compress (PNG, section 12.7).
uint32_t Cost(const uint8_t* bytes, size_t size) {
  uint32_t sum = 0;
  for (size_t i = 0; i < size; i++) {
    const auto value = static_cast<int8_t>(bytes[i]);
    sum += static_cast<uint32_t>(value < 0 ? -value : value);
  }
  return sum;
}

void FilterSub(uint8_t* to, const uint8_t* row, size_t size, size_t step) {
  std::memcpy(to, row, step);
  for (size_t i = step; i < size; i++) to[i] = static_cast<uint8_t>(row[i] - row[i - step]);
}

void FilterUp(uint8_t* to, const uint8_t* row, const uint8_t* previous, size_t size) {
  for (size_t i = 0; i < size; i++) to[i] = static_cast<uint8_t>(row[i] - previous[i]);
}

template <size_t kStep>
void UnfilterSub(uint8_t* row, size_t size) {
  for (size_t i = kStep; i < size; i++) row[i] = static_cast<uint8_t>(row[i] + row[i - kStep]);
}

void UnfilterUp(uint8_t* row, const uint8_t* previous, size_t size) {
  for (size_t i = 0; i < size; i++) row[i] = static_cast<uint8_t>(row[i] + previous[i]);
}

template <size_t kStep>
void UnfilterAverage(uint8_t* row, const uint8_t* previous, size_t size) {
  for (size_t i = 0; i < size; i++) {
    const uint32_t left = i < kStep ? 0 : row[i - kStep];
    row[i] = static_cast<uint8_t>(row[i] + (left + previous[i]) / 2);
  }
}

template <size_t kStep>
void UnfilterPaeth(uint8_t* row, const uint8_t* previous, size_t size) {
  UnfilterUp(row, previous, kStep < size ? kStep : size);
  for (size_t i = kStep; i < size; i++) {
    row[i] = static_cast<uint8_t>(row[i] + Paeth(row[i - kStep], previous[i], previous[i - kStep]));
  }
}

template <size_t kStep>
bool UnfilterStep(PngFilter filter, uint8_t* row, const uint8_t* previous, size_t size) {
  switch (filter) {
    case PngFilter::kNone:
      return true;
    case PngFilter::kSub:
      UnfilterSub<kStep>(row, size);
      return true;
    case PngFilter::kUp:
      UnfilterUp(row, previous, size);
      return true;
    case PngFilter::kAverage:
      UnfilterAverage<kStep>(row, previous, size);
      return true;
    case PngFilter::kPaeth:
      UnfilterPaeth<kStep>(row, previous, size);
      return true;
  }
  return false;
}

}  // namespace

bool IsFlat(const Raster& raster) {
  size_t equal = 0;
  size_t looked_at = 0;
  for (uint32_t y = 0; y < raster.height; y += kSampledRows) {
    const uint8_t* row = raster.Row(y);
    equal += raster.channels == 1   ? EqualNeighbours<1>(row, raster.width)
             : raster.channels == 3 ? EqualNeighbours<3>(row, raster.width)
                                    : EqualNeighbours<4>(row, raster.width);
    looked_at += raster.width - 1;
  }
  return equal * kFlatPart >= looked_at;
}

RowFilter::RowFilter(size_t row_size, size_t step, bool is_flat)
    : row_size_(row_size), step_(step), is_flat_(is_flat), sub_(row_size + 1), up_(row_size + 1), zeros_(row_size, 0) {
  sub_[0] = static_cast<uint8_t>(is_flat ? PngFilter::kNone : PngFilter::kSub);
  up_[0] = static_cast<uint8_t>(PngFilter::kUp);
}

const uint8_t* RowFilter::Apply(const uint8_t* row, const uint8_t* previous) {
  if (is_flat_) {
    std::memcpy(sub_.data() + 1, row, row_size_);
    return sub_.data();
  }
  FilterSub(sub_.data() + 1, row, row_size_, step_);
  FilterUp(up_.data() + 1, row, previous == nullptr ? zeros_.data() : previous, row_size_);
  return Cost(up_.data() + 1, row_size_) < Cost(sub_.data() + 1, row_size_) ? up_.data() : sub_.data();
}

bool Unfilter(uint8_t filter, uint8_t* row, const uint8_t* previous, size_t row_size, size_t step) {
  const auto known = static_cast<PngFilter>(filter);
  switch (step) {
    case 1:
      return UnfilterStep<1>(known, row, previous, row_size);
    case 2:
      return UnfilterStep<2>(known, row, previous, row_size);
    case 3:
      return UnfilterStep<3>(known, row, previous, row_size);
    default:
      return UnfilterStep<4>(known, row, previous, row_size);
  }
}

}  // namespace pixels
