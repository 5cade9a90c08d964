#ifndef PIXELS_BINDING_RESULTS_H_
#define PIXELS_BINDING_RESULTS_H_

#include <napi.h>

#include <cstdlib>
#include <memory>
#include <utility>

#include "../kernels/quantise.h"
#include "../kernels/raster.h"
#include "job.h"

namespace pixels {

/// Hands the memory over to JavaScript without a copy where the host allows that.
inline Napi::Value ToBuffer(Napi::Env env, Bytes&& bytes) {
  const size_t size = bytes.size();
  if (size == 0) return Napi::Buffer<uint8_t>::New(env, 0);
  return Napi::Buffer<uint8_t>::NewOrCopy(env, bytes.Release(), size, [](Napi::Env, uint8_t* data) { std::free(data); });
}

/// A result that can be finished once; std::function asks for what can be copied.
template <typename Result, typename Convert>
Finish FinishWith(Result&& result, Convert convert) {
  auto shared = std::make_shared<std::decay_t<Result>>(std::forward<Result>(result));
  return [shared, convert](Napi::Env env) -> Napi::Value { return convert(env, std::move(*shared)); };
}

inline Finish FinishWithBytes(Bytes&& bytes) {
  return FinishWith(std::move(bytes), [](Napi::Env env, Bytes&& result) { return ToBuffer(env, std::move(result)); });
}

inline Finish FinishWithNothing() {
  return [](Napi::Env env) { return env.Undefined(); };
}

inline Finish FinishWithBoolean(bool value) {
  return [value](Napi::Env env) { return Napi::Boolean::New(env, value); };
}

}  // namespace pixels

#endif  // PIXELS_BINDING_RESULTS_H_
