#ifndef PIXELS_KERNELS_COMPRESSOR_H_
#define PIXELS_KERNELS_COMPRESSOR_H_

#include <cstddef>
#include <cstdint>

namespace pixels {

/// Makes one zlib stream (RFC 1950) of what it is given.
class Compressor {
 public:
  virtual ~Compressor() = default;
  virtual void Add(const uint8_t* data, size_t size) = 0;
  virtual void Finish() = 0;
};

}  // namespace pixels

#endif  // PIXELS_KERNELS_COMPRESSOR_H_
