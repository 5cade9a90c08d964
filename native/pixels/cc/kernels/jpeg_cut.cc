#include "jpeg_cut.h"

#include <algorithm>
#include <cstring>

#include "jpeg_coefficients.h"

namespace pixels {

namespace {

constexpr uint32_t kZeroRun = 0xF0;
constexpr uint32_t kEndOfBlock = 0x00;

/// 0 for luminance, 1 for both colours.
uint32_t KindOf(uint32_t component) { return component == 0 ? 0 : 1; }

const JpegEncodeTable& DcCodes(uint32_t component) {
  static const JpegEncodeTable tables[2] = {JpegEncodeTable(StandardDc(0)), JpegEncodeTable(StandardDc(1))};
  return tables[KindOf(component)];
}

const JpegEncodeTable& AcCodes(uint32_t component) {
  static const JpegEncodeTable tables[2] = {JpegEncodeTable(StandardAc(0)), JpegEncodeTable(StandardAc(1))};
  return tables[KindOf(component)];
}

/// The head of a file of which only the size is still to be told.
class Head {
 public:
  explicit Head(const QuantTable (&quants)[kComponents]) {
    Add({0xFF, kSoi});
    Add({0xFF, kApp0, 0, 16, 'J', 'F', 'I', 'F', 0, 1, 1, 0, 0, 1, 0, 1, 0, 0});
    // Both colours hardly ever have divisors of their own.
    const uint8_t last = quants[2] == quants[1] ? 1 : 2;
    for (uint8_t i = 0; i <= last; i++) {
      Add({0xFF, kDqt, 0, 3 + kBlockSize, i});
      bytes_.insert(bytes_.end(), quants[i].begin(), quants[i].end());
    }
    size_at_ = bytes_.size() + 5;
    Add({0xFF, kSof0, 0, 17, 8, 0, 0, 0, 0, 3, 1, 0x22, 0, 2, 0x11, 1, 3, 0x11, last});
    for (uint8_t kind = 0; kind < 2; kind++) {
      AddCodes(kind, StandardDc(kind));
      AddCodes(0x10 | kind, StandardAc(kind));
    }
    Add({0xFF, kSos, 0, 12, 3, 1, 0x00, 2, 0x11, 3, 0x11, 0, kBlockSize - 1, 0});
  }

  size_t Size() const { return bytes_.size(); }

  /// Returns where it ends.
  uint8_t* Write(const Window& window, uint8_t* to) const {
    std::memcpy(to, bytes_.data(), bytes_.size());
    to[size_at_] = static_cast<uint8_t>(window.height >> 8);
    to[size_at_ + 1] = static_cast<uint8_t>(window.height);
    to[size_at_ + 2] = static_cast<uint8_t>(window.width >> 8);
    to[size_at_ + 3] = static_cast<uint8_t>(window.width);
    return to + bytes_.size();
  }

 private:
  void Add(std::initializer_list<uint8_t> bytes) { bytes_.insert(bytes_.end(), bytes); }

  void AddCodes(uint8_t which, const HuffmanSpec& spec) {
    uint8_t count = 0;
    for (const uint8_t of_length : spec.counts) count += of_length;
    Add({0xFF, kDht, 0, static_cast<uint8_t>(19 + count), which});
    bytes_.insert(bytes_.end(), spec.counts.begin(), spec.counts.end());
    bytes_.insert(bytes_.end(), spec.symbols.begin(), spec.symbols.begin() + count);
  }

  std::vector<uint8_t> bytes_;
  size_t size_at_ = 0;
};

/// Writes the file of one window.
class Cutting {
 public:
  Cutting(const Window& window, size_t expected)
      : window_(window),
        first_column_(window.left / kMcuSide),
        columns_((window.width + kMcuSide - 1) / kMcuSide),
        first_row_(window.top / kMcuSide),
        rows_((window.height + kMcuSide - 1) / kMcuSide),
        out_(expected),
        bits_(&out_) {}
  Cutting(const Cutting&) = delete;
  Cutting& operator=(const Cutting&) = delete;

  void Take(uint32_t row_number, const JpegRow& row) {
    if (row_number < first_row_ || row_number - first_row_ >= rows_) return;
    JpegBitWriter bits = bits_;
    for (uint32_t i = 0; i < columns_; i++) {
      bits.Begin(kMostUnitBits);
      const size_t first = (size_t{first_column_} + i) * kMcuBlocks;
      for (uint32_t block = 0; block < kMcuBlocks; block++) WriteBlock(ComponentOf(block), first + block, row, bits);
      bits.End();
    }
    bits_ = bits;
  }

