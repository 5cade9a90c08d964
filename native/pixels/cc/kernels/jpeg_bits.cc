#include "jpeg_bits.h"

#include <algorithm>
#include <cstring>

namespace pixels {

namespace {

constexpr uint8_t kFull = 0xFF;

/// Zeros behind the end: what is taken before somebody looks whether it was there.
constexpr size_t kPadding = kMostUnitBits / 8 + 1 + JpegBits::kAhead;

/// Where the next byte of all ones is, or the end.
const uint8_t* FindFull(const uint8_t* from, const uint8_t* end) {
  const void* found = from == end ? nullptr : std::memchr(from, kFull, static_cast<size_t>(end - from));
  return found == nullptr ? end : static_cast<const uint8_t*>(found);
}

}  // namespace

void JpegScan::ReadBytes() {
  const uint8_t* from = file_ + at_;
  const uint8_t* const file_end = file_ + size_;
  bytes_.resize(size_ - at_ + kPadding);
  uint8_t* to = bytes_.data();
  for (;;) {
    const uint8_t* full = FindFull(from, file_end);
    to = std::copy(from, full, to);
    from = full;
    if (file_end - full < 2 || full[1] != 0) break;
    *to++ = kFull;
    from += 2;
  }
  at_ = static_cast<size_t>(from - file_);
  end_ = static_cast<size_t>(to - bytes_.data());
  // No more: there may be very many markers.
  std::fill_n(to, kPadding, uint8_t{0});
}

bool JpegScan::PassMarker(const JpegBits& bits, uint8_t marker) {
  if (!Has(bits) || end_ * 8 - bits.Taken(bytes_.data()) >= 8) return false;
  while (size_ - at_ >= 2 && file_[at_] == kFull && file_[at_ + 1] == kFull) at_++;
  if (size_ - at_ < 2 || file_[at_] != kFull || file_[at_ + 1] != marker) return false;
  at_ += 2;
  ReadBytes();
  return true;
}

size_t StuffedSize(const Growing& bytes) {
  const uint8_t* const begin = bytes.data();
  return bytes.size() + static_cast<size_t>(std::count(begin, begin + bytes.size(), kFull));
}

uint8_t* WriteStuffed(const Growing& bytes, uint8_t* to) {
  const uint8_t* from = bytes.data();
  const uint8_t* const end = from + bytes.size();
  for (;;) {
    const uint8_t* full = FindFull(from, end);
    to = std::copy(from, full, to);
    if (full == end) return to;
    *to++ = kFull;
    *to++ = 0;
    from = full + 1;
  }
}

}  // namespace pixels
