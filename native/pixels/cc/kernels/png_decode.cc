#include "png_decode.h"

#include <algorithm>
#include <cstring>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "png_filter.h"
#include "zlib.h"

namespace pixels {

namespace {

/// What deflate makes of a byte at most (zlib, Technical Details): a file that promises more is cut or lies.
constexpr uint64_t kMaxExpansion = 1032;

[[noreturn]] void Fail(const std::string& what) { throw std::runtime_error("damaged PNG: " + what); }

struct Span {
  const uint8_t* data;
  size_t size;
};

/// A file's chunks, checked and sorted.
struct Chunks {
  bool is_supported = true;
  uint32_t width = 0;
  uint32_t height = 0;
  uint32_t bit_depth = 0;
  PngColour colour = PngColour::kGrey;
  Span palette = {nullptr, 0};
  Span transparency = {nullptr, 0};
  std::vector<Span> image_data;
  uint64_t image_data_size = 0;

  uint32_t SamplesPerPixel() const {
    switch (colour) {
      case PngColour::kRgb:
        return 3;
      case PngColour::kGreyAlpha:
        return 2;
      case PngColour::kRgba:
        return 4;
      default:
        return 1;
    }
  }
  size_t RowSize() const { return (size_t{width} * SamplesPerPixel() * bit_depth + 7) / 8; }
  uint32_t Channels() const {
    if (colour == PngColour::kGreyAlpha || colour == PngColour::kRgba || transparency.data != nullptr) return 4;
    return colour == PngColour::kGrey ? 1 : 3;
  }
};

/// Reads IHDR. False: of a kind that is not supported.
bool ReadHeader(const uint8_t* data, Chunks& chunks) {
  chunks.width = ReadUint32(data);
  chunks.height = ReadUint32(data + 4);
  chunks.bit_depth = data[8];
  chunks.colour = static_cast<PngColour>(data[9]);
  const bool is_small = chunks.bit_depth == 1 || chunks.bit_depth == 2 || chunks.bit_depth == 4;
  const bool may_be_small = chunks.colour == PngColour::kGrey || chunks.colour == PngColour::kPalette;
  const bool is_known = data[9] == 0 || data[9] == 2 || data[9] == 3 || data[9] == 4 || data[9] == 6;
  const bool is_plain = data[10] == 0 && data[11] == 0 && data[12] == 0;
  return is_known && is_plain && (chunks.bit_depth == 8 || (is_small && may_be_small));
}

/// Takes one chunk. False: the last one.
bool TakeChunk(uint32_t type, Span chunk, Chunks& chunks) {
  if (type == ChunkType("PLTE")) {
    if (chunk.size == 0 || chunk.size % 3 != 0 || chunk.size > 768) Fail("palette of " + std::to_string(chunk.size) + " bytes");
    chunks.palette = chunk;
  } else if (type == ChunkType("tRNS")) {
    chunks.transparency = chunk;
  } else if (type == ChunkType("IDAT")) {
    chunks.image_data.push_back(chunk);
    chunks.image_data_size += chunk.size;
  } else if (type == ChunkType("IEND")) {
    return false;
  } else if (type == ChunkType("iCCP") || (type & 0x20000000) == 0) {
    // Colours that must be converted, or a critical chunk that we do not know.
    chunks.is_supported = false;
    return false;
  }
  return true;
}

Chunks ReadChunks(const uint8_t* file, size_t size) {
  Chunks chunks;
  size_t at = sizeof(kPngSignature);
  for (bool is_first = true;; is_first = false) {
    if (size - at < kChunkHead + kChunkTail) Fail("cut at byte " + std::to_string(size));
    const size_t length = ReadUint32(file + at);
    if (length > size - at - kChunkHead - kChunkTail) Fail("cut at byte " + std::to_string(size));
    const uint32_t type = ReadUint32(file + at + 4);
    const uint8_t* data = file + at + kChunkHead;
    const uLong crc = crc32(crc32(0, nullptr, 0), file + at + 4, static_cast<uInt>(length + 4));
    if (ReadUint32(data + length) != crc) Fail("wrong checksum at byte " + std::to_string(at));
    at += kChunkHead + length + kChunkTail;
    if (is_first) {
      if (type != ChunkType("IHDR") || length != kHeaderSize) Fail("no header");
      chunks.is_supported = ReadHeader(data, chunks);
    } else if (!TakeChunk(type, {data, length}, chunks)) {
      return chunks;
    }
    if (!chunks.is_supported) return chunks;
  }
}

void CheckSize(const Chunks& chunks, uint64_t max_pixels) {
  const std::string size = std::to_string(chunks.width) + " x " + std::to_string(chunks.height) + " pixels";
  if (chunks.width == 0 || chunks.height == 0) Fail(size);
  if (chunks.width > kMaxSide || chunks.height > kMaxSide) {
    throw std::runtime_error("PNG of " + size + ": a side is longer than " + std::to_string(kMaxSide));
  }
  const uint64_t limit = max_pixels < kMaxPixels ? max_pixels : kMaxPixels;
  if (uint64_t{chunks.width} * chunks.height > limit) {
    throw std::runtime_error("PNG of " + size + ": more than " + std::to_string(limit));
  }
  if ((chunks.RowSize() + 1) * chunks.height > chunks.image_data_size * kMaxExpansion) Fail("too little image data");
}

void CheckTransparency(const Chunks& chunks) {
  const Span& transparency = chunks.transparency;
  if (chunks.colour == PngColour::kPalette) {
    if (chunks.palette.data == nullptr) Fail("no palette");
    if (transparency.size > chunks.palette.size / 3) Fail("more alpha values than colours");
  } else if (transparency.data != nullptr) {
    const size_t wanted = chunks.colour == PngColour::kGrey ? 2 : 6;
    const bool is_allowed = chunks.colour == PngColour::kGrey || chunks.colour == PngColour::kRgb;
    if (!is_allowed || transparency.size != wanted) Fail("transparency does not fit the colour type");
  }
}

/// Inflates spans of one stream, piece by piece.
class Inflater {
 public:
  explicit Inflater(const std::vector<Span>& input) : input_(input) {
    if (inflateInit(&stream_) != Z_OK) throw std::runtime_error("zlib could not start");
  }
  ~Inflater() { inflateEnd(&stream_); }
  Inflater(const Inflater&) = delete;
  Inflater& operator=(const Inflater&) = delete;

