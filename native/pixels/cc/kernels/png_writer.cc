#include "png_writer.h"

#include <cstring>
#include <stdexcept>

namespace pixels {

namespace {

/// A header, a full palette and their frames fit without growing.
constexpr size_t kRoom = 2048;
constexpr int kWindowBits = 15;
constexpr int kMemoryLevel = 8;

}  // namespace

PngWriter::PngWriter(const PngHeader& header, size_t row_size, int level)
    : file_(kRoom), row_size_(row_size), height_(header.height) {
  if (deflateInit2(&stream_, level, Z_DEFLATED, kWindowBits, kMemoryLevel, Z_DEFAULT_STRATEGY) != Z_OK) {
    throw std::runtime_error("zlib could not start");
  }
  std::memcpy(Reserve(sizeof(kPngSignature)), kPngSignature, sizeof(kPngSignature));
  uint8_t data[kHeaderSize] = {};
  WriteUint32(data, header.width);
  WriteUint32(data + 4, header.height);
  data[8] = header.bit_depth;
  data[9] = static_cast<uint8_t>(header.colour);
  AddChunk(ChunkType("IHDR"), data, sizeof(data));
}

PngWriter::~PngWriter() { deflateEnd(&stream_); }

uint8_t* PngWriter::Reserve(size_t size) {
  if (used_ + size > file_.size()) file_.Resize(used_ + size);
  uint8_t* place = file_.data() + used_;
  used_ += size;
  return place;
}

void PngWriter::AddChunk(uint32_t type, const uint8_t* data, size_t size) {
  const size_t begin = used_;
  uint8_t* head = Reserve(kChunkHead + size);
  WriteUint32(head + 4, type);
  if (size > 0) std::memcpy(head + kChunkHead, data, size);
  CloseChunk(begin);
}

/// Writes length and CRC of the chunk that begins there and ends here.
void PngWriter::CloseChunk(size_t begin) {
  const size_t size = used_ - begin - kChunkHead;
  if (size > 0x7FFFFFFF) throw std::runtime_error("the picture is too large for one chunk of PNG");
  WriteUint32(file_.data() + begin, static_cast<uint32_t>(size));
  uint8_t* tail = Reserve(kChunkTail);
  const uLong crc = crc32(crc32(0, nullptr, 0), file_.data() + begin + 4, static_cast<uInt>(size + 4));
  WriteUint32(tail, static_cast<uint32_t>(crc));
}

void PngWriter::BeginRows() {
  image_data_ = used_;
  WriteUint32(Reserve(kChunkHead) + 4, ChunkType("IDAT"));
  // All of the image data fits, so that nothing grows on the way; what is not used is never touched.
  const size_t bound = deflateBound(&stream_, static_cast<uLong>((row_size_ + 1) * height_));
  file_.Resize(used_ + bound + 3 * (kChunkHead + kChunkTail));
}

void PngWriter::AddRow(const uint8_t* row) {
  stream_.next_in = const_cast<Bytef*>(row);
  stream_.avail_in = static_cast<uInt>(row_size_ + 1);
  stream_.next_out = file_.data() + used_;
  const size_t room = file_.size() - used_;
  stream_.avail_out = static_cast<uInt>(room < 0x7FFFFFFF ? room : 0x7FFFFFFF);
  if (deflate(&stream_, Z_NO_FLUSH) != Z_OK || stream_.avail_in != 0) throw std::runtime_error("zlib could not compress");
  used_ = static_cast<size_t>(stream_.next_out - file_.data());
}

Bytes PngWriter::Finish() {
  stream_.next_in = nullptr;
  stream_.avail_in = 0;
  stream_.next_out = file_.data() + used_;
  const size_t room = file_.size() - used_;
  stream_.avail_out = static_cast<uInt>(room < 0x7FFFFFFF ? room : 0x7FFFFFFF);
  if (deflate(&stream_, Z_FINISH) != Z_STREAM_END) throw std::runtime_error("zlib could not compress");
  used_ = static_cast<size_t>(stream_.next_out - file_.data());
  CloseChunk(image_data_);
  AddChunk(ChunkType("IEND"), nullptr, 0);
  file_.Resize(used_);
  return std::move(file_);
}

}  // namespace pixels
