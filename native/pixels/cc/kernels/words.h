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

/// Four and eight bytes as a number, the first one highest.
inline uint32_t ReadUint32(const uint8_t* from) {
  return uint32_t{from[0]} << 24 | uint32_t{from[1]} << 16 | uint32_t{from[2]} << 8 | uint32_t{from[3]};
}

inline void WriteUint32(uint8_t* to, uint32_t value) {
  to[0] = static_cast<uint8_t>(value >> 24);
  to[1] = static_cast<uint8_t>(value >> 16);
  to[2] = static_cast<uint8_t>(value >> 8);
  to[3] = static_cast<uint8_t>(value);
}

inline uint64_t ReadUint64(const uint8_t* from) { return uint64_t{ReadUint32(from)} << 32 | ReadUint32(from + 4); }

inline void WriteUint64(uint8_t* to, uint64_t value) {
  WriteUint32(to, static_cast<uint32_t>(value >> 32));
  WriteUint32(to + 4, static_cast<uint32_t>(value));
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
