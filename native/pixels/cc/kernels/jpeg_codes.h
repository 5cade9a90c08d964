#ifndef PIXELS_KERNELS_JPEG_CODES_H_
#define PIXELS_KERNELS_JPEG_CODES_H_

#include "jpeg_bits.h"

namespace pixels {

/// The number of `count` bits, 1 to 16, that tells a value and its sign (section F.1.2.1).
inline int32_t SignedOf(uint32_t bits, uint32_t count) {
  const int32_t is_negative = static_cast<int32_t>(bits >> (count - 1)) - 1;
  return static_cast<int32_t>(bits) + (is_negative & (1 - (1 << count)));
}

/// Its inverse: the lowest `count` bits.
inline uint32_t BitsOf(int32_t value, uint32_t count) {
  return static_cast<uint32_t>(value + (value >> 31)) & ((1U << count) - 1);
}

inline int32_t SizeOf(int32_t value) {
  const int32_t sign = value >> 31;
  return (value ^ sign) - sign;
}

/// How many bits each number takes that is written: 0 for 0. The processor's own instruction takes longer on some.
struct JpegBitLengths {
  uint8_t of[1 << kMostDcBits] = {};

  constexpr JpegBitLengths() {
    for (uint32_t i = 1; i < 1U << kMostDcBits; i++) of[i] = static_cast<uint8_t>(of[i >> 1] + 1);
  }
};
inline constexpr JpegBitLengths kJpegBitLengths;

/// Codes of a file to symbols.
class JpegDecodeTable {
 public:
  /// Bits of the codes that are looked up at once.
  static constexpr uint32_t kShort = 10;
  static constexpr uint32_t kNoSymbol = 256;

  /// An AC coefficient whose code and value are both within `kShort` bits; `bits` is 0 where they are not.
  struct Whole {
    int16_t value;
    uint8_t run;
    uint8_t bits;
  };

  /// False: more codes than bits.
  bool Build(const HuffmanSpec& spec);

  const Whole& WholeAt(uint32_t bits) const { return wholes_[bits]; }

  /// The next symbol; 27 bits are ready for it and its value.
  uint32_t Decode(JpegBits& in) const {
    Symbol symbol = symbols_[in.Peek(kShort)];
    if (symbol.bits == 0) symbol = FindLong(in.Peek(kMostCodeBits));
    in.Skip(symbol.bits);
    return symbol.symbol;
  }

 private:
  struct Symbol {
    uint16_t symbol;
    uint16_t bits;
  };

  void LookUp(uint32_t code, uint32_t length, uint8_t symbol);
  Symbol FindLong(uint32_t bits) const;

  Symbol symbols_[1 << kShort] = {};
  Whole wholes_[1 << kShort] = {};
  HuffmanSpec spec_;
  /// For each length: the first code behind its codes, with 16 bits, and the place of code 0 among the symbols.
  uint32_t ends_[kMostCodeBits + 1] = {};
  int32_t places_[kMostCodeBits + 1] = {};
};

/// Symbols to codes.
struct JpegEncodeTable {
  struct Code {
    uint16_t bits;
    uint16_t length;
  };
  Code codes[256] = {};

  explicit JpegEncodeTable(const HuffmanSpec& spec);
};

}  // namespace pixels

#endif  // PIXELS_KERNELS_JPEG_CODES_H_
