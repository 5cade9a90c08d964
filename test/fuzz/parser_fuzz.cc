// Fuzz target of the record parser and the name-value pairs.
//
// The first byte of the input chooses how the rest is cut into chunks. Properties: any cutting gives the same events and
// the same verdict as one piece; the parser never holds more than has come (doubling allowed) nor more than a record.

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <string_view>
#include <vector>

#include "pairs.h"
#include "parser.h"
#include "recorder.h"

namespace {

void Require(bool holds, const char* property) {
  if (holds) return;
  std::fprintf(stderr, "property does not hold: %s\n", property);
  std::abort();
}

struct Outcome {
  Recorder recorder;
  bool well = true;
  bool boundary = true;
  std::string error;
};

/// Bytes that a buffer growing by doubling may take for a content of this size.
constexpr size_t kGrowth = 2;

template <class NextChunk>
void Run(const uint8_t* data, size_t size, NextChunk next, Outcome* outcome) {
  fastcgi::RecordParser parser;
  size_t offset = 0;
  while (offset < size && outcome->well) {
    size_t chunk = std::min(std::max<size_t>(next(), 1), size - offset);
    // A copy of its own lets the address sanitizer see a read past the chunk.
    std::vector<uint8_t> bytes(data + offset, data + offset + chunk);
    outcome->well = parser.Push(bytes.data(), bytes.size(), &outcome->recorder);
    offset += chunk;
    Require(parser.HeldBytes() <= kGrowth * std::min(offset, fastcgi::kMaxContentBytes), "memory is bounded");
  }
  outcome->boundary = parser.AtBoundary();
  outcome->error = parser.error() == nullptr ? "" : parser.error();
}

void CheckChunking(const uint8_t* data, size_t size, uint8_t seed) {
  Outcome whole;
  Outcome bytewise;
  Outcome mixed;
  Run(data, size, [size] { return size; }, &whole);
  Run(data, size, [] { return size_t{1}; }, &bytewise);
  uint32_t state = seed + 1u;
  Run(
      data, size,
      [&state] {
        state = state * 1664525u + 1013904223u;
        return size_t{state >> 27};
      },
      &mixed);
  for (const Outcome* other : {&bytewise, &mixed}) {
    Require(other->recorder.text() == whole.recorder.text(), "chunks do not change the events");
    Require(other->well == whole.well && other->error == whole.error, "chunks do not change the verdict");
    Require(!whole.well || other->boundary == whole.boundary, "chunks do not change the end");
  }
}

void CheckPairs(const uint8_t* data, size_t size) {
  std::vector<uint8_t> bytes(data, data + size);
  fastcgi::PairSummary summary = fastcgi::SummarizePairs(bytes.data(), bytes.size());
  fastcgi::PairReader reader(bytes.data(), bytes.size());
  std::string_view name;
  std::string_view value;
  uint64_t count = 0;
  bool ascii = true;
  size_t total = 0;
  while (reader.Next(&name, &value)) {
    ++count;
    total += name.size() + value.size();
    for (char byte : name) ascii = ascii && static_cast<unsigned char>(byte) < 0x80;
    for (char byte : value) ascii = ascii && static_cast<unsigned char>(byte) < 0x80;
  }
  Require(count == summary.count && reader.malformed() == summary.malformed && ascii == summary.ascii,
          "the summary tells what the pairs are");
  Require(total <= size, "the pairs lie within the stream");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  CheckChunking(data + 1, size - 1, data[0]);
  CheckPairs(data + 1, size - 1);
  return 0;
}
