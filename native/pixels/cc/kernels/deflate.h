#ifndef PIXELS_KERNELS_DEFLATE_H_
#define PIXELS_KERNELS_DEFLATE_H_

#include <memory>

#include "bit_writer.h"
#include "compressor.h"
#include "deflate_block.h"
#include "match_finder.h"

namespace pixels {

/// Compresses rows of pictures (RFC 1951), fast rather than well: for each place it looks at three others only, which in
/// pictures are the likely ones. These are the pixel before, the pixel above, and the last place with the same bytes.
class Deflater : public Compressor {
 public:
  /// `step`: bytes from a pixel to the next one, 1 where it is not known; `row_size`: bytes from a row to the next one.
  Deflater(size_t step, size_t row_size, Growing* out);

  void Add(const uint8_t* data, size_t size) override;
  void Finish() override;

 private:
  /// Bytes that are compressed together. Places are numbers of 16 bits, which stay the same when so many bytes go.
  static constexpr size_t kSegment = 131072;
  static_assert(kSegment % 65536 == 0, "places keep their numbers");

  /// A match that is as long is taken without asking whether the next byte begins a longer one.
  static constexpr uint32_t kLazyMatch = 32;
  /// Aerial pictures have no matches: after so many bytes without one, one byte more is not looked at, up to the second
  /// number. Measured: noise takes a third less time; maps do not change.
  static constexpr size_t kMissesToSkip = 32;
  static constexpr size_t kLongestSkip = 16;
  /// What may be added to a block at once, by skipping or before a match.
  static constexpr size_t kMostStepsAtOnce = 32;
  static_assert(kMostStepsAtOnce >= kLazyMatch && kMostStepsAtOnce >= kLongestSkip, "there is room for all of them");

  void CompressSegment(bool is_last);
  const uint8_t* FillBlock(const uint8_t* at, const uint8_t* end);

  unsigned long checksum_;
  /// The last bytes that are compressed, up to `kWindow`, and those that are not yet.
  Bytes buffer_;
  size_t compressed_ = 0;
  size_t filled_ = 0;
  PlaceTable places_;
  MatchFinder finder_;
  DeflateBlock block_;
  BitWriter writer_;
};

}  // namespace pixels

#endif  // PIXELS_KERNELS_DEFLATE_H_
