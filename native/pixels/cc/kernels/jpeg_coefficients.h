#ifndef PIXELS_KERNELS_JPEG_COEFFICIENTS_H_
#define PIXELS_KERNELS_JPEG_COEFFICIENTS_H_

#include <algorithm>
#include <vector>

#include "jpeg_codes.h"
#include "jpeg_frame.h"

namespace pixels {

/// An AC coefficient that is not 0.
struct JpegCoefficient {
  int16_t value;
  /// 1 to 63, in zigzag order.
  uint8_t place;
};

/// The coefficients of a row of units, one block after another.
class JpegRow {
 public:
  explicit JpegRow(uint32_t units)
      : dc_(size_t{units} * kMcuBlocks), ends_(dc_.size() + 1), coefficients_(dc_.size() * (kBlockSize - 1)) {}

  int32_t Dc(size_t block) const { return dc_[block]; }
  const JpegCoefficient* Begin(size_t block) const { return coefficients_.data() + ends_[block]; }
  const JpegCoefficient* End(size_t block) const { return coefficients_.data() + ends_[block + 1]; }

  /// Where the coefficients of a block go; those before it are written.
  JpegCoefficient* Place(size_t block) { return coefficients_.data() + ends_[block]; }
  void Finish(size_t block, int32_t dc, const JpegCoefficient* end) {
    dc_[block] = static_cast<int16_t>(dc);
    ends_[block + 1] = static_cast<uint32_t>(end - coefficients_.data());
  }

 private:
  std::vector<int16_t> dc_;
  /// Of the coefficients of the block before.
  std::vector<uint32_t> ends_;
  std::vector<JpegCoefficient> coefficients_;
};

/// Gives coefficients other divisors.
class JpegRescale {
 public:
  JpegRescale(const QuantTable& from, const QuantTable& to);

  /// The nearest value, half of a step away from 0; may be 0. At least `least`, at most `kMostCoefficient`.
  int32_t Apply(int32_t value, uint32_t place, int32_t least) const {
    return std::clamp(Scaled(value, place), least, kMostCoefficient);
  }

 private:
  int32_t Scaled(int32_t value, uint32_t place) const {
    if (is_same_) return value;
    const Step& step = steps_[place];
    const auto size = static_cast<uint64_t>(SizeOf(value));
    const auto scaled = static_cast<int32_t>((size * step.factor + step.half) >> 32);
    const int32_t sign = value >> 31;
    return (scaled ^ sign) - sign;
  }

  /// In 32 bits behind the point; the inverse of the divisor is rounded up, which is exact for products below 2^20.
  struct Step {
    uint64_t factor;
    uint64_t half;
  };

  bool is_same_;
  Step steps_[kBlockSize];
};

/// Reads the coefficients of a file row by row.
class JpegCoefficientReader {
 public:
  /// `quants`: what they are divided by when they are read, for luminance (0) and each colour.
  JpegCoefficientReader(const uint8_t* file, size_t size, const JpegFrame& frame, const QuantTable (&quants)[kComponents]);

  uint32_t Columns() const { return columns_; }
  uint32_t Rows() const { return (frame_.height + kMcuSide - 1) / kMcuSide; }

  /// The next row; `row` is of `Columns()` units. False: damaged.
  bool Read(JpegRow& row);
  /// After the last row. False: something else follows.
  bool IsComplete() { return scan_.PassMarker(in_, kEoi); }

 private:
  struct Codes {
    JpegDecodeTable dc;
    JpegDecodeTable ac;
  };

  bool ReadBlock(uint32_t component, size_t block, JpegRow& row);
  bool Restart();

  const JpegFrame& frame_;
  uint32_t columns_;
  JpegScan scan_;
  JpegBits in_;
  bool has_codes_ = true;
  /// For each component.
  std::vector<Codes> codes_;
  std::vector<JpegRescale> rescales_;
  int32_t dc_[kComponents] = {};
  uint32_t until_restart_;
  uint8_t restarts_ = 0;
};

}  // namespace pixels

#endif  // PIXELS_KERNELS_JPEG_COEFFICIENTS_H_
