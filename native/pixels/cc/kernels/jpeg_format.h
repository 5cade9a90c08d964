#ifndef PIXELS_KERNELS_JPEG_FORMAT_H_
#define PIXELS_KERNELS_JPEG_FORMAT_H_

#include <array>
#include <cstddef>
#include <cstdint>

namespace pixels {

/// Second bytes of markers (ITU-T T.81, table B.1).
enum JpegMarker : uint8_t {
  kSof0 = 0xC0,
  kSof1 = 0xC1,
  kDht = 0xC4,
  kRst0 = 0xD0,
  kSoi = 0xD8,
  kEoi = 0xD9,
  kSos = 0xDA,
  kDqt = 0xDB,
  kDri = 0xDD,
  kApp0 = 0xE0,
  kApp2 = 0xE2,
  kApp14 = 0xEE,
  kCom = 0xFE,
};

/// Coefficients of a block of 8 x 8 samples; the first one is DC.
constexpr uint32_t kBlockSize = 64;
/// Sides in pixels of a minimum coded unit where colours have half the resolution.
constexpr uint32_t kMcuSide = 16;
/// Blocks of such a unit: four of luminance, one of each colour.
constexpr uint32_t kMcuBlocks = 6;
constexpr uint32_t kComponents = 3;

/// Which component a block of a unit belongs to.
inline uint32_t ComponentOf(uint32_t block) { return block < 4 ? 0 : block - 3; }

/// Bits of the largest values that samples of 8 bits can lead to: differences of DC, and AC (sections F.1.2.1, F.1.2.2).
constexpr uint32_t kMostDcBits = 11;
constexpr uint32_t kMostAcBits = 10;
/// Bits of the longest code, and of a block and a unit at most.
constexpr uint32_t kMostCodeBits = 16;
constexpr size_t kMostBlockBits = kMostCodeBits + kMostDcBits + (kBlockSize - 1) * (kMostCodeBits + kMostAcBits);
constexpr size_t kMostUnitBits = kMostBlockBits * kMcuBlocks;
/// What of the values is written.
constexpr int32_t kMostCoefficient = 1023;
constexpr int32_t kLeastDc = -1024;

/// Divisors of the coefficients, in zigzag order as in files.
using QuantTable = std::array<uint8_t, kBlockSize>;

/// Number of codes of each length from 1 to 16, and what they stand for.
struct HuffmanSpec {
  std::array<uint8_t, 16> counts = {};
  std::array<uint8_t, 256> symbols = {};
};

/// The tables of annex K for luminance (0) and colours (1): codes of DC and AC.
const HuffmanSpec& StandardDc(uint32_t kind);
const HuffmanSpec& StandardAc(uint32_t kind);

/// A table of annex K, scaled as the Independent JPEG Group's library does for a quality of 1 to 100.
QuantTable QuantOfQuality(uint32_t kind, uint32_t quality);

}  // namespace pixels

#endif  // PIXELS_KERNELS_JPEG_FORMAT_H_
