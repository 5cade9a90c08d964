#include "deflate.h"

#include <algorithm>
#include <cstring>

#include "zlib.h"

namespace pixels {

namespace {

/// A window of 32 kB, a fast method, and what makes it a multiple of 31 (RFC 1950, section 2.2).
constexpr uint64_t kZlibHead = 0x5E78;
constexpr uint64_t kHeadBits = 16;
constexpr uint64_t kChecksumBits = 32;

}  // namespace

Deflater::Deflater(size_t step, size_t row_size, Growing* out)
    : checksum_(adler32(0, nullptr, 0)),
      buffer_(kWindow + kSegment),
      finder_(step, row_size, buffer_.data(), places_),
      writer_(out) {
  writer_.Begin(kHeadBits);
  writer_.Put(kZlibHead, kHeadBits);
  writer_.End();
}

void Deflater::Add(const uint8_t* data, size_t size) {
  while (size > 0) {
    if (filled_ == buffer_.size()) {
      CompressSegment(false);
      std::memmove(buffer_.data(), buffer_.data() + kSegment, kWindow);
      compressed_ = filled_ = kWindow;
    }
    const size_t part = std::min(size, buffer_.size() - filled_);
    std::memcpy(buffer_.data() + filled_, data, part);
    filled_ += part;
    data += part;
    size -= part;
  }
}

void Deflater::Finish() {
  CompressSegment(true);
  writer_.Begin(kChecksumBits);
  writer_.FillByte();
  // The checksum's highest byte comes first.
  for (uint32_t shift = kChecksumBits; shift > 0; shift -= 8) writer_.Put(checksum_ >> (shift - 8) & 0xFF, 8);
  writer_.End();
}

void Deflater::CompressSegment(bool is_last) {
  const uint8_t* at = buffer_.data() + compressed_;
  const uint8_t* end = buffer_.data() + filled_;
  checksum_ = adler32(checksum_, at, static_cast<uInt>(end - at));
  do {
    const uint8_t* begin = at;
    at = FillBlock(at, end);
    block_.Write(writer_, begin, static_cast<size_t>(at - begin), is_last && at == end);
  } while (at != end);
}

const uint8_t* Deflater::FillBlock(const uint8_t* at, const uint8_t* end) {
  const MatchFinder finder = finder_;
  size_t misses = 0;
  if (at == buffer_.data() && at != end) block_.AddLiteral(*at++);
  while (static_cast<size_t>(end - at) > MatchFinder::kLookahead && block_.HasRoom(kMostStepsAtOnce)) {
    Match match = finder.Find(at, end, kShortestMatch);
    if (match.length == 0) {
      misses++;
      const size_t literals = std::min({1 + misses / kMissesToSkip, kLongestSkip, static_cast<size_t>(end - at)});
      for (const uint8_t* next = at + literals; at != next; at++) block_.AddLiteral(*at);
      continue;
    }
    misses = 0;
    // Each literal here makes the match longer, so that there are fewer of them than `kLazyMatch`.
    while (match.length < kLazyMatch && static_cast<size_t>(end - at) > MatchFinder::kLookahead) {
      const Match next = finder.Find(at + 1, end, kShortestMatch + 1);
      if (next.length <= match.length) break;
      block_.AddLiteral(*at++);
      match = next;
    }
    block_.AddMatch(match.length, match.distance);
    at += match.length;
    // Of the places in a match only the last ones are remembered: each costs as much as comparing does.
    if (static_cast<size_t>(end - at) < MatchFinder::kLookahead) break;
    finder.Remember(at - 2);
    finder.Remember(at - 1);
  }
  if (static_cast<size_t>(end - at) <= MatchFinder::kLookahead) {
    while (at != end && block_.HasRoom(1)) block_.AddLiteral(*at++);
  }
  return at;
}

}  // namespace pixels
