#ifndef PIXELS_KERNELS_BIT_WRITER_H_
#define PIXELS_KERNELS_BIT_WRITER_H_

#include "growing.h"
#include "words.h"

namespace pixels {

/// Writes bits, the first one lowest in its byte (RFC 1951, section 3.1.1).
class BitWriter {
 public:
  /// What `Begin` needs beyond the bits that are to be written: a word is stored at a time.
  static constexpr size_t kSlack = 8;

  explicit BitWriter(Growing* out) : out_(out) {}

  /// Makes room for so many bits. What is written until `End` must not be more.
  void Begin(uint64_t bits) { to_ = out_->Room(static_cast<size_t>(bits / 8) + 1 + kSlack); }

  /// At most 56 bits between two calls of `Flush`; no bit of `bits` is set above `count`.
  void Put(uint64_t bits, uint32_t count) {
    bits_ |= bits << count_;
    count_ += count;
  }

  void Flush() {
    StoreUint64(to_, bits_);
    to_ += count_ / 8;
    bits_ >>= count_ & ~7U;
    count_ &= 7;
  }

  /// Fills a byte up with zeros.
  void FillByte() {
    count_ = (count_ + 7) & ~7U;
    Flush();
  }

  /// Whole bytes; nothing may be left in the last one.
  void PutBytes(const uint8_t* bytes, size_t size) {
    Flush();
    std::memcpy(to_, bytes, size);
    to_ += size;
  }

  /// Bits of a byte that is not full yet are kept for what is written next.
  void End() {
    Flush();
    out_->Use(static_cast<size_t>(to_ - out_->data()) - out_->size());
  }

 private:
  Growing* out_;
  uint8_t* to_ = nullptr;
  uint64_t bits_ = 0;
  uint32_t count_ = 0;
};

}  // namespace pixels

#endif  // PIXELS_KERNELS_BIT_WRITER_H_
