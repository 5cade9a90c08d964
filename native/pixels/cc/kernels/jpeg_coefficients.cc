#include "jpeg_coefficients.h"

#include <algorithm>

namespace pixels {

JpegRescale::JpegRescale(const QuantTable& from, const QuantTable& to) : is_same_(from == to) {
  for (uint32_t i = 0; i < kBlockSize; i++) {
    const uint64_t inverse = ((uint64_t{1} << 32) + to[i] - 1) / to[i];
    steps_[i] = {from[i] * inverse, to[i] / 2U * inverse};
  }
}

JpegCoefficientReader::JpegCoefficientReader(const uint8_t* file, size_t size, const JpegFrame& frame,
                                             const QuantTable (&quants)[kComponents])
    : frame_(frame),
      columns_((frame.width + kMcuSide - 1) / kMcuSide),
      scan_(file, size, frame.data),
      in_(scan_.Begin()),
      codes_(kComponents),
      until_restart_(frame.restart_interval) {
  for (uint32_t i = 0; i < kComponents; i++) {
    const JpegFrame::Component& component = frame.components[i];
    has_codes_ = has_codes_ && codes_[i].dc.Build(component.dc) && codes_[i].ac.Build(component.ac);
    rescales_.emplace_back(component.quant, quants[i]);
  }
}

bool JpegCoefficientReader::Read(JpegRow& row) {
  if (!has_codes_) return false;
  for (uint32_t unit = 0; unit < columns_; unit++) {
    if (frame_.restart_interval > 0 && until_restart_-- == 0 && !Restart()) return false;
    for (uint32_t block = 0; block < kMcuBlocks; block++) {
      if (!ReadBlock(ComponentOf(block), size_t{unit} * kMcuBlocks + block, row)) return false;
    }
    if (!scan_.Has(in_)) return false;
  }
  return true;
}

bool JpegCoefficientReader::Restart() {
  std::fill_n(dc_, kComponents, 0);
  until_restart_ = frame_.restart_interval - 1;
  if (!scan_.PassMarker(in_, kRst0 + (restarts_++ & 7))) return false;
  in_ = scan_.Begin();
  return true;
}

bool JpegCoefficientReader::ReadBlock(uint32_t component, size_t block, JpegRow& row) {
  const Codes& codes = codes_[component];
  const JpegRescale& rescale = rescales_[component];
  JpegBits in = in_;
  in.Fill();
  const uint32_t dc_bits = codes.dc.Decode(in);
  if (dc_bits > kMostDcBits) return false;
  int32_t& dc = dc_[component];
  if (dc_bits > 0) dc += SignedOf(in.Take(dc_bits), dc_bits);
  if (dc < kLeastDc * 2 || dc >= -kLeastDc * 2) return false;

  JpegCoefficient* to = row.Place(block);
  bool is_full = false;
  for (uint32_t place = 1; place < kBlockSize; place++) {
    // Enough for two.
    if (!is_full) in.Fill();
    is_full = !is_full;
    const JpegDecodeTable::Whole& whole = codes.ac.WholeAt(in.Peek(JpegDecodeTable::kShort));
    int32_t value = whole.value;
    if (whole.bits != 0) {
      in.Skip(whole.bits);
      place += whole.run;
    } else {
      const uint32_t symbol = codes.ac.Decode(in);
      const uint32_t run = symbol >> 4;
      const uint32_t bits = symbol & 15;
      if (symbol == 0) break;
      if (symbol == JpegDecodeTable::kNoSymbol || bits > kMostAcBits || (bits == 0 && run != 15)) return false;
      place += run;
      if (bits == 0) continue;
      value = SignedOf(in.Take(bits), bits);
    }
    if (place >= kBlockSize) return false;
    const int32_t scaled = rescale.Apply(value, place, -kMostCoefficient);
    *to = {static_cast<int16_t>(scaled), static_cast<uint8_t>(place)};
    to += scaled != 0;
  }
  in_ = in;
  row.Finish(block, rescale.Apply(dc, 0, kLeastDc), to);
  return true;
}

}  // namespace pixels
