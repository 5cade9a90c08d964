#ifndef PIXELS_KERNELS_MATCH_FINDER_H_
#define PIXELS_KERNELS_MATCH_FINDER_H_

#include <algorithm>
#include <memory>

#include "deflate_format.h"
#include "words.h"

namespace pixels {

struct Match {
  uint32_t length;
  uint32_t distance;
};

/// For each hash of some bytes, the last place that has them. Places may be out of date or another hash's: bytes are
/// compared, so that no result depends on it.
class PlaceTable {
 public:
  static constexpr uint32_t kBits = 14;

  PlaceTable() : places_(new uint16_t[size_t{1} << kBits]()) {}

  uint16_t* data() const { return places_.get(); }

 private:
  std::unique_ptr<uint16_t[]> places_;
};

/// Finds bytes that stood there before, fast rather than well: it looks at three places only, which in pictures are the
/// likely ones. These are the pixel before, the pixel above, and the last place with the same hash. Holds no memory, so
/// that a copy of it can stay in registers.
class MatchFinder {
 public:
  /// What may be read from where a match is asked for.
  static constexpr size_t kLookahead = 8;

  /// `step`: bytes from a pixel to the next one, 1 where that is not known; `row_size`: bytes from a row to the next one.
  MatchFinder(size_t step, size_t row_size, const uint8_t* begin, const PlaceTable& places)
      : begin_(begin),
        places_(places.data()),
        step_(static_cast<uint32_t>(step)),
        row_size_(static_cast<uint32_t>(row_size <= kWindow ? row_size : step)),
        hash_shift_(64 - 8 * (step == 3 ? kHashedBytesRgb : kHashedBytes)) {}

  /// The longest match at a place, of at least `shortest` bytes (3 or 4), else one of length 0. `at` is behind `begin`, and
  /// at least `kLookahead` bytes before `end`. A farther match must be longer by two, as it takes more bits; one of three
  /// bytes pays only where it is near.
  Match Find(const uint8_t* at, const uint8_t* end, uint32_t shortest) const {
    const uint32_t limit = static_cast<uint32_t>(std::min<size_t>(kLongestMatch, static_cast<size_t>(end - at)));
    const auto reach = static_cast<uint32_t>(std::min<size_t>(kWindow, static_cast<size_t>(at - begin_)));
    const uint32_t hash = Hash(at);
    const uint32_t seen = static_cast<uint16_t>(Place(at) - places_[hash]);
    places_[hash] = Place(at);
    const uint32_t before = step_ <= reach ? step_ : 1;
    const uint32_t above = row_size_ <= reach ? row_size_ : 1;
    const uint32_t bytes = LoadBytes4(at);
    const uint32_t from_before = LoadBytes4(at - before) ^ bytes;
    const uint32_t from_above = LoadBytes4(at - above) ^ bytes;
    Match best = {0, 0};
    if (from_before == 0) best = {EqualBytes(at, at - before, limit), before};
    if (from_above == 0) {
      const uint32_t length = EqualBytes(at, at - above, limit);
      if (length > best.length + 1) best = {length, above};
    }
    if (best.length < kGoodMatch && seen - 1 < reach && LoadBytes4(at - seen) == bytes) {
      const uint32_t length = EqualBytes(at, at - seen, limit);
      if (length > best.length + 1) best = {length, seen};
    }
    if (best.length == 0 && shortest == kShortestMatch) {
      if (AreThreeEqual(from_before)) return {kShortestMatch, before};
      if (AreThreeEqual(from_above)) return {kShortestMatch, above};
    }
    return best;
  }

  /// Makes a place known that no match was asked for at.
  void Remember(const uint8_t* at) const { places_[Hash(at)] = Place(at); }

 private:
  /// A match that is as long is not compared with that of the hash.
  static constexpr uint32_t kGoodMatch = 32;
  /// RGB is told apart by two pixels, as one matches too often where little follows; all else by four bytes, which is one
  /// pixel of RGBA. Measured: the other way round makes files 2 to 7 % larger.
  static constexpr uint32_t kHashedBytes = 4;
  static constexpr uint32_t kHashedBytesRgb = 6;
  static constexpr uint64_t kHashFactor = 0x9E3779B97F4A7C15;

  /// The first four are equal.
  static uint32_t EqualBytes(const uint8_t* one, const uint8_t* other, uint32_t limit) {
    uint32_t length = 4;
    while (length + 8 <= limit) {
      const uint64_t difference = LoadUint64(one + length) ^ LoadUint64(other + length);
      if (difference != 0) return length + ZeroBytes(difference);
      length += 8;
    }
    while (length < limit && one[length] == other[length]) length++;
    return length;
  }

  /// Of four bytes, the first three; `difference` as it lies in memory.
  static bool AreThreeEqual(uint32_t difference) {
    uint8_t bytes[4];
    std::memcpy(bytes, &difference, sizeof(bytes));
    return (bytes[0] | bytes[1] | bytes[2]) == 0;
  }

  uint32_t Hash(const uint8_t* at) const {
    return static_cast<uint32_t>((LoadUint64(at) << hash_shift_) * kHashFactor >> (64 - PlaceTable::kBits));
  }

  uint16_t Place(const uint8_t* at) const { return static_cast<uint16_t>(at - begin_); }

  const uint8_t* begin_;
  uint16_t* places_;
  uint32_t step_;
  uint32_t row_size_;
  uint32_t hash_shift_;
};

}  // namespace pixels

#endif  // PIXELS_KERNELS_MATCH_FINDER_H_
