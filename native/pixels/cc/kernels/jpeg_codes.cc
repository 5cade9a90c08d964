#include "jpeg_codes.h"

#include <algorithm>

namespace pixels {

bool JpegDecodeTable::Build(const HuffmanSpec& spec) {
  spec_ = spec;
  uint32_t code = 0;
  uint32_t place = 0;
  for (uint32_t length = 1; length <= kMostCodeBits; length++) {
    places_[length] = static_cast<int32_t>(place) - static_cast<int32_t>(code);
    for (uint32_t i = 0; i < spec.counts[length - 1]; i++, code++, place++) {
      if (code >> length != 0) return false;
      if (length <= kShort) LookUp(code, length, spec.symbols[place]);
    }
    ends_[length] = code << (kMostCodeBits - length);
    code <<= 1;
  }
  return true;
}

void JpegDecodeTable::LookUp(uint32_t code, uint32_t length, uint8_t symbol) {
  const uint32_t rest = kShort - length;
  const uint32_t size = symbol & 15;
  for (uint32_t i = 0; i < 1U << rest; i++) {
    const uint32_t at = code << rest | i;
    symbols_[at] = {symbol, static_cast<uint16_t>(length)};
    if (size == 0 || size > rest) continue;
    const int32_t value = SignedOf(i >> (rest - size), size);
    wholes_[at] = {static_cast<int16_t>(value), static_cast<uint8_t>(symbol >> 4), static_cast<uint8_t>(length + size)};
  }
}

JpegDecodeTable::Symbol JpegDecodeTable::FindLong(uint32_t bits) const {
  for (uint32_t length = kShort + 1; length <= kMostCodeBits; length++) {
    if (bits >= ends_[length]) continue;
    const int32_t place = places_[length] + static_cast<int32_t>(bits >> (kMostCodeBits - length));
    return {spec_.symbols[static_cast<size_t>(place)], static_cast<uint16_t>(length)};
  }
  return {kNoSymbol, 0};
}

JpegEncodeTable::JpegEncodeTable(const HuffmanSpec& spec) {
  uint32_t code = 0;
  uint32_t place = 0;
  for (uint16_t length = 1; length <= spec.counts.size(); length++, code <<= 1) {
    for (uint32_t i = 0; i < spec.counts[length - 1]; i++, code++) {
      codes[spec.symbols[place++]] = {static_cast<uint16_t>(code), length};
    }
  }
}

}  // namespace pixels
