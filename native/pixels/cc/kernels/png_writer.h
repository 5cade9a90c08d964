#ifndef PIXELS_KERNELS_PNG_WRITER_H_
#define PIXELS_KERNELS_PNG_WRITER_H_

#include "png_format.h"
#include "raster.h"
#include "zlib.h"

namespace pixels {

struct PngHeader {
  uint32_t width;
  uint32_t height;
  uint8_t bit_depth;
  PngColour colour;
};

/// Writes the chunks of one picture: the header, what stands before the image data, rows, the end.
class PngWriter {
 public:
  /// `row_size`: bytes of a row, without the filter's.
  PngWriter(const PngHeader& header, size_t row_size, int level);
  ~PngWriter();
  PngWriter(const PngWriter&) = delete;
  PngWriter& operator=(const PngWriter&) = delete;

  void AddChunk(uint32_t type, const uint8_t* data, size_t size);
  void BeginRows();
  /// A row with its filter's byte before it.
  void AddRow(const uint8_t* row);
  Bytes Finish();

 private:
  uint8_t* Reserve(size_t size);
  void CloseChunk(size_t begin);

  Bytes file_;
  size_t used_ = 0;
  size_t image_data_ = 0;
  size_t row_size_;
  uint32_t height_;
  z_stream stream_ = {};
};

}  // namespace pixels

#endif  // PIXELS_KERNELS_PNG_WRITER_H_
