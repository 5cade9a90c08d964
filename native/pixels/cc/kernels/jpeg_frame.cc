#include "jpeg_frame.h"

#include <algorithm>
#include <cstring>

namespace pixels {

namespace {

/// Bytes of a segment, behind its length.
struct Segment {
  const uint8_t* data;
  size_t size;

  uint32_t Uint16(size_t at) const { return uint32_t{data[at]} << 8 | data[at + 1]; }
  bool StartsWith(const char* text, size_t length) const { return size >= length && std::memcmp(data, text, length) == 0; }
};

/// Tables as they are defined until the scan takes some of them.
class FrameReader {
 public:
  explicit FrameReader(JpegFrame& frame) : frame_(frame) {}

  /// Takes what a marker says. False: see `ReadJpegFrame`.
  bool Take(uint8_t marker, Segment segment) {
    switch (marker) {
      case kSof0:
      case kSof1:
        return TakeFrame(segment);
      case kDqt:
        return TakeQuants(segment);
      case kDht:
        return TakeCodes(segment);
      case kDri:
        if (segment.size != 2) return false;
        frame_.restart_interval = segment.Uint16(0);
        return true;
      case kApp0:
        is_ycc_ = is_ycc_ || segment.StartsWith("JFIF", 5);
        return true;
      case kApp2:
        return !segment.StartsWith("ICC_PROFILE", 12);
      case kApp14:
        return TakeAdobe(segment);
      default:
        return (marker > kApp0 && marker < kApp0 + 16) || marker == kCom;
    }
  }

  bool TakeScan(Segment segment) {
    const uint8_t* data = segment.data;
    if (!has_frame_ || segment.size != 1 + kComponents * 2 + 3 || data[0] != kComponents) return false;
    const uint8_t* spectrum = data + 1 + kComponents * 2;
    if (spectrum[0] != 0 || spectrum[1] != kBlockSize - 1 || spectrum[2] != 0) return false;
    for (uint32_t i = 0; i < kComponents; i++) {
      const uint8_t codes = data[2 + i * 2];
      if (data[1 + i * 2] != ids_[i] || codes >> 4 > 3 || (codes & 15) > 3) return false;
      JpegFrame::Component& component = frame_.components[i];
      const Codes& dc = codes_[0][codes >> 4];
      const Codes& ac = codes_[1][codes & 15];
      if (!dc.is_there || !ac.is_there || !quants_[quant_of_[i]].is_there) return false;
      component = {quants_[quant_of_[i]].table, dc.spec, ac.spec};
    }
    return is_ycc_ || (ids_[0] == 1 && ids_[1] == 2 && ids_[2] == 3);
  }

 private:
  static constexpr uint32_t kTables = 4;

  struct Quant {
    bool is_there = false;
    QuantTable table;
  };
  struct Codes {
    bool is_there = false;
    HuffmanSpec spec;
  };

  bool TakeFrame(Segment segment) {
    const uint8_t* data = segment.data;
    if (has_frame_ || segment.size != 6 + kComponents * 3 || data[0] != 8 || data[5] != kComponents) return false;
    frame_.height = segment.Uint16(1);
    frame_.width = segment.Uint16(3);
    static constexpr uint8_t kSampling[kComponents] = {0x22, 0x11, 0x11};
    for (uint32_t i = 0; i < kComponents; i++) {
      const uint8_t* component = data + 6 + i * 3;
      if (component[1] != kSampling[i] || component[2] >= kTables) return false;
      ids_[i] = component[0];
      quant_of_[i] = component[2];
    }
    has_frame_ = true;
    return frame_.width > 0 && frame_.height > 0;
  }

  bool TakeQuants(Segment segment) {
    for (; segment.size > 0; segment = {segment.data + 1 + kBlockSize, segment.size - 1 - kBlockSize}) {
      // The upper half tells divisors of 16 bits.
      if (segment.size < 1 + kBlockSize || segment.data[0] >= kTables) return false;
      Quant& quant = quants_[segment.data[0]];
      quant.is_there = true;
      std::copy_n(segment.data + 1, kBlockSize, quant.table.begin());
      if (std::find(quant.table.begin(), quant.table.end(), 0) != quant.table.end()) return false;
    }
    return true;
  }

  bool TakeCodes(Segment segment) {
    constexpr size_t kHead = 17;
    while (segment.size > 0) {
      const uint8_t which = segment.data[0];
      if (segment.size < kHead || which >> 4 > 1 || (which & 15) >= kTables) return false;
      Codes& codes = codes_[which >> 4][which & 15];
      codes.is_there = true;
      codes.spec = {};
      std::copy_n(segment.data + 1, kHead - 1, codes.spec.counts.begin());
      size_t count = 0;
      for (const uint8_t of_length : codes.spec.counts) count += of_length;
      if (count > codes.spec.symbols.size() || segment.size < kHead + count) return false;
      std::copy_n(segment.data + kHead, count, codes.spec.symbols.begin());
      segment = {segment.data + kHead + count, segment.size - kHead - count};
    }
    return true;
  }

  /// Its last byte tells the colours: 1 for Y, Cb and Cr.
  bool TakeAdobe(Segment segment) {
    constexpr size_t kTransform = 11;
    if (!segment.StartsWith("Adobe", 5)) return true;
    is_ycc_ = true;
    return segment.size > kTransform && segment.data[kTransform] == 1;
  }

  JpegFrame& frame_;
  Quant quants_[kTables];
  Codes codes_[2][kTables];
  bool has_frame_ = false;
  bool is_ycc_ = false;
  uint8_t ids_[kComponents] = {};
  uint8_t quant_of_[kComponents] = {};
};

}  // namespace

bool ReadJpegFrame(const uint8_t* file, size_t size, JpegFrame& frame) {
  if (size < 2 || file[0] != 0xFF || file[1] != kSoi) return false;
  FrameReader reader(frame);
  for (size_t at = 2; size - at >= 4;) {
    if (file[at] != 0xFF) return false;
    const uint8_t marker = file[at + 1];
    if (marker == 0xFF) {
      at++;
      continue;
    }
    const size_t length = size_t{file[at + 2]} << 8 | file[at + 3];
    if (length < 2 || length > size - at - 2) return false;
    const Segment segment = {file + at + 4, length - 2};
    at += 2 + length;
    if (marker == kSos) {
      frame.data = at;
      return reader.TakeScan(segment);
    }
    if (!reader.Take(marker, segment)) return false;
  }
  return false;
}

}  // namespace pixels
