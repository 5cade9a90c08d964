#ifndef PIXELS_BINDING_ARGUMENTS_H_
#define PIXELS_BINDING_ARGUMENTS_H_

#include <napi.h>

#include <vector>

#include "../kernels/raster.h"
#include "job.h"

namespace pixels {

/// Reads a call's arguments in their order. The TypeScript side has checked them with messages for people; here only
/// what memory safety rests on is checked again. Throws Napi::TypeError.
class Arguments {
 public:
  explicit Arguments(const Napi::CallbackInfo& info) : info_(info) {}

  /// { data, width, height, channels }
  Raster NextRaster();
  Target NextTarget();
  std::vector<Raster> NextRasters();
  /// A Uint8Array of exactly `size` bytes.
  const uint8_t* NextBytes(size_t size);
  /// The same, or nullptr for null.
  const uint8_t* NextBytesOrNull(size_t size);
  /// A Uint8Array of any size.
  std::pair<const uint8_t*, size_t> NextBytes();
  /// The numbers of a Float64Array, copied.
  std::vector<double> NextDoubles();
  /// A whole number of at most `max`.
  uint32_t NextUint32(uint32_t max = UINT32_MAX);
  int32_t NextInt32();

  Napi::Env Env() const { return info_.Env(); }
  Kept TakeKept() { return std::move(kept_); }

 private:
  Napi::Value Next() { return info_[next_++]; }
  [[noreturn]] void Fail(const char* wanted) const;
  Target TargetOf(const Napi::Value& value);
  Napi::Uint8Array Keep(const Napi::Value& value);

  const Napi::CallbackInfo& info_;
  size_t next_ = 0;
  Kept kept_;
};

}  // namespace pixels

#endif  // PIXELS_BINDING_ARGUMENTS_H_
