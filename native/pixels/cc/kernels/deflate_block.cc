#include "deflate_block.h"

#include <algorithm>
#include <cstring>

namespace pixels {

namespace {

/// Whether it is the last block, and its form.
constexpr uint64_t kHeadBits = 3;
/// Length and its complement, of 16 bits each, and what fills the byte before them.
constexpr uint64_t kStoredHeadBits = kHeadBits + 7 + 32;

uint64_t StoredBits(size_t size) { return size * 8 + (size / kLargestStored + 1) * kStoredHeadBits; }

/// What literals and matches take.
uint64_t StepBits(const SymbolCounts& counts, const uint8_t* symbol_lengths, const uint8_t* distance_lengths) {
  uint64_t bits = 0;
  for (size_t i = 0; i < kSymbols; i++) {
    const uint32_t extra = i < kFirstLength ? 0 : kRanges.length_bits[i - kFirstLength];
    bits += uint64_t{counts.symbols[i]} * (symbol_lengths[i] + extra);
  }
  for (size_t i = 0; i < kDistanceSymbols; i++) {
    bits += uint64_t{counts.distances[i]} * (distance_lengths[i] + uint32_t{kRanges.distance_bits[i]});
  }
  return bits;
}

void PutHead(BitWriter& to, BlockForm form, bool is_last) {
  to.Put(static_cast<uint32_t>(is_last) | static_cast<uint32_t>(form) << 1, kHeadBits);
  to.Flush();
}

/// Bits and their number, of a symbol or with more behind it.
struct Code {
  uint32_t bits;
  uint32_t count;
};

}  // namespace

DeflateBlock::DeflateBlock() : steps_(new uint32_t[kMostSteps]), end_(steps_.get()) {}

void DeflateBlock::Write(BitWriter& to, const uint8_t* data, size_t size, bool is_last) {
  const SymbolCounts counts = Counts();
  const FixedCodes fixed;
  const DynamicCodes dynamic(counts);
  const uint64_t fixed_bits = kHeadBits + StepBits(counts, fixed.symbol_lengths, fixed.distance_lengths);
  const uint64_t dynamic_bits =
      kHeadBits + dynamic.Bits() + StepBits(counts, dynamic.symbol_lengths, dynamic.distance_lengths);
  const uint64_t stored_bits = StoredBits(size);
  to.Begin(std::min({stored_bits, fixed_bits, dynamic_bits}));
  if (stored_bits < std::min(fixed_bits, dynamic_bits)) {
    WriteStored(to, data, size, is_last);
  } else if (fixed_bits <= dynamic_bits) {
    PutHead(to, BlockForm::kFixed, is_last);
    WriteSteps(to, fixed.symbol_lengths, fixed.distance_lengths);
  } else {
    PutHead(to, BlockForm::kDynamic, is_last);
    dynamic.Write(to);
    WriteSteps(to, dynamic.symbol_lengths, dynamic.distance_lengths);
  }
  to.End();
  end_ = steps_.get();
  std::fill_n(counts_, kStepKinds, 0);
  std::fill_n(distances_, kDistanceSymbols, 0);
}

SymbolCounts DeflateBlock::Counts() const {
  SymbolCounts counts;
  std::copy_n(counts_, kLiterals, counts.symbols);
  counts.symbols[kEndOfBlock] = 1;
  for (size_t i = 0; i < DeflateRanges::kLengths; i++) {
    counts.symbols[kFirstLength + kRanges.length_symbols[i]] += counts_[kIsMatch + i];
  }
  std::copy_n(distances_, kDistanceSymbols, counts.distances);
  return counts;
}

void DeflateBlock::WriteStored(BitWriter& to, const uint8_t* data, size_t size, bool is_last) const {
  do {
    const size_t part = std::min(size, kLargestStored);
    PutHead(to, BlockForm::kStored, is_last && part == size);
    to.FillByte();
    to.Put(part | (~part & 0xFFFF) << 16, 32);
    to.PutBytes(data, part);
    data += part;
    size -= part;
  } while (size > 0);
}

void DeflateBlock::WriteSteps(BitWriter& to, const uint8_t* symbol_lengths, const uint8_t* distance_lengths) const {
  uint16_t symbol_codes[kMostSymbols];
  CodesOf(symbol_lengths, kMostSymbols, symbol_codes);
  uint16_t distance_codes[kDistanceSymbols];
  CodesOf(distance_lengths, kDistanceSymbols, distance_codes);
  Code codes[kStepKinds];
  for (size_t i = 0; i < kLiterals; i++) codes[i] = {symbol_codes[i], symbol_lengths[i]};
  for (uint32_t i = 0; i < DeflateRanges::kLengths; i++) {
    const uint32_t symbol = kRanges.length_symbols[i];
    const uint32_t count = symbol_lengths[kFirstLength + symbol];
    codes[kIsMatch + i] = {symbol_codes[kFirstLength + symbol] | (i - kRanges.length_starts[symbol]) << count,
                           count + kRanges.length_bits[symbol]};
  }
  Code distances[kDistanceSymbols + 1] = {};
  uint32_t extras[kDistanceSymbols + 1] = {};
  for (size_t i = 0; i < kDistanceSymbols; i++) {
    distances[i] = {distance_codes[i], distance_lengths[i]};
    extras[i] = kRanges.distance_bits[i];
  }
  BitWriter local = to;
  for (const uint32_t* step = steps_.get(); step != end_; step++) {
    const Code code = codes[*step & (kStepKinds - 1)];
    const uint32_t symbol = *step >> kDistanceAt & 31;
    const Code distance = distances[symbol];
    local.Put(code.bits, code.count);
    local.Put(distance.bits | uint64_t{*step >> kExtraAt} << distance.count, distance.count + extras[symbol]);
    local.Flush();
  }
  local.Put(symbol_codes[kEndOfBlock], symbol_lengths[kEndOfBlock]);
  local.Flush();
  to = local;
}

}  // namespace pixels
