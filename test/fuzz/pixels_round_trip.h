// What `Deflater` writes is what zlib reads.
#ifndef FUZZ_PIXELS_ROUND_TRIP_H_
#define FUZZ_PIXELS_ROUND_TRIP_H_

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <vector>

#include "deflate.h"
#include "zlib.h"

/// Where nothing can be saved, bytes are stored: in blocks of about 16384, one more for each 131072, with 5 bytes before each.
inline size_t LargestStream(size_t size) { return size + 5 * (size / 16000 + size / 131072 + 1) + 8; }

/// Gives `data` to a `Deflater` in rows, inflates the result, and aborts unless it is the same. Memory is of exactly the
/// size everywhere, so that a step beyond is seen.
inline size_t CheckRoundTrip(const std::vector<uint8_t>& data, size_t step, size_t row_size) {
  pixels::Growing out(1);
  pixels::Deflater deflater(step, row_size, &out);
  for (size_t at = 0; at < data.size(); at += row_size) {
    const size_t size = std::min(row_size, data.size() - at);
    const std::vector<uint8_t> row(data.begin() + static_cast<ptrdiff_t>(at), data.begin() + static_cast<ptrdiff_t>(at + size));
    deflater.Add(row.data(), size);
  }
  deflater.Finish();
  const pixels::Bytes stream = out.Take();
  if (stream.size() > LargestStream(data.size())) std::abort();
  std::vector<uint8_t> inflated(data.size() + 1);
  uLongf size = static_cast<uLongf>(inflated.size());
  uLong used = static_cast<uLong>(stream.size());
  if (uncompress2(inflated.data(), &size, stream.data(), &used) != Z_OK) std::abort();
  if (used != stream.size() || size != data.size()) std::abort();
  if (!data.empty() && std::memcmp(inflated.data(), data.data(), data.size()) != 0) std::abort();
  return stream.size();
}

#endif  // FUZZ_PIXELS_ROUND_TRIP_H_
