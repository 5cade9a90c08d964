// libFuzzer target: no file makes the cutter read or write where it must not, and what it cuts can be cut again to the same
// bytes.
#include <cstdlib>
#include <cstring>
#include <vector>

#include "jpeg_cut.h"

namespace {

constexpr uint64_t kMaxPixels = 1 << 20;
constexpr uint32_t kQuality = 80;

void CheckAgain(const uint8_t* file, size_t size, const pixels::Window& window) {
  const std::vector<pixels::Window> whole = {{0, 0, window.width, window.height}};
  const pixels::CutJpeg again = pixels::CutJpegFile(file, size, whole, kQuality, kMaxPixels);
  if (!again.is_cut || again.width != window.width || again.height != window.height) std::abort();
  if (again.data.size() != size || std::memcmp(again.data.data(), file, size) != 0) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const pixels::CutJpeg nothing = pixels::CutJpegFile(data, size, {}, kQuality, kMaxPixels);
  if (!nothing.is_cut) return 0;
  std::vector<pixels::Window> windows = {{0, 0, nothing.width, nothing.height}, {0, 0, 1, 1}};
  if (nothing.width > 16) windows.push_back({16, 0, nothing.width - 16, 1});
  if (nothing.height > 16) windows.push_back({0, 16, 1, nothing.height - 16});
  const pixels::CutJpeg cut = pixels::CutJpegFile(data, size, windows, kQuality, kMaxPixels);
  if (!cut.is_cut || cut.ends.size() != windows.size()) std::abort();
  size_t begin = 0;
  for (size_t i = 0; i < windows.size(); i++) {
    CheckAgain(cut.data.data() + begin, cut.ends[i] - begin, windows[i]);
    begin = cut.ends[i];
  }
  return 0;
}
