// The kernels as functions that return promises. Arguments are as src/kernels.ts gives them.
#include <napi.h>

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include "../kernels/alpha.h"
#include "../kernels/band_merge.h"
#include "../kernels/blit.h"
#include "../kernels/composite.h"
#include "../kernels/jpeg_cut.h"
#include "../kernels/png_decode.h"
#include "../kernels/png_encode.h"
#include "../kernels/polygon_mask.h"
#include "../kernels/quantise.h"
#include "../kernels/warp.h"
#include "arguments.h"
#include "results.h"

namespace pixels {

namespace {

constexpr uint32_t kMaxZlibLevel = 9;

[[noreturn]] void Refuse(const Arguments& arguments, const char* why) {
  throw Napi::TypeError::New(arguments.Env(), why);
}

void CheckColours(const Arguments& arguments, const Target& target, const Raster& source) {
  if (target.channels == 1 && source.channels != 1) Refuse(arguments, "colours do not fit into a grey raster");
}

/// target, source, x, y
Napi::Value BlitCall(const Napi::CallbackInfo& info) {
  Arguments arguments(info);
  const Target target = arguments.NextTarget();
  const Raster source = arguments.NextRaster();
  const int32_t x = arguments.NextInt32();
  const int32_t y = arguments.NextInt32();
  CheckColours(arguments, target, source);
  return Job::Start(info.Env(), arguments.TakeKept(), [=] {
    Blit(target, source, x, y);
    return FinishWithNothing();
  });
}

/// target, source, x, y, opacity, mask | null
Napi::Value CompositeCall(const Napi::CallbackInfo& info) {
  Arguments arguments(info);
  const Target target = arguments.NextTarget();
  const Raster source = arguments.NextRaster();
  const int32_t x = arguments.NextInt32();
  const int32_t y = arguments.NextInt32();
  const uint32_t opacity = arguments.NextUint32(255);
  const uint8_t* mask = arguments.NextBytesOrNull(source.PixelCount());
  CheckColours(arguments, target, source);
  return Job::Start(info.Env(), arguments.TakeKept(), [=] {
    Composite(target, source, x, y, opacity, mask);
    return FinishWithNothing();
  });
}

/// raster, opacity
Napi::Value ApplyOpacityCall(const Napi::CallbackInfo& info) {
  Arguments arguments(info);
  const Raster raster = arguments.NextRaster();
  const uint32_t opacity = arguments.NextUint32(255);
  return Job::Start(info.Env(), arguments.TakeKept(), [=] {
    Bytes result(raster.PixelCount() * 4);
    ApplyOpacity(raster, opacity, result.data());
    return FinishWithBytes(std::move(result));
  });
}

/// raster, red, green, blue, tolerance
Napi::Value TransparentColorCall(const Napi::CallbackInfo& info) {
  Arguments arguments(info);
  const Raster raster = arguments.NextRaster();
  const auto red = static_cast<uint8_t>(arguments.NextUint32(255));
  const auto green = static_cast<uint8_t>(arguments.NextUint32(255));
  const auto blue = static_cast<uint8_t>(arguments.NextUint32(255));
  const uint32_t tolerance = arguments.NextUint32(255);
  return Job::Start(info.Env(), arguments.TakeKept(), [=] {
    const uint8_t rgb[3] = {red, green, blue};
    Bytes result(raster.PixelCount() * 4);
    TransparentColor(raster, rgb, tolerance, result.data());
    return FinishWithBytes(std::move(result));
  });
}

/// sources, channels, operations: target band, source, source band, factor each
Napi::Value BandMergeCall(const Napi::CallbackInfo& info) {
  Arguments arguments(info);
  const std::vector<Raster> sources = arguments.NextRasters();
  const uint32_t channels = arguments.NextUint32(4);
  const std::vector<double> numbers = arguments.NextDoubles();
  if (sources.empty() || channels == 0 || channels == 2) Refuse(arguments, "nothing to merge");
  std::vector<BandOperation> operations;
  for (size_t i = 0; i + 4 <= numbers.size(); i += 4) {
    const bool is_valid = numbers[i] >= 0 && numbers[i] < channels && numbers[i + 1] >= 0 &&
                          numbers[i + 1] < static_cast<double>(sources.size()) && numbers[i + 2] >= 0 && numbers[i + 2] < 4;
    if (!is_valid) Refuse(arguments, "no such band");
    operations.push_back({static_cast<uint32_t>(numbers[i]), static_cast<uint32_t>(numbers[i + 1]),
                          static_cast<uint32_t>(numbers[i + 2]), static_cast<float>(numbers[i + 3])});
  }
  for (const Raster& source : sources) {
    if (source.width != sources[0].width || source.height != sources[0].height) Refuse(arguments, "sizes differ");
  }
  return Job::Start(info.Env(), arguments.TakeKept(), [=] {
    Bytes result(sources[0].PixelCount() * channels);
    BandMerge({result.data(), sources[0].width, sources[0].height, channels}, sources, operations);
    return FinishWithBytes(std::move(result));
  });
}

/// raster, coordinates of all rings, points of each ring
Napi::Value MaskByPolygonCall(const Napi::CallbackInfo& info) {
  Arguments arguments(info);
  const Raster raster = arguments.NextRaster();
  Rings rings;
  rings.coordinates = arguments.NextDoubles();
  size_t points = 0;
  for (const double size : arguments.NextDoubles()) {
    if (!(size >= 0 && size <= static_cast<double>(rings.coordinates.size()))) Refuse(arguments, "no such ring");
    rings.sizes.push_back(static_cast<uint32_t>(size));
    points += rings.sizes.back();
  }
  if (points * 2 != rings.coordinates.size()) Refuse(arguments, "rings and coordinates differ");
  return Job::Start(info.Env(), arguments.TakeKept(), [=] {
    Bytes result(raster.PixelCount() * 4);
    MaskByPolygon(raster, rings, result.data());
    return FinishWithBytes(std::move(result));
  });
}

/// raster
Napi::Value IsSingleColorCall(const Napi::CallbackInfo& info) {
  Arguments arguments(info);
  const Raster raster = arguments.NextRaster();
  return Job::Start(info.Env(), arguments.TakeKept(), [=] { return FinishWithBoolean(IsSingleColor(raster)); });
}

/// raster
Napi::Value HasAlphaCall(const Napi::CallbackInfo& info) {
  Arguments arguments(info);
  const Raster raster = arguments.NextRaster();
  return Job::Start(info.Env(), arguments.TakeKept(), [=] { return FinishWithBoolean(HasAlpha(raster)); });
}

/// source, quads: left, top, right, bottom, eight corner coordinates each; sampling, width, height, channels, background
Napi::Value WarpCall(const Napi::CallbackInfo& info) {
  constexpr size_t kNumbers = 12;
  Arguments arguments(info);
  const Raster source = arguments.NextRaster();
  const std::vector<double> numbers = arguments.NextDoubles();
  const auto sampling = static_cast<Sampling>(arguments.NextUint32(2));
  const uint32_t width = arguments.NextUint32(65535);
  const uint32_t height = arguments.NextUint32(65535);
  const uint32_t channels = arguments.NextUint32(4);
  const uint8_t* given = arguments.NextBytes(4);
  if (channels != 4 && channels != source.channels) Refuse(arguments, "channels do not fit the source");
  std::vector<Quad> mesh;
  for (size_t i = 0; i + kNumbers <= numbers.size(); i += kNumbers) {
    const double* quad = numbers.data() + i;
    const bool is_inside = quad[0] >= 0 && quad[0] < quad[2] && quad[2] <= width && quad[1] >= 0 && quad[1] < quad[3] &&
                           quad[3] <= height;
    if (!is_inside) Refuse(arguments, "a quad is not inside of the target");
    mesh.push_back({static_cast<uint32_t>(quad[0]), static_cast<uint32_t>(quad[1]), static_cast<uint32_t>(quad[2]),
                    static_cast<uint32_t>(quad[3]), {}});
    std::copy(quad + 4, quad + kNumbers, mesh.back().corners);
  }
  const std::array<uint8_t, 4> background = {given[0], given[1], given[2], given[3]};
  return Job::Start(info.Env(), arguments.TakeKept(), [=] {
    Bytes result(size_t{width} * height * channels);
    Warp(source, mesh, sampling, background.data(), {result.data(), width, height, channels});
    return FinishWithBytes(std::move(result));
  });
}

/// raster, colors, quantiser
Napi::Value QuantiseCall(const Napi::CallbackInfo& info) {
  Arguments arguments(info);
  const Raster raster = arguments.NextRaster();
  const uint32_t colors = arguments.NextUint32(256);
  const auto quantiser = static_cast<Quantiser>(arguments.NextUint32(1));
  return Job::Start(info.Env(), arguments.TakeKept(), [=] {
    return FinishWith(Quantise(raster, colors, quantiser), [](Napi::Env env, Indexed&& indexed) {
      Napi::Object result = Napi::Object::New(env);
      result.Set("palette", ToBuffer(env, std::move(indexed.palette)));
      result.Set("indices", ToBuffer(env, std::move(indexed.indices)));
      return result;
    });
  });
}

/// raster, level
Napi::Value EncodePngCall(const Napi::CallbackInfo& info) {
  Arguments arguments(info);
  const Raster raster = arguments.NextRaster();
  const auto level = static_cast<int>(arguments.NextUint32(kMaxZlibLevel));
  return Job::Start(info.Env(), arguments.TakeKept(), [=] { return FinishWithBytes(EncodePng(raster, level)); });
}

/// indices as a grey raster, palette, level
Napi::Value EncodePaletteCall(const Napi::CallbackInfo& info) {
  Arguments arguments(info);
  const Raster indices = arguments.NextRaster();
  const auto [palette, palette_size] = arguments.NextBytes();
  const auto level = static_cast<int>(arguments.NextUint32(kMaxZlibLevel));
  const size_t color_count = palette_size / 4;
  if (indices.channels != 1 || color_count < 1 || color_count > 256) Refuse(arguments, "not an indexed picture");
  const IndexedView view = {indices.data, indices.width, indices.height, palette, static_cast<uint32_t>(color_count)};
  return Job::Start(info.Env(), arguments.TakeKept(), [=] { return FinishWithBytes(EncodePng(view, level)); });
}

/// The rectangle left, top, width, height of a raster.
Raster NextWindow(Arguments& arguments, const Raster& raster) {
  const uint32_t left = arguments.NextUint32(raster.width - 1);
  const uint32_t top = arguments.NextUint32(raster.height - 1);
  const uint32_t width = arguments.NextUint32(raster.width - left);
  const uint32_t height = arguments.NextUint32(raster.height - top);
  if (width == 0 || height == 0) Refuse(arguments, "an empty window");
  return {raster.Row(top) + size_t{left} * raster.channels, width, height, raster.channels, raster.width};
}

/// raster, left, top, width, height, colors, quantiser, level
Napi::Value EncodeIndexedPngCall(const Napi::CallbackInfo& info) {
  Arguments arguments(info);
  const Raster raster = NextWindow(arguments, arguments.NextRaster());
  const uint32_t colors = arguments.NextUint32(256);
  const auto quantiser = static_cast<Quantiser>(arguments.NextUint32(1));
  const auto level = static_cast<int>(arguments.NextUint32(kMaxZlibLevel));
  return Job::Start(info.Env(), arguments.TakeKept(), [=] {
    const Indexed indexed = Quantise(raster, colors, quantiser);
    return FinishWithBytes(EncodePng({indexed.indices.data(), raster.width, raster.height, indexed.palette.data(),
                                      static_cast<uint32_t>(indexed.palette.size() / 4)},
                                     level));
  });
}

/// file, most pixels
Napi::Value DecodePngCall(const Napi::CallbackInfo& info) {
  Arguments arguments(info);
  const auto file = arguments.NextBytes();
  const uint32_t max_pixels = arguments.NextUint32();
  return Job::Start(info.Env(), arguments.TakeKept(), [=] {
    return FinishWith(DecodePng(file.first, file.second, max_pixels), [](Napi::Env env, DecodedPng&& png) -> Napi::Value {
      if (!png.is_supported) return env.Null();
      Napi::Object result = Napi::Object::New(env);
      result.Set("data", ToBuffer(env, std::move(png.data)));
      result.Set("width", png.width);
      result.Set("height", png.height);
      result.Set("channels", png.channels);
      return result;
    });
  });
}

/// file, most pixels
Napi::Value DecodeRgbaPngCall(const Napi::CallbackInfo& info) {
  Arguments arguments(info);
  const auto file = arguments.NextBytes();
  const uint32_t max_pixels = arguments.NextUint32();
  return Job::Start(info.Env(), arguments.TakeKept(), [=] {
    return FinishWith(DecodePng(file.first, file.second, max_pixels, true), [](Napi::Env env, DecodedPng&& png) -> Napi::Value {
      if (!png.is_supported) return env.Null();
      Napi::Object result = Napi::Object::New(env);
      result.Set("data", ToBuffer(env, std::move(png.data)));
      result.Set("width", png.width);
      result.Set("height", png.height);
      result.Set("opaque", !png.has_alpha);
      return result;
    });
  });
}

/// target, file, x, y, most pixels
Napi::Value DecodePngIntoCall(const Napi::CallbackInfo& info) {
  Arguments arguments(info);
  const Target target = arguments.NextTarget();
  const auto file = arguments.NextBytes();
  const int32_t x = arguments.NextInt32();
  const int32_t y = arguments.NextInt32();
  const uint32_t max_pixels = arguments.NextUint32();
  if (target.channels != 4) Refuse(arguments, "the target is not RGBA");
  return Job::Start(info.Env(), arguments.TakeKept(), [=]() -> Finish {
    const PlacedPng png = DecodePngInto(target, x, y, file.first, file.second, max_pixels);
    if (!png.is_supported) return [](Napi::Env env) { return env.Null(); };
    return [=](Napi::Env env) {
      Napi::Object result = Napi::Object::New(env);
      result.Set("width", png.width);
      result.Set("height", png.height);
      result.Set("opaque", !png.has_alpha);
      return result;
    };
  });
}

/// file, windows: left, top, width, height each; quality, most pixels
Napi::Value CutJpegCall(const Napi::CallbackInfo& info) {
  constexpr size_t kNumbers = 4;
  Arguments arguments(info);
  const auto file = arguments.NextBytes();
  const std::vector<double> numbers = arguments.NextDoubles();
  const uint32_t quality = arguments.NextUint32(100);
  const uint32_t max_pixels = arguments.NextUint32();
  if (quality == 0) Refuse(arguments, "no such quality");
  std::vector<Window> windows;
  for (size_t i = 0; i + kNumbers <= numbers.size(); i += kNumbers) {
    const auto number = [&](size_t at) {
      const double value = numbers[i + at];
      if (!(value >= 0 && value <= kMaxSide)) Refuse(arguments, "no such window");
      return static_cast<uint32_t>(value);
    };
    windows.push_back({number(0), number(1), number(2), number(3)});
  }
  return Job::Start(info.Env(), arguments.TakeKept(), [=] {
    CutJpeg cut = CutJpegFile(file.first, file.second, windows, quality, max_pixels);
    return FinishWith(std::move(cut), [](Napi::Env env, CutJpeg&& jpeg) -> Napi::Value {
      if (!jpeg.is_cut) return env.Null();
      Napi::Object result = Napi::Object::New(env);
      Napi::Array ends = Napi::Array::New(env, jpeg.ends.size());
      for (uint32_t i = 0; i < jpeg.ends.size(); i++) ends.Set(i, jpeg.ends[i]);
      result.Set("data", ToBuffer(env, std::move(jpeg.data)));
      result.Set("ends", ends);
      result.Set("width", jpeg.width);
      result.Set("height", jpeg.height);
      return result;
    });
  });
}

Napi::Object Init(Napi::Env env, Napi::Object exports) {
  const auto add = [&](const char* name, Napi::Value (*call)(const Napi::CallbackInfo&)) {
    exports.Set(name, Napi::Function::New(env, call, name));
  };
  add("blit", BlitCall);
  add("composite", CompositeCall);
  add("applyOpacity", ApplyOpacityCall);
  add("transparentColor", TransparentColorCall);
  add("bandMerge", BandMergeCall);
  add("maskByPolygon", MaskByPolygonCall);
  add("isSingleColor", IsSingleColorCall);
  add("hasAlpha", HasAlphaCall);
  add("warp", WarpCall);
  add("quantise", QuantiseCall);
  add("encodePng", EncodePngCall);
  add("encodePalette", EncodePaletteCall);
  add("encodeIndexedPng", EncodeIndexedPngCall);
  add("decodePng", DecodePngCall);
  add("decodeRgbaPng", DecodeRgbaPngCall);
  add("decodePngInto", DecodePngIntoCall);
  add("cutJpeg", CutJpegCall);
  return exports;
}

}  // namespace

NODE_API_MODULE(pixels, Init)

}  // namespace pixels