  /// Fills `to` exactly.
  void Fill(uint8_t* to, size_t size) {
    stream_.next_out = to;
    stream_.avail_out = static_cast<uInt>(size);
    Run();
    if (stream_.avail_out > 0) Fail("too little image data");
  }

  /// To be called when there should be nothing left but the checksum.
  void Finish() {
    uint8_t more = 0;
    stream_.next_out = &more;
    stream_.avail_out = 1;
    Run();
    if (stream_.avail_out == 0) Fail("too much image data");
    if (result_ != Z_STREAM_END) Fail("too little image data");
  }

 private:
  /// Until the output is full or the input ends.
  void Run() {
    while (result_ != Z_STREAM_END && stream_.avail_out > 0) {
      if (stream_.avail_in == 0) {
        if (next_ == input_.size()) return;
        stream_.next_in = const_cast<Bytef*>(input_[next_].data);
        stream_.avail_in = static_cast<uInt>(input_[next_++].size);
      }
      result_ = inflate(&stream_, Z_NO_FLUSH);
      // Z_BUF_ERROR: this span is empty.
      if (result_ != Z_OK && result_ != Z_BUF_ERROR && result_ != Z_STREAM_END) Fail("image data is not valid");
    }
  }

  const std::vector<Span>& input_;
  size_t next_ = 0;
  int result_ = Z_OK;
  z_stream stream_ = {};
};

/// Turns unfiltered rows of any supported kind into samples of 8 bits.
class RowExpander {
 public:
  RowExpander(const Chunks& chunks, uint32_t channels) : chunks_(chunks), channels_(channels) {
    for (uint32_t i = 0; i < 256; i++) {
      const bool is_there = chunks.colour == PngColour::kPalette && i * 3 < chunks.palette.size;
      for (uint32_t c = 0; c < 3; c++) colours_[i][c] = is_there ? chunks.palette.data[i * 3 + c] : 0;
      colours_[i][3] = i < chunks.transparency.size ? chunks.transparency.data[i] : 255;
    }
  }

  /// Whether a row is already what is wanted.
  bool IsPlain() const {
    return chunks_.bit_depth == 8 && chunks_.colour != PngColour::kPalette && chunks_.SamplesPerPixel() == channels_;
  }

  /// Refuses what is not in the palette; without one there is nothing to refuse.
  void Check(const uint8_t* row) const {
    if (chunks_.colour != PngColour::kPalette || chunks_.palette.size / 3 >> chunks_.bit_depth != 0) return;
    uint32_t largest = 0;
    if (chunks_.bit_depth == 8) {
      uint8_t largest_byte = 0;
      for (uint32_t x = 0; x < chunks_.width; x++) largest_byte = largest_byte < row[x] ? row[x] : largest_byte;
      largest = largest_byte;
    } else {
      for (uint32_t x = 0; x < chunks_.width; x++) largest = std::max(largest, SampleAt(row, x));
    }
    if (largest >= chunks_.palette.size / 3) Fail("colour " + std::to_string(largest) + " is not in the palette");
  }

  /// For rows that are checked.
  void Expand(const uint8_t* from, uint8_t* to) const {
    switch (chunks_.colour) {
      case PngColour::kPalette:
        return ExpandPalette(from, to);
      case PngColour::kGrey:
        return ExpandGrey(from, to);
      case PngColour::kGreyAlpha:
        for (uint32_t x = 0; x < chunks_.width; x++, to += 4) {
          to[0] = to[1] = to[2] = from[x * 2];
          to[3] = from[x * 2 + 1];
        }
        return;
      default:
        return ExpandRgb(from, to);
    }
  }

