#ifndef PIXELS_KERNELS_RASTER_H_
#define PIXELS_KERNELS_RASTER_H_

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <new>

namespace pixels {

/// Interleaved samples of 8 bits: 1 (grey), 3 (RGB) or 4 (RGBA, not premultiplied) channels, rows from the top.
struct Raster {
  const uint8_t* data;
  uint32_t width;
  uint32_t height;
  uint32_t channels;
  /// Pixels from one row to the next where it is a window of a wider raster; else 0. Only kernels that say so take windows.
  uint32_t stride = 0;

  size_t RowSize() const { return size_t{width} * channels; }
  size_t PixelCount() const { return size_t{width} * height; }
  size_t Size() const { return RowSize() * height; }
  const uint8_t* Row(uint32_t y) const { return data + size_t{stride == 0 ? width : stride} * channels * y; }
};

/// A raster that is written to.
struct Target {
  uint8_t* data;
  uint32_t width;
  uint32_t height;
  uint32_t channels;

  size_t RowSize() const { return size_t{width} * channels; }
  uint8_t* Row(uint32_t y) const { return data + RowSize() * y; }
};

/// Owned memory that can be handed over and cut to size; not initialised.
class Bytes {
 public:
  Bytes() = default;
  explicit Bytes(size_t size) : data_(static_cast<uint8_t*>(std::malloc(size > 0 ? size : 1))), size_(size) {
    if (data_ == nullptr) throw std::bad_alloc();
  }

  uint8_t* data() const { return data_.get(); }
  size_t size() const { return size_; }

  /// Changes the size and keeps the content.
  void Resize(size_t size) {
    auto* moved = static_cast<uint8_t*>(std::realloc(data_.get(), size > 0 ? size : 1));
    if (moved == nullptr) throw std::bad_alloc();
    (void)data_.release();
    data_.reset(moved);
    size_ = size;
  }

  uint8_t* Release() {
    size_ = 0;
    return data_.release();
  }

 private:
  struct Free {
    void operator()(uint8_t* data) const { std::free(data); }
  };

  std::unique_ptr<uint8_t, Free> data_;
  size_t size_ = 0;
};

/// `value` / 255, rounded, for 0 to 255 * 255.
inline uint32_t Div255(uint32_t value) {
  const uint32_t biased = value + 128;
  return (biased + (biased >> 8)) >> 8;
}

}  // namespace pixels

#endif  // PIXELS_KERNELS_RASTER_H_
