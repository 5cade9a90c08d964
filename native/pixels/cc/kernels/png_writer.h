#ifndef PIXELS_KERNELS_PNG_WRITER_H_
#define PIXELS_KERNELS_PNG_WRITER_H_

#include <memory>

#include "compressor.h"
#include "growing.h"
#include "png_format.h"

namespace pixels {

struct PngHeader {
  uint32_t width;
  uint32_t height;
  uint8_t bit_depth;
  PngColour colour;
};

/// What compresses the rows of a picture.
struct PngCompression {
  /// 0 to 9: see `EncodePng`.
  int level;
  /// Bytes of a row, without the filter's.
  size_t row_size;
  /// Bytes from a pixel to the next one that is likely to be equal.
  size_t step;
};

/// Writes the chunks of one picture: the header, what stands before the image data, rows, the end.
class PngWriter {
 public:
  explicit PngWriter(const PngHeader& header);
  PngWriter(const PngWriter&) = delete;
  PngWriter& operator=(const PngWriter&) = delete;

  void AddChunk(uint32_t type, const uint8_t* data, size_t size);
  void BeginRows(const PngCompression& compression);
  /// A row with its filter's byte before it.
  void AddRow(const uint8_t* row) { compressor_->Add(row, row_size_ + 1); }
  Bytes Finish();

 private:
  void CloseChunk(size_t begin);

  Growing file_;
  size_t image_data_ = 0;
  size_t row_size_ = 0;
  std::unique_ptr<Compressor> compressor_;
};

}  // namespace pixels

#endif  // PIXELS_KERNELS_PNG_WRITER_H_
