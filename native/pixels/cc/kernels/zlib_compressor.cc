#include "zlib_compressor.h"

#include <algorithm>
#include <stdexcept>

namespace pixels {

namespace {

constexpr int kWindowBits = 15;
constexpr int kMemoryLevel = 8;
/// What zlib is given, and what it may write, at a time.
constexpr size_t kPart = 65536;

}  // namespace

ZlibCompressor::ZlibCompressor(int level, Growing* out) : out_(out) {
  if (deflateInit2(&stream_, level, Z_DEFLATED, kWindowBits, kMemoryLevel, Z_DEFAULT_STRATEGY) != Z_OK) {
    throw std::runtime_error("zlib could not start");
  }
}

ZlibCompressor::~ZlibCompressor() { deflateEnd(&stream_); }

void ZlibCompressor::Add(const uint8_t* data, size_t size) {
  while (size > 0) {
    const size_t part = std::min(size, kPart);
    stream_.next_in = const_cast<Bytef*>(data);
    stream_.avail_in = static_cast<uInt>(part);
    while (stream_.avail_in > 0) {
      if (Run(Z_NO_FLUSH) != Z_OK) throw std::runtime_error("zlib could not compress");
    }
    data += part;
    size -= part;
  }
}

void ZlibCompressor::Finish() {
  int result = Z_OK;
  while (result == Z_OK) result = Run(Z_FINISH);
  if (result != Z_STREAM_END) throw std::runtime_error("zlib could not compress");
}

int ZlibCompressor::Run(int flush) {
  stream_.next_out = out_->Room(kPart);
  stream_.avail_out = kPart;
  const int result = deflate(&stream_, flush);
  out_->Use(kPart - stream_.avail_out);
  return result;
}

}  // namespace pixels