  /// After the last row. Returns the size of the file.
  size_t Finish(const Head& head) {
    bits_.Finish();
    return head.Size() + StuffedSize(out_) + 2;
  }

  /// Returns where it ends.
  uint8_t* WriteFile(const Head& head, uint8_t* to) const {
    to = WriteStuffed(out_, head.Write(window_, to));
    *to++ = 0xFF;
    *to++ = kEoi;
    return to;
  }

 private:
  void WriteBlock(uint32_t component, size_t block, const JpegRow& row, JpegBitWriter& bits) {
    const int32_t dc = row.Dc(block);
    WriteValue(DcCodes(component), 0, dc - dc_[component], bits);
    dc_[component] = dc;
    const JpegEncodeTable& codes = AcCodes(component);
    const auto put = [&bits](JpegEncodeTable::Code code) {
      bits.Put(code.bits, code.length);
      bits.Flush();
    };
    uint32_t next = 1;
    for (const JpegCoefficient* it = row.Begin(block); it != row.End(block); ++it) {
      uint32_t run = it->place - next;
      for (; run >= 16; run -= 16) put(codes.codes[kZeroRun]);
      WriteValue(codes, run << 4, it->value, bits);
      next = it->place + 1U;
    }
    if (next < kBlockSize) put(codes.codes[kEndOfBlock]);
  }

  static void WriteValue(const JpegEncodeTable& codes, uint32_t run, int32_t value, JpegBitWriter& bits) {
    const uint32_t count = kJpegBitLengths.of[SizeOf(value)];
    const JpegEncodeTable::Code code = codes.codes[run | count];
    bits.Put(uint32_t{code.bits} << count | BitsOf(value, count), code.length + count);
    bits.Flush();
  }

  Window window_;
  uint32_t first_column_;
  uint32_t columns_;
  uint32_t first_row_;
  uint32_t rows_;
  Growing out_;
  JpegBitWriter bits_;
  int32_t dc_[kComponents] = {};
};

bool FitsInto(const Window& window, const JpegFrame& frame) {
  return window.left % kMcuSide == 0 && window.top % kMcuSide == 0 && window.width > 0 && window.height > 0 &&
         window.left < frame.width && window.width <= frame.width - window.left && window.top < frame.height &&
         window.height <= frame.height - window.top;
}

/// Divisors of a file: those of the quality, but what is divided by more already would only grow.
QuantTable QuantFor(uint32_t component, const QuantTable& given, uint32_t quality) {
  const QuantTable wanted = QuantOfQuality(KindOf(component), quality);
  const bool is_coarser = std::equal(given.begin(), given.end(), wanted.begin(), std::greater_equal<>());
  return is_coarser ? given : wanted;
}

/// What a window's file may become: as much of the whole as its pixels are, and a bit.
size_t ExpectedSize(const Window& window, const JpegFrame& frame, size_t size) {
  const double share = static_cast<double>(window.width) * window.height / frame.width / frame.height;
  return static_cast<size_t>(static_cast<double>(size) * share * 1.125) + 1024;
}

}  // namespace

CutJpeg CutJpegFile(const uint8_t* file, size_t size, const std::vector<Window>& windows, uint32_t quality,
                    uint64_t max_pixels) {
  CutJpeg result;
  JpegFrame frame;
  if (!ReadJpegFrame(file, size, frame) || uint64_t{frame.width} * frame.height > max_pixels) return result;
  const auto fits = [&frame](const Window& window) { return FitsInto(window, frame); };
  if (!std::all_of(windows.begin(), windows.end(), fits)) return result;

  QuantTable quants[kComponents];
  for (uint32_t i = 0; i < kComponents; i++) quants[i] = QuantFor(i, frame.components[i].quant, quality);
  const Head head(quants);
  std::vector<std::unique_ptr<Cutting>> cuttings;
  for (const Window& window : windows) {
    cuttings.push_back(std::make_unique<Cutting>(window, ExpectedSize(window, frame, size)));
  }
  JpegCoefficientReader reader(file, size, frame, quants);
  JpegRow row(reader.Columns());
  for (uint32_t i = 0; i < reader.Rows(); i++) {
    if (!reader.Read(row)) return result;
    for (const auto& cutting : cuttings) cutting->Take(i, row);
  }
  if (!reader.IsComplete()) return result;

  size_t total = 0;
  for (const auto& cutting : cuttings) {
    total += cutting->Finish(head);
    result.ends.push_back(static_cast<uint32_t>(total));
  }
  result.data = Bytes(total);
  uint8_t* to = result.data.data();
  for (const auto& cutting : cuttings) to = cutting->WriteFile(head, to);
  result.is_cut = true;
  result.width = frame.width;
  result.height = frame.height;
  return result;
}

}  // namespace pixels
