#include "deflate_codes.h"

#include <algorithm>
#include <cstring>

namespace pixels {

namespace {

constexpr uint32_t kLengthLimit = 7;
/// Rare symbols of the code lengths are likelier at the end of this order, where they can be left out.
constexpr uint8_t kOrder[] = {16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15};
constexpr size_t kLeastTold = 4;

/// Symbols that repeat a code length: the last one 3 to 6 times, or 0 3 to 10 and 11 to 138 times.
constexpr uint32_t kRepeatLast = 16;
constexpr uint32_t kRepeatZero = 17;
constexpr uint32_t kRepeatZeroOften = 18;

constexpr uint32_t RepeatBits(uint32_t symbol) {
  return symbol == kRepeatLast ? 2 : symbol == kRepeatZero ? 3 : symbol == kRepeatZeroOften ? 7 : 0;
}

size_t WithoutZeros(const uint8_t* lengths, size_t count, size_t least) {
  while (count > least && lengths[count - 1] == 0) count--;
  return count;
}

}  // namespace

FixedCodes::FixedCodes() {
  for (size_t i = 0; i < kMostSymbols; i++) symbol_lengths[i] = i < 144 ? 8 : i < 256 ? 9 : i < 280 ? 7 : 8;
  std::memset(distance_lengths, 5, kDistanceSymbols);
}

DynamicCodes::DynamicCodes(const SymbolCounts& counts) {
  CodeLengths(counts.symbols, kSymbols, kMostBits, symbol_lengths);
  CodeLengths(counts.distances, kDistanceSymbols, kMostBits, distance_lengths);
  symbol_count_ = WithoutZeros(symbol_lengths, kSymbols, kFirstLength);
  distance_count_ = WithoutZeros(distance_lengths, kDistanceSymbols, 1);
  uint8_t joined[kSymbols + kDistanceSymbols];
  std::memcpy(joined, symbol_lengths, symbol_count_);
  std::memcpy(joined + symbol_count_, distance_lengths, distance_count_);
  Tell(joined, symbol_count_ + distance_count_);
  CodeLengths(told_symbols_, kLengthSymbols, kLengthLimit, told_lengths_);
  while (told_length_count_ > kLeastTold && told_lengths_[kOrder[told_length_count_ - 1]] == 0) told_length_count_--;
}

void DynamicCodes::Tell(const uint8_t* lengths, size_t count) {
  for (size_t i = 0; i < count;) {
    const uint8_t length = lengths[i];
    size_t run = 1;
    while (i + run < count && lengths[i + run] == length) run++;
    i += run;
    if (length != 0) {
      Tell(length);
      run--;
    }
    while (run >= 3) {
      const size_t repeated = std::min<size_t>(run, length != 0 ? 6 : 138);
      if (length != 0) {
        Tell(kRepeatLast, repeated - 3);
      } else if (repeated < 11) {
        Tell(kRepeatZero, repeated - 3);
      } else {
        Tell(kRepeatZeroOften, repeated - 11);
      }
      run -= repeated;
    }
    for (; run > 0; run--) Tell(length);
  }
}

void DynamicCodes::Tell(uint32_t symbol, size_t repeated) {
  told_[told_count_++] = static_cast<uint16_t>(symbol | repeated << kRepeatedAt);
  told_symbols_[symbol]++;
}

uint64_t DynamicCodes::Bits() const {
  uint64_t bits = 5 + 5 + 4 + 3 * told_length_count_;
  for (uint32_t symbol = 0; symbol < kLengthSymbols; symbol++) {
    bits += uint64_t{told_symbols_[symbol]} * (told_lengths_[symbol] + RepeatBits(symbol));
  }
  return bits;
}

void DynamicCodes::Write(BitWriter& to) const {
  to.Put(symbol_count_ - kFirstLength, 5);
  to.Put(distance_count_ - 1, 5);
  to.Put(told_length_count_ - kLeastTold, 4);
  to.Flush();
  for (size_t i = 0; i < told_length_count_; i++) {
    to.Put(told_lengths_[kOrder[i]], 3);
    to.Flush();
  }
  uint16_t codes[kLengthSymbols];
  CodesOf(told_lengths_, kLengthSymbols, codes);
  for (size_t i = 0; i < told_count_; i++) {
    const uint32_t symbol = told_[i] & ((1U << kRepeatedAt) - 1);
    to.Put(codes[symbol], told_lengths_[symbol]);
    to.Put(told_[i] >> kRepeatedAt, RepeatBits(symbol));
    to.Flush();
  }
}

}  // namespace pixels
