#include "png_decode.h"

#include <algorithm>
#include <cstring>
#include <utility>
#include <vector>

#include "png_chunks.h"
#include "png_expander.h"
#include "png_filter.h"
#include "png_inflater.h"

namespace pixels {

namespace {

/// A place in a picture of `channels` channels: what does not fit is cut off.
struct Place {
  Target target;
  int64_t x;
  int64_t y;
};

/// Writes rows to their place.
class RowWriter {
 public:
  RowWriter(const PngChunks& chunks, const Place& place)
      : expander_(chunks, place.target.channels), place_(place), width_(chunks.width) {
    left_ = std::max<int64_t>(place.x, 0);
    right_ = std::min<int64_t>(place.x + width_, place.target.width);
    const bool is_cut = right_ - left_ < width_;
    if (is_cut) cut_row_.resize(size_t{chunks.width} * place.target.channels);
  }

  void Check(const uint8_t* row) const { expander_.Check(row); }

  void Write(const uint8_t* row, uint32_t y) {
    uint8_t* to = Row(y);
    if (to == nullptr) return;
    const size_t hidden = static_cast<size_t>(left_ - place_.x) * place_.target.channels;
    if (expander_.IsPlain()) {
      std::memcpy(to, row + hidden, RowSize());
    } else if (cut_row_.empty()) {
      expander_.Expand(row, to);
    } else {
      expander_.Expand(row, cut_row_.data());
      std::memcpy(to, cut_row_.data() + hidden, RowSize());
    }
  }

  void Clear(uint32_t rows) {
    for (uint32_t y = 0; y < rows; y++) {
      uint8_t* row = Row(y);
      if (row != nullptr) std::memset(row, 0, RowSize());
    }
  }

 private:
  /// What is seen of a row; nullptr: nothing.
  uint8_t* Row(uint32_t y) const {
    const int64_t target_y = place_.y + y;
    if (left_ >= right_ || target_y < 0 || target_y >= place_.target.height) return nullptr;
    return place_.target.Row(static_cast<uint32_t>(target_y)) + static_cast<size_t>(left_) * place_.target.channels;
  }
  size_t RowSize() const { return static_cast<size_t>(right_ - left_) * place_.target.channels; }

  PngExpander expander_;
  Place place_;
  int64_t width_;
  int64_t left_ = 0;
  int64_t right_ = 0;
  /// Where a row is expanded that is seen in part.
  std::vector<uint8_t> cut_row_;
};

/// Rows are inflated as many at a time as fit in here: all of a tile, so that it is known to be whole before anything is
/// written, but of a large picture what stays in the processor's cache.
constexpr size_t kBandSize = 512 * 1024;

/// What was written is transparent again when it throws.
void DecodeRows(const PngChunks& chunks, const Place& place) {
  const size_t row_size = chunks.RowSize();
  const size_t step = chunks.bit_depth == 8 ? chunks.SamplesPerPixel() : 1;
  const auto band_rows = static_cast<uint32_t>(std::min<size_t>(chunks.height, std::max<size_t>(1, kBandSize / (row_size + 1))));
  // The row above, then those of the band, each with its filter's byte before it.
  Bytes band((row_size + 1) * (size_t{band_rows} + 1));
  std::memset(band.data(), 0, row_size + 1);
  PngInflater inflater(chunks.image_data);
  RowWriter writer(chunks, place);
  uint32_t done = 0;
  try {
    while (done < chunks.height) {
      const uint32_t rows = std::min(band_rows, chunks.height - done);
      inflater.Fill(band.data() + row_size + 1, (row_size + 1) * rows);
      if (done + rows == chunks.height) inflater.Finish();
      uint8_t* row = band.data();
      for (uint32_t y = 0; y < rows; y++) {
        const uint8_t* previous = row + 1;
        row += row_size + 1;
        if (!Unfilter(row[0], row + 1, previous, row_size, step)) FailPng("filter " + std::to_string(row[0]));
        writer.Check(row + 1);
      }
      for (uint32_t y = 0; y < rows; y++) writer.Write(band.data() + (row_size + 1) * (size_t{y} + 1) + 1, done + y);
      std::memcpy(band.data(), row, row_size + 1);
      done += rows;
    }
  } catch (...) {
    writer.Clear(done);
    throw;
  }
}

}  // namespace

DecodedPng DecodePng(const uint8_t* file, size_t size, uint64_t max_pixels, bool as_rgba) {
  PngChunks chunks;
  if (!ReadPngChunks(file, size, max_pixels, chunks)) return {false, 0, 0, 0, false, Bytes()};
  const uint32_t channels = as_rgba ? 4 : chunks.Channels();
  Bytes data(size_t{chunks.width} * chunks.height * channels);
  DecodeRows(chunks, {{data.data(), chunks.width, chunks.height, channels}, 0, 0});
  return {true, chunks.width, chunks.height, channels, chunks.Channels() == 4, std::move(data)};
}

PlacedPng DecodePngInto(const Target& target, int32_t x, int32_t y, const uint8_t* file, size_t size, uint64_t max_pixels) {
  PngChunks chunks;
  if (!ReadPngChunks(file, size, max_pixels, chunks)) return {false, 0, 0, false};
  DecodeRows(chunks, {target, x, y});
  return {true, chunks.width, chunks.height, chunks.Channels() == 4};
}

}  // namespace pixels
