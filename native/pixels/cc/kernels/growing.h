#ifndef PIXELS_KERNELS_GROWING_H_
#define PIXELS_KERNELS_GROWING_H_

#include <algorithm>
#include <utility>

#include "raster.h"

namespace pixels {

/// Bytes that are written one after another, in memory that grows with them.
class Growing {
 public:
  explicit Growing(size_t room) : bytes_(room) {}

  uint8_t* data() const { return bytes_.data(); }
  size_t size() const { return used_; }

  /// At least `size` writable bytes behind the last one; valid until the next call.
  uint8_t* Room(size_t size) {
    if (used_ + size > bytes_.size()) bytes_.Resize(std::max(used_ + size, bytes_.size() * 2));
    return bytes_.data() + used_;
  }
  /// How many bytes `Room` can give without growing.
  size_t RoomLeft() const { return bytes_.size() - used_; }

  /// So many bytes of the room are written.
  void Use(size_t size) { used_ += size; }

  uint8_t* Append(size_t size) {
    uint8_t* place = Room(size);
    Use(size);
    return place;
  }

  Bytes Take() {
    bytes_.Resize(used_);
    return std::move(bytes_);
  }

 private:
  Bytes bytes_;
  size_t used_ = 0;
};

}  // namespace pixels

#endif  // PIXELS_KERNELS_GROWING_H_
