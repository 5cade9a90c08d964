#include "arguments.h"

#include <string>

namespace pixels {

namespace {

constexpr uint32_t kMaxSide = 65535;

}  // namespace

void Arguments::Fail(const char* wanted) const {
  throw Napi::TypeError::New(info_.Env(), "argument " + std::to_string(next_) + " is not " + wanted);
}

Napi::Uint8Array Arguments::Keep(const Napi::Value& value) {
  if (!value.IsTypedArray() || value.As<Napi::TypedArray>().TypedArrayType() != napi_uint8_array) Fail("a Uint8Array");
  const auto bytes = value.As<Napi::Uint8Array>();
  kept_.push_back(Napi::Persistent(bytes));
  return bytes;
}

Target Arguments::TargetOf(const Napi::Value& value) {
  if (!value.IsObject()) Fail("a raster");
  const auto object = value.As<Napi::Object>();
  const Napi::Value width = object.Get("width");
  const Napi::Value height = object.Get("height");
  const Napi::Value channels = object.Get("channels");
  if (!width.IsNumber() || !height.IsNumber() || !channels.IsNumber()) Fail("a raster");
  const Target target = {Keep(object.Get("data")).Data(), width.As<Napi::Number>().Uint32Value(),
                         height.As<Napi::Number>().Uint32Value(), channels.As<Napi::Number>().Uint32Value()};
  const bool has_sides = target.width >= 1 && target.width <= kMaxSide && target.height >= 1 && target.height <= kMaxSide;
  const bool has_channels = target.channels == 1 || target.channels == 3 || target.channels == 4;
  if (!has_sides || !has_channels) Fail("a raster");
  if (kept_.back().Value().ByteLength() != target.RowSize() * target.height) Fail("a raster with all of its data");
  return target;
}

Target Arguments::NextTarget() { return TargetOf(Next()); }

Raster Arguments::NextRaster() {
  const Target target = NextTarget();
  return {target.data, target.width, target.height, target.channels};
}

std::vector<Raster> Arguments::NextRasters() {
  const Napi::Value value = Next();
  if (!value.IsArray()) Fail("an array of rasters");
  const auto array = value.As<Napi::Array>();
  std::vector<Raster> rasters;
  for (uint32_t i = 0; i < array.Length(); i++) {
    const Target target = TargetOf(array.Get(i));
    rasters.push_back({target.data, target.width, target.height, target.channels});
  }
  return rasters;
}

std::pair<const uint8_t*, size_t> Arguments::NextBytes() {
  const Napi::Uint8Array bytes = Keep(Next());
  return {bytes.Data(), bytes.ByteLength()};
}

const uint8_t* Arguments::NextBytes(size_t size) {
  const auto [data, actual] = NextBytes();
  if (actual != size) Fail("as long as it must be");
  return data;
}

const uint8_t* Arguments::NextBytesOrNull(size_t size) {
  if (!info_[next_].IsNull()) return NextBytes(size);
  next_++;
  return nullptr;
}

std::vector<double> Arguments::NextDoubles() {
  const Napi::Value value = Next();
  if (!value.IsTypedArray() || value.As<Napi::TypedArray>().TypedArrayType() != napi_float64_array) {
    Fail("a Float64Array");
  }
  const auto numbers = value.As<Napi::Float64Array>();
  return std::vector<double>(numbers.Data(), numbers.Data() + numbers.ElementLength());
}

uint32_t Arguments::NextUint32(uint32_t max) {
  const Napi::Value value = Next();
  if (!value.IsNumber()) Fail("a number");
  const uint32_t number = value.As<Napi::Number>().Uint32Value();
  if (number > max) Fail("small enough");
  return number;
}

int32_t Arguments::NextInt32() {
  const Napi::Value value = Next();
  if (!value.IsNumber()) Fail("a number");
  return value.As<Napi::Number>().Int32Value();
}

}  // namespace pixels
