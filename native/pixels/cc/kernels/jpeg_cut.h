#ifndef PIXELS_KERNELS_JPEG_CUT_H_
#define PIXELS_KERNELS_JPEG_CUT_H_

#include <vector>

#include "raster.h"

namespace pixels {

/// A rectangle of a picture, in pixels.
struct Window {
  uint32_t left;
  uint32_t top;
  uint32_t width;
  uint32_t height;
};

struct CutJpeg {
  /// False: nothing was cut, and the picture has to be decoded.
  bool is_cut = false;
  uint32_t width = 0;
  uint32_t height = 0;
  /// Files, one after another, and where each of them ends.
  Bytes data;
  std::vector<uint32_t> ends;
};

/// Cuts JPEG files out of a JPEG file without decoding its pixels: the coefficients stay, divided as `quality` (1 to 100)
/// asks for, or as they are where they are divided by as much already. Windows begin at multiples of 16 pixels.
/// Not cut: damaged files, those of more than `max_pixels`, kinds that are left to others (see `ReadJpegFrame`), and where a
/// window does not fit.
CutJpeg CutJpegFile(const uint8_t* file, size_t size, const std::vector<Window>& windows, uint32_t quality,
                    uint64_t max_pixels);

}  // namespace pixels

#endif  // PIXELS_KERNELS_JPEG_CUT_H_
