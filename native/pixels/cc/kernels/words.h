#ifndef PIXELS_KERNELS_WORDS_H_
#define PIXELS_KERNELS_WORDS_H_

#include <cstdint>
#include <cstring>

#ifdef _MSC_VER
#include <intrin.h>
#endif

namespace pixels {

#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
inline uint64_t LittleEndian(uint64_t value) { return __builtin_bswap64(value); }
#else
inline uint64_t LittleEndian(uint64_t value) { return value; }
#endif

/// Eight bytes as a number, the first one lowest.
inline uint64_t LoadUint64(const uint8_t* from) {
  uint64_t value;
  std::memcpy(&value, from, sizeof(value));
  return LittleEndian(value);
}

inline void StoreUint64(uint8_t* to, uint64_t value) {
  value = LittleEndian(value);
  std::memcpy(to, &value, sizeof(value));
}

/// Four bytes to be compared with others.
inline uint32_t LoadBytes4(const uint8_t* from) {
  uint32_t value;
  std::memcpy(&value, from, sizeof(value));
  return value;
}

/// The number of lowest bytes that are 0; `value` is not.
inline uint32_t ZeroBytes(uint64_t value) {
#ifdef _MSC_VER
  unsigned long bit = 0;
  if (_BitScanForward(&bit, static_cast<unsigned long>(value)) == 0) {
    _BitScanForward(&bit, static_cast<unsigned long>(value >> 32));
    bit += 32;
  }
  return bit / 8;
#else
  return static_cast<uint32_t>(__builtin_ctzll(value)) / 8;
#endif
}

}  // namespace pixels

#endif  // PIXELS_KERNELS_WORDS_H_
