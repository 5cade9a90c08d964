#ifndef PIXELS_KERNELS_ZLIB_COMPRESSOR_H_
#define PIXELS_KERNELS_ZLIB_COMPRESSOR_H_

#include "compressor.h"
#include "growing.h"
#include "zlib.h"

namespace pixels {

/// zlib itself, for files that are to be smaller than `Deflater` makes them, or not compressed at all.
class ZlibCompressor : public Compressor {
 public:
  /// Throws std::runtime_error when zlib fails, as the others do.
  ZlibCompressor(int level, Growing* out);
  ~ZlibCompressor() override;
  ZlibCompressor(const ZlibCompressor&) = delete;
  ZlibCompressor& operator=(const ZlibCompressor&) = delete;

  void Add(const uint8_t* data, size_t size) override;
  void Finish() override;

 private:
  int Run(int flush);

  Growing* out_;
  z_stream stream_ = {};
};

}  // namespace pixels

#endif  // PIXELS_KERNELS_ZLIB_COMPRESSOR_H_
