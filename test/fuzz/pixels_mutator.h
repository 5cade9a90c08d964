#ifndef FUZZ_PIXELS_MUTATOR_H_
#define FUZZ_PIXELS_MUTATOR_H_

#include <cstdint>
#include <vector>

#include "png_format.h"
#include "zlib.h"

/// Makes the checksums of a PNG file right again, so that changed bytes reach what lies behind them.
inline void RepairChecksums(uint8_t* data, size_t size) {
  for (size_t at = sizeof(pixels::kPngSignature); at + pixels::kChunkHead + pixels::kChunkTail <= size;) {
    const size_t length = pixels::ReadUint32(data + at);
    if (length > size - at - pixels::kChunkHead - pixels::kChunkTail) return;
    const uLong crc = crc32(0, data + at + 4, static_cast<uInt>(length + 4));
    pixels::WriteUint32(data + at + pixels::kChunkHead + length, static_cast<uint32_t>(crc));
    at += pixels::kChunkHead + length + pixels::kChunkTail;
  }
}

#endif  // FUZZ_PIXELS_MUTATOR_H_
