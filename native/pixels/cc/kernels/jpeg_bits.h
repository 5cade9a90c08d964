#ifndef PIXELS_KERNELS_JPEG_BITS_H_
#define PIXELS_KERNELS_JPEG_BITS_H_

#include <cstddef>

#include "growing.h"
#include "jpeg_format.h"
#include "words.h"

namespace pixels {

/// Reads the bits of a scan, the first one highest in its byte; a byte of all ones is followed by a 0 that does not count
/// (section F.1.2.3). Behind the end there are zeros, and `IsWithin` says so.
class JpegBitReader {
 public:
  JpegBitReader(const uint8_t* file, size_t size, size_t at) : file_(file), size_(size), at_(at) {}

  /// Has at least 32 bits ready.
  void Fill() {
    if (count_ >= 32) return;
    if (size_ - at_ >= 4) {
      const uint32_t word = ReadUint32(file_ + at_);
      if (!HasFullByte(word)) {
        bits_ |= uint64_t{word} << (32 - count_);
        count_ += 32;
        at_ += 4;
        return;
      }
    }
    *this = FilledByBytes(*this);
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

  /// Whether no bit was taken that is not there.
  bool IsWithin() const { return padding_ <= count_; }

  /// Goes on behind a marker. False: it does not follow.
  bool PassMarker(uint8_t marker) {
    if (!IsWithin() || count_ - padding_ >= 8) return false;
    bits_ = 0;
    count_ = 0;
    padding_ = 0;
    while (size_ - at_ >= 2 && file_[at_] == 0xFF && file_[at_ + 1] == 0xFF) at_++;
    if (size_ - at_ < 2 || file_[at_] != 0xFF || file_[at_ + 1] != marker) return false;
    at_ += 2;
    return true;
  }

 private:
  /// Not of this one itself, which is kept in registers.
  static JpegBitReader FilledByBytes(JpegBitReader in) {
    while (in.count_ <= 56) {
      uint64_t byte = 0;
      if (in.at_ < in.size_ && in.file_[in.at_] != 0xFF) {
        byte = in.file_[in.at_++];
      } else if (in.size_ - in.at_ >= 2 && in.file_[in.at_ + 1] == 0) {
        byte = 0xFF;
        in.at_ += 2;
      } else {
        in.padding_ += 8;
      }
      in.bits_ |= byte << (56 - in.count_);
      in.count_ += 8;
    }
    return in;
  }

  const uint8_t* file_;
  size_t size_;
  size_t at_;
  /// The next one highest.
  uint64_t bits_ = 0;
  uint32_t count_ = 0;
  /// How many zeros were taken for bits.
  uint32_t padding_ = 0;
};

/// Writes the bits of a scan in the same way.
class JpegBitWriter {
 public:
  explicit JpegBitWriter(Growing* out) : out_(out) {}

  /// Makes room for so many bits, of which every byte may be followed by a 0.
  void Begin(size_t bits) { to_ = out_->Room(bits / 4 + 16); }

  /// At most 32 bits; none is set above `count`.
  void Put(uint32_t bits, uint32_t count) {
    bits_ = bits_ << count | bits;
    count_ += count;
    if (count_ >= 32) {
      count_ -= 32;
      PutWord(static_cast<uint32_t>(bits_ >> count_));
    }
  }

  /// Bits of a word that is not full yet are kept for what is written next.
  void End() { out_->Use(static_cast<size_t>(to_ - out_->data()) - out_->size()); }

  /// Fills the last byte up with ones.
  void Finish() {
    Begin(64);
    const uint32_t rest = (8 - count_ % 8) % 8;
    Put((1U << rest) - 1, rest);
    while (count_ > 0) {
      count_ -= 8;
      PutByte(static_cast<uint8_t>(bits_ >> count_));
    }
    End();
  }

 private:
  void PutWord(uint32_t word) {
    if (!HasFullByte(word)) {
      WriteUint32(to_, word);
      to_ += 4;
      return;
    }
    for (int32_t shift = 24; shift >= 0; shift -= 8) PutByte(static_cast<uint8_t>(word >> shift));
  }

  void PutByte(uint8_t byte) {
    *to_++ = byte;
    if (byte == 0xFF) *to_++ = 0;
  }

  Growing* out_;
  uint8_t* to_ = nullptr;
  /// The last one lowest; only `count_` of them are still to be written.
  uint64_t bits_ = 0;
  uint32_t count_ = 0;
};

}  // namespace pixels

#endif  // PIXELS_KERNELS_JPEG_BITS_H_
