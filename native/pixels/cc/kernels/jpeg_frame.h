#ifndef PIXELS_KERNELS_JPEG_FRAME_H_
#define PIXELS_KERNELS_JPEG_FRAME_H_

#include <cstddef>

#include "jpeg_format.h"

namespace pixels {

/// What stands before the coefficients of a JPEG file.
struct JpegFrame {
  uint32_t width = 0;
  uint32_t height = 0;
  struct Component {
    QuantTable quant;
    HuffmanSpec dc;
    HuffmanSpec ac;
  };
  Component components[kComponents];
  /// Units between two restart markers; 0: there are none.
  uint32_t restart_interval = 0;
  /// Where the coefficients begin.
  size_t data = 0;
};

/// Reads a file up to its coefficients. False: damaged, or of another kind than most maps have: Huffman-coded in one scan,
/// Y, Cb and Cr of 8 bits, the colours at half the resolution, without ICC profile.
bool ReadJpegFrame(const uint8_t* file, size_t size, JpegFrame& frame);

}  // namespace pixels

#endif  // PIXELS_KERNELS_JPEG_FRAME_H_
