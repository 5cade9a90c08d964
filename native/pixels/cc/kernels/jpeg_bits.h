#ifndef PIXELS_KERNELS_JPEG_BITS_H_
#define PIXELS_KERNELS_JPEG_BITS_H_

#include <cstddef>
#include <vector>

#include "growing.h"
#include "jpeg_format.h"
#include "words.h"

namespace pixels {

/// Bits that are read, the first one highest in its byte. It does not look where they end: see `JpegScan`.
class JpegBits {
 public:
  /// How many bytes are read beyond the one with the last bit that is taken.
  static constexpr size_t kAhead = 16;

  explicit JpegBits(const uint8_t* bytes) : next_(bytes) {}

  /// Has at least 56 bits ready.
  void Fill() {
    bits_ |= ReadUint64(next_) >> count_;
    next_ += (63 - count_) >> 3;
    count_ |= 56;
  }

  /// The next bits, 1 to 16, of those that are ready.
  uint32_t Peek(uint32_t count) const { return static_cast<uint32_t>(bits_ >> (64 - count)); }
  void Skip(uint32_t count) {
    bits_ <<= count;
    count_ -= count;
  }
  uint32_t Take(uint32_t count) {
    const uint32_t bits = Peek(count);
    Skip(count);
    return bits;
  }

  /// How many bits were taken of those that begin at `bytes`.
  size_t Taken(const uint8_t* bytes) const { return static_cast<size_t>(next_ - bytes) * 8 - count_; }

 private:
  const uint8_t* next_;
  /// The next one highest; some of those below the ready ones may be there already.
  uint64_t bits_ = 0;
  uint32_t count_ = 0;
};

/// The bytes of a scan up to the next marker. Those of all ones are followed by a 0 in the file (section F.1.2.3), which
/// is left out.
class JpegScan {
 public:
  JpegScan(const uint8_t* file, size_t size, size_t at) : file_(file), size_(size), at_(at) { ReadBytes(); }

  /// Where its bits begin.
  JpegBits Begin() const { return JpegBits(bytes_.data()); }
  /// Whether all bits were there that were taken. Between two calls may be taken what a unit has at most.
  bool Has(const JpegBits& bits) const { return bits.Taken(bytes_.data()) <= end_ * 8; }
  /// Goes on behind a marker. False: it does not follow, or not all bytes before it were taken.
  bool PassMarker(const JpegBits& bits, uint8_t marker);

 private:
  void ReadBytes();

  const uint8_t* file_;
  size_t size_;
  /// Of the marker.
  size_t at_;
  /// With zeros behind the end.
  std::vector<uint8_t> bytes_;
  size_t end_ = 0;
};

/// Writes bits, the first one highest in its byte, and nothing between them: see `StuffedSize`.
class JpegBitWriter {
 public:
  explicit JpegBitWriter(Growing* out) : out_(out) {}

  /// Makes room for so many bits.
  void Begin(size_t bits) { to_ = out_->Room(bits / 8 + 16); }

  /// At most 56 bits between two calls of `Flush`; none is set above `count`.
  void Put(uint32_t bits, uint32_t count) {
    count_ += count;
    bits_ |= uint64_t{bits} << (64 - count_);
  }

  void Flush() {
    WriteUint64(to_, bits_);
    to_ += count_ >> 3;
    bits_ <<= count_ & 56;
    count_ &= 7;
  }

  /// Bits of a byte that is not full yet are kept for what is written next.
  void End() { out_->Use(static_cast<size_t>(to_ - out_->data()) - out_->size()); }

  /// Fills the last byte up with ones.
  void Finish() {
    Begin(8);
    const uint32_t rest = (8 - count_) & 7;
    if (rest > 0) Put((1U << rest) - 1, rest);
    Flush();
    End();
  }

 private:
  Growing* out_;
  uint8_t* to_ = nullptr;
  /// The first one highest; not yet written.
  uint64_t bits_ = 0;
  uint32_t count_ = 0;
};

/// Size of bytes in a file, where a 0 follows each that is all ones; and writes them so. Returns where they end.
size_t StuffedSize(const Growing& bytes);
uint8_t* WriteStuffed(const Growing& bytes, uint8_t* to);

}  // namespace pixels

#endif  // PIXELS_KERNELS_JPEG_BITS_H_
