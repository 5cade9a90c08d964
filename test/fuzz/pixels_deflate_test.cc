// Deflates bytes of all kinds and of the sizes at which something changes; the sanitizers watch.
#include <cstdio>
#include <random>

#include "pixels_round_trip.h"

namespace {

std::mt19937 generator(1);

uint32_t Any(uint32_t below) { return static_cast<uint32_t>(generator() % below); }

std::vector<uint8_t> Run(size_t size) { return std::vector<uint8_t>(size, 7); }

std::vector<uint8_t> Noise(size_t size) {
  std::vector<uint8_t> data(size);
  for (uint8_t& byte : data) byte = static_cast<uint8_t>(Any(256));
  return data;
}

/// Codes of these numbers would be longer than 15 bits: each is twice as frequent as the next one.
std::vector<uint8_t> Skewed(size_t size) {
  std::vector<uint8_t> data(size);
  for (uint8_t& byte : data) {
    for (byte = 0; byte < 40 && Any(2) == 0;) byte++;
  }
  return data;
}

/// Flat areas with edges, as in maps.
std::vector<uint8_t> Areas(size_t size) {
  std::vector<uint8_t> data(size);
  for (size_t i = 0; i < size;) {
    const auto colour = static_cast<uint8_t>(Any(30));
    const size_t end = std::min(size, i + 1 + Any(Any(4) == 0 ? 700 : 6));
    for (; i < end; i++) data[i] = colour;
  }
  return data;
}

/// Noise that comes again after so many bytes, so that matches are as far as they may be, or a little farther.
std::vector<uint8_t> Repeated(size_t size, size_t distance) {
  std::vector<uint8_t> data = Noise(size);
  for (size_t i = distance; i < size; i++) data[i] = data[i - distance];
  return data;
}

}  // namespace

int main() {
  std::vector<size_t> sizes;
  for (size_t size = 0; size < 40; size++) sizes.push_back(size);
  // A match's greatest length, a block's steps, the window, a stored block, a segment, and both.
  for (const size_t limit : {258, 16384, 32768, 65535, 131072, 163840, 294912}) {
    for (size_t size = limit - 9; size <= limit + 9; size++) sizes.push_back(size);
  }
  size_t runs = 0;
  for (const size_t size : sizes) {
    for (const auto make : {Run, Noise, Skewed, Areas}) {
      const std::vector<uint8_t> data = make(size);
      const size_t step = 1 + Any(4);
      CheckRoundTrip(data, step, 1 + Any(2000));
      runs++;
    }
  }
  for (const size_t distance : {1, 2, 3, 4, 257, 258, 259, 32767, 32768, 32769}) {
    for (const size_t row_size : {size_t{1}, distance, size_t{40000}, size_t{400000}}) {
      CheckRoundTrip(Repeated(300000, distance), 1 + Any(4), row_size);
      runs++;
    }
  }
  // A stream that saves nothing is barely larger, one that repeats is small.
  if (CheckRoundTrip(Noise(1000000), 1, 1000) > 1000400 || CheckRoundTrip(Run(1000000), 1, 1000) > 2000) std::abort();
  if (CheckRoundTrip(Repeated(300000, 32768), 1, 32768) > 35000) std::abort();
  std::printf("deflate: %zu runs\n", runs);
}