 private:
  uint32_t SampleAt(const uint8_t* row, uint32_t x) const {
    if (chunks_.bit_depth == 8) return row[x];
    const uint32_t bit = x * chunks_.bit_depth;
    return (row[bit / 8] >> (8 - chunks_.bit_depth - bit % 8)) & ((1U << chunks_.bit_depth) - 1);
  }

  void ExpandPalette(const uint8_t* from, uint8_t* to) const {
    if (chunks_.bit_depth == 8 && channels_ == 4) return ExpandBytes(from, to);
    for (uint32_t x = 0; x < chunks_.width; x++, to += channels_) {
      const uint8_t* colour = colours_[SampleAt(from, x)];
      std::memcpy(to, colour, 3);
      if (channels_ == 4) to[3] = colour[3];
    }
  }

  /// The same for what most tiles are.
  void ExpandBytes(const uint8_t* from, uint8_t* to) const {
    for (uint32_t x = 0; x < chunks_.width; x++) std::memcpy(to + size_t{x} * 4, colours_[from[x]], 4);
  }

  void ExpandGrey(const uint8_t* from, uint8_t* to) const {
    const uint32_t factor = 255 / ((1U << chunks_.bit_depth) - 1);
    for (uint32_t x = 0; x < chunks_.width; x++, to += channels_) {
      const uint32_t sample = SampleAt(from, x);
      to[0] = static_cast<uint8_t>(sample * factor);
      if (channels_ == 1) continue;
      to[1] = to[2] = to[0];
      to[3] = chunks_.transparency.data != nullptr && sample == TransparentSample(0) ? 0 : 255;
    }
  }

  /// RGB, with one transparent colour where there is a tRNS chunk.
  void ExpandRgb(const uint8_t* from, uint8_t* to) const {
    const bool has_transparency = chunks_.transparency.data != nullptr;
    for (uint32_t x = 0; x < chunks_.width; x++, from += 3, to += 4) {
      std::memcpy(to, from, 3);
      to[3] = has_transparency && IsTransparent(from) ? 0 : 255;
    }
  }

  bool IsTransparent(const uint8_t* colour) const {
    return colour[0] == TransparentSample(0) && colour[1] == TransparentSample(1) && colour[2] == TransparentSample(2);
  }

  uint32_t TransparentSample(uint32_t channel) const {
    const uint8_t* sample = chunks_.transparency.data + size_t{channel} * 2;
    return uint32_t{sample[0]} << 8 | sample[1];
  }

  const Chunks& chunks_;
  uint32_t channels_;
  uint8_t colours_[256][4];
};

/// A place in a picture of `channels` channels: what does not fit is cut off.
struct Place {
  Target target;
  int64_t x;
  int64_t y;
};

/// Writes rows to their place.
class RowWriter {
 public:
  RowWriter(const Chunks& chunks, const Place& place)
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

  RowExpander expander_;
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
void DecodeRows(const Chunks& chunks, const Place& place) {
  const size_t row_size = chunks.RowSize();
  const size_t step = chunks.bit_depth == 8 ? chunks.SamplesPerPixel() : 1;
  const auto band_rows = static_cast<uint32_t>(std::min<size_t>(chunks.height, std::max<size_t>(1, kBandSize / (row_size + 1))));
  // The row above, then those of the band, each with its filter's byte before it.
  Bytes band((row_size + 1) * (size_t{band_rows} + 1));
  std::memset(band.data(), 0, row_size + 1);
  Inflater inflater(chunks.image_data);
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
        if (!Unfilter(row[0], row + 1, previous, row_size, step)) Fail("filter " + std::to_string(row[0]));
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

/// False: not supported.
bool ReadChecked(const uint8_t* file, size_t size, uint64_t max_pixels, Chunks& chunks) {
  if (size < sizeof(kPngSignature) || std::memcmp(file, kPngSignature, sizeof(kPngSignature)) != 0) return false;
  chunks = ReadChunks(file, size);
  if (!chunks.is_supported) return false;
  CheckTransparency(chunks);
  CheckSize(chunks, max_pixels);
  return true;
}

}  // namespace

DecodedPng DecodePng(const uint8_t* file, size_t size, uint64_t max_pixels, bool as_rgba) {
  Chunks chunks;
  if (!ReadChecked(file, size, max_pixels, chunks)) return {false, 0, 0, 0, false, Bytes()};
  const uint32_t channels = as_rgba ? 4 : chunks.Channels();
  Bytes data(size_t{chunks.width} * chunks.height * channels);
  DecodeRows(chunks, {{data.data(), chunks.width, chunks.height, channels}, 0, 0});
  return {true, chunks.width, chunks.height, channels, chunks.Channels() == 4, std::move(data)};
}

PlacedPng DecodePngInto(const Target& target, int32_t x, int32_t y, const uint8_t* file, size_t size, uint64_t max_pixels) {
  Chunks chunks;
  if (!ReadChecked(file, size, max_pixels, chunks)) return {false, 0, 0, false};
  DecodeRows(chunks, {target, x, y});
  return {true, chunks.width, chunks.height, chunks.Channels() == 4};
}

}  // namespace pixels
