#include "png_chunks.h"

#include <cstring>
#include <stdexcept>

#include "png_decode.h"
#include "zlib.h"

namespace pixels {

namespace {

/// What deflate makes of a byte at most (zlib, Technical Details): a file that promises more is cut or lies.
constexpr uint64_t kMaxExpansion = 1032;

/// Reads IHDR. False: of a kind that is not supported.
bool ReadHeader(const uint8_t* data, PngChunks& chunks) {
  chunks.width = ReadUint32(data);
  chunks.height = ReadUint32(data + 4);
  chunks.bit_depth = data[8];
  chunks.colour = static_cast<PngColour>(data[9]);
  const bool is_small = chunks.bit_depth == 1 || chunks.bit_depth == 2 || chunks.bit_depth == 4;
  const bool may_be_small = chunks.colour == PngColour::kGrey || chunks.colour == PngColour::kPalette;
  const bool is_known = data[9] == 0 || data[9] == 2 || data[9] == 3 || data[9] == 4 || data[9] == 6;
  const bool is_plain = data[10] == 0 && data[11] == 0 && data[12] == 0;
  return is_known && is_plain && (chunks.bit_depth == 8 || (is_small && may_be_small));
}

/// Takes one chunk. False: the last one.
bool TakeChunk(uint32_t type, Span chunk, PngChunks& chunks) {
  if (type == ChunkType("PLTE")) {
    if (chunk.size == 0 || chunk.size % 3 != 0 || chunk.size > 768) FailPng("palette of " + std::to_string(chunk.size) + " bytes");
    chunks.palette = chunk;
  } else if (type == ChunkType("tRNS")) {
    chunks.transparency = chunk;
  } else if (type == ChunkType("IDAT")) {
    chunks.image_data.push_back(chunk);
    chunks.image_data_size += chunk.size;
  } else if (type == ChunkType("IEND")) {
    return false;
  } else if (type == ChunkType("iCCP") || (type & 0x20000000) == 0) {
    // Colours that must be converted, or a critical chunk that we do not know.
    chunks.is_supported = false;
    return false;
  }
  return true;
}

PngChunks ReadChunks(const uint8_t* file, size_t size) {
  PngChunks chunks;
  size_t at = sizeof(kPngSignature);
  for (bool is_first = true;; is_first = false) {
    if (size - at < kChunkHead + kChunkTail) FailPng("cut at byte " + std::to_string(size));
    const size_t length = ReadUint32(file + at);
    if (length > size - at - kChunkHead - kChunkTail) FailPng("cut at byte " + std::to_string(size));
    const uint32_t type = ReadUint32(file + at + 4);
    const uint8_t* data = file + at + kChunkHead;
    const uLong crc = crc32(crc32(0, nullptr, 0), file + at + 4, static_cast<uInt>(length + 4));
    if (ReadUint32(data + length) != crc) FailPng("wrong checksum at byte " + std::to_string(at));
    at += kChunkHead + length + kChunkTail;
    if (is_first) {
      if (type != ChunkType("IHDR") || length != kHeaderSize) FailPng("no header");
      chunks.is_supported = ReadHeader(data, chunks);
    } else if (!TakeChunk(type, {data, length}, chunks)) {
      return chunks;
    }
    if (!chunks.is_supported) return chunks;
  }
}

void CheckSize(const PngChunks& chunks, uint64_t max_pixels) {
  const std::string size = std::to_string(chunks.width) + " x " + std::to_string(chunks.height) + " pixels";
  if (chunks.width == 0 || chunks.height == 0) FailPng(size);
  if (chunks.width > kMaxSide || chunks.height > kMaxSide) {
    throw std::runtime_error("PNG of " + size + ": a side is longer than " + std::to_string(kMaxSide));
  }
  const uint64_t limit = max_pixels < kMaxPixels ? max_pixels : kMaxPixels;
  if (uint64_t{chunks.width} * chunks.height > limit) {
    throw std::runtime_error("PNG of " + size + ": more than " + std::to_string(limit));
  }
  if ((chunks.RowSize() + 1) * chunks.height > chunks.image_data_size * kMaxExpansion) FailPng("too little image data");
}

void CheckTransparency(const PngChunks& chunks) {
  const Span& transparency = chunks.transparency;
  if (chunks.colour == PngColour::kPalette) {
    if (chunks.palette.data == nullptr) FailPng("no palette");
    if (transparency.size > chunks.palette.size / 3) FailPng("more alpha values than colours");
  } else if (transparency.data != nullptr) {
    const size_t wanted = chunks.colour == PngColour::kGrey ? 2 : 6;
    const bool is_allowed = chunks.colour == PngColour::kGrey || chunks.colour == PngColour::kRgb;
    if (!is_allowed || transparency.size != wanted) FailPng("transparency does not fit the colour type");
  }
}

}  // namespace

void FailPng(const std::string& what) { throw std::runtime_error("damaged PNG: " + what); }

bool ReadPngChunks(const uint8_t* file, size_t size, uint64_t max_pixels, PngChunks& chunks) {
  if (size < sizeof(kPngSignature) || std::memcmp(file, kPngSignature, sizeof(kPngSignature)) != 0) return false;
  chunks = ReadChunks(file, size);
  if (!chunks.is_supported) return false;
  CheckTransparency(chunks);
  CheckSize(chunks, max_pixels);
  return true;
}

}  // namespace pixels
