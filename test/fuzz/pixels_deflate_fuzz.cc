// libFuzzer target: whatever is deflated, zlib inflates it to the same bytes. The input is a program that writes up to some
// hundred kilobytes, as few bytes would not reach the limits of windows and blocks.
#include "pixels_round_trip.h"

namespace {

constexpr size_t kMostBytes = 400000;

class Program {
 public:
  Program(const uint8_t* data, size_t size) : at_(data), end_(data + size) {}

  bool HasMore() const { return at_ != end_; }
  uint32_t Byte() { return HasMore() ? *at_++ : 0; }
  uint32_t Number() {
    const uint32_t high = Byte();
    return high << 8 | Byte();
  }

 private:
  const uint8_t* at_;
  const uint8_t* end_;
};

void RunStatement(Program& program, std::vector<uint8_t>& made) {
  const uint32_t kind = program.Byte();
  switch (kind % 4) {
    case 0:
      for (uint32_t i = kind / 4; i > 0 && program.HasMore(); i--) made.push_back(static_cast<uint8_t>(program.Byte()));
      return;
    case 1:
      made.insert(made.end(), program.Number(), static_cast<uint8_t>(program.Byte()));
      return;
    case 2: {
      const size_t distance = 1 + program.Number();
      const size_t length = kind < 128 ? program.Byte() : program.Number();
      if (distance > made.size()) return;
      for (size_t i = 0; i < length; i++) made.push_back(made[made.size() - distance]);
      return;
    }
    default: {
      // Noise of few or many values.
      uint32_t state = program.Number() + 1;
      const uint32_t mask = 0xFF >> (kind / 4 % 8);
      for (size_t length = program.Number(); length > 0; length--) {
        state = state * 1664525 + 1013904223;
        made.push_back(static_cast<uint8_t>(state >> 24 & mask));
      }
    }
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  Program program(data, size);
  const size_t step = 1 + program.Byte() % 4;
  const size_t row_size = 1 + program.Number() * (1 + program.Byte() % 3);
  std::vector<uint8_t> made;
  while (program.HasMore() && made.size() < kMostBytes) RunStatement(program, made);
  CheckRoundTrip(made, step, row_size);
  return 0;
}
