#include "png_writer.h"

#include <cstring>
#include <stdexcept>

#include "deflate.h"
#include "zlib.h"
#include "zlib_compressor.h"

namespace pixels {

namespace {

/// Most tiles fit without growing.
constexpr size_t kRoom = 16384;
/// `Deflater` stands for these levels: it is faster than zlib's level 1, and its files are about as large as level 4's.
constexpr int kFirstFastLevel = 1;
constexpr int kLastFastLevel = 5;

std::unique_ptr<Compressor> CompressorFor(const PngCompression& compression, Growing* out) {
  const auto [level, row_size, step] = compression;
  if (level < kFirstFastLevel || level > kLastFastLevel) return std::make_unique<ZlibCompressor>(level, out);
  return std::make_unique<Deflater>(step, row_size + 1, out);
}

}  // namespace

PngWriter::PngWriter(const PngHeader& header) : file_(kRoom) {
  std::memcpy(file_.Append(sizeof(kPngSignature)), kPngSignature, sizeof(kPngSignature));
  uint8_t data[kHeaderSize] = {};
  WriteUint32(data, header.width);
  WriteUint32(data + 4, header.height);
  data[8] = header.bit_depth;
  data[9] = static_cast<uint8_t>(header.colour);
  AddChunk(ChunkType("IHDR"), data, sizeof(data));
}

void PngWriter::AddChunk(uint32_t type, const uint8_t* data, size_t size) {
  const size_t begin = file_.size();
  uint8_t* head = file_.Append(kChunkHead + size);
  WriteUint32(head + 4, type);
  if (size > 0) std::memcpy(head + kChunkHead, data, size);
  CloseChunk(begin);
}

/// Writes length and CRC of the chunk that begins there and ends here.
void PngWriter::CloseChunk(size_t begin) {
  const size_t size = file_.size() - begin - kChunkHead;
  if (size > 0x7FFFFFFF) throw std::runtime_error("the picture is too large for one chunk of PNG");
  WriteUint32(file_.data() + begin, static_cast<uint32_t>(size));
  uint8_t* tail = file_.Append(kChunkTail);
  const uLong crc = crc32(crc32(0, nullptr, 0), file_.data() + begin + 4, static_cast<uInt>(size + 4));
  WriteUint32(tail, static_cast<uint32_t>(crc));
}

void PngWriter::BeginRows(const PngCompression& compression) {
  image_data_ = file_.size();
  WriteUint32(file_.Append(kChunkHead) + 4, ChunkType("IDAT"));
  row_size_ = compression.row_size;
  compressor_ = CompressorFor(compression, &file_);
}

Bytes PngWriter::Finish() {
  compressor_->Finish();
  CloseChunk(image_data_);
  AddChunk(ChunkType("IEND"), nullptr, 0);
  return file_.Take();
}

}  // namespace pixels
