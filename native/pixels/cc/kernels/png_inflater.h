#ifndef PIXELS_KERNELS_PNG_INFLATER_H_
#define PIXELS_KERNELS_PNG_INFLATER_H_

#include <stdexcept>

#include "png_chunks.h"
#include "zlib.h"

namespace pixels {

/// Inflates spans of one stream, piece by piece.
class PngInflater {
 public:
  explicit PngInflater(const std::vector<Span>& input) : input_(input) {
    if (inflateInit(&stream_) != Z_OK) throw std::runtime_error("zlib could not start");
  }
  ~PngInflater() { inflateEnd(&stream_); }
  PngInflater(const PngInflater&) = delete;
  PngInflater& operator=(const PngInflater&) = delete;

  /// Fills `to` exactly.
  void Fill(uint8_t* to, size_t size) {
    stream_.next_out = to;
    stream_.avail_out = static_cast<uInt>(size);
    Run();
    if (stream_.avail_out > 0) FailPng("too little image data");
  }

  /// To be called when there should be nothing left but the checksum.
  void Finish() {
    uint8_t more = 0;
    stream_.next_out = &more;
    stream_.avail_out = 1;
    Run();
    if (stream_.avail_out == 0) FailPng("too much image data");
    if (result_ != Z_STREAM_END) FailPng("too little image data");
  }

 private:
  /// Until the output is full or the input ends.
  void Run() {
    while (result_ != Z_STREAM_END && stream_.avail_out > 0) {
      if (stream_.avail_in == 0) {
        if (next_ == input_.size()) return;
        stream_.next_in = const_cast<Bytef*>(input_[next_].data);
        stream_.avail_in = static_cast<uInt>(input_[next_++].size);
      }
      result_ = inflate(&stream_, Z_NO_FLUSH);
      // Z_BUF_ERROR: this span is empty.
      if (result_ != Z_OK && result_ != Z_BUF_ERROR && result_ != Z_STREAM_END) FailPng("image data is not valid");
    }
  }

  const std::vector<Span>& input_;
  size_t next_ = 0;
  int result_ = Z_OK;
  z_stream stream_ = {};
};

}  // namespace pixels

#endif  // PIXELS_KERNELS_PNG_INFLATER_H_
