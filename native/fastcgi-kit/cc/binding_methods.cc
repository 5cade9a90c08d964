#include <uv.h>

#include <string>

#include "binding.h"

/// Construction of a `NativeResponder` and its methods that concern all requests, as native-transport.ts calls them.
namespace fastcgi {

namespace {

/// Identifies objects made here: a method called on anything else must not take its memory for ours.
constexpr napi_type_tag kTag = {0x6d617067617465ull, 0x66636769726573ull};

/// In the order of the array that the constructor takes.
enum LimitIndex : uint32_t {
  kParamsBytes,
  kParamsPairs,
  kRequestsPerConnection,
  kStdinBytes,
  kStdinWindow,
  kOutputWindow,
  kConnections,
  kHeaderTimeout,
  kIdleTimeout,
  kWriteTimeout,
  kBodyTimeout,
  kLimitCount,
};

void ThrowSystem(napi_env env, int status, const char* what) {
  std::string message = std::string(what) + ": " + uv_strerror(status);
  Check(env, napi_throw_error(env, uv_err_name(status), message.c_str()), "napi_throw_error");
}

}  // namespace

napi_value Binding::Define(napi_env env) {
  const struct {
    const char* name;
    napi_callback callback;
  } methods[] = {
      {"listen", Listen},
      {"respond", Respond},
      {"write", Write},
      {"end", End},
      {"writeStderr", WriteStderr},
      {"abandon", Abandon},
      {"readBody", ReadBody},
      {"dropBody", DropBody},
      {"close", Close},
      {"abortAll", AbortAll},
      {"stats", GetStats},
  };
  std::vector<napi_property_descriptor> properties;
  for (const auto& method : methods) {
    properties.push_back(
        {method.name, nullptr, method.callback, nullptr, nullptr, nullptr, napi_default_method, nullptr});
  }
  napi_value constructor = nullptr;
  Check(env,
        napi_define_class(env, "NativeResponder", NAPI_AUTO_LENGTH, New, nullptr, properties.size(), properties.data(),
                          &constructor),
        "napi_define_class");
  return constructor;
}

/// new NativeResponder(limits, onRequest, onEvent, onError, allowPeer | null). `limits` is the array of `LimitIndex`
/// and, last, the bits of the roles taken (1 << role).
napi_value Binding::New(napi_env env, napi_callback_info info) {
  Arguments arguments(env, info, "NativeResponder");
  napi_value target = nullptr;
  Check(env, napi_get_new_target(env, info, &target), "napi_get_new_target");
  if (target == nullptr) {
    Check(env, napi_throw_type_error(env, nullptr, "NativeResponder must be called with new"), "napi_throw_type_error");
    return nullptr;
  }
  auto binding = std::unique_ptr<Binding, void (*)(Binding*)>(new Binding(env), [](Binding* made) { delete made; });
  Limits limits = {};
  bool checks_peers = false;
  if (!binding->ReadLimits(arguments, &limits) || !arguments.Function(1, &binding->callbacks_[kOnRequest]) ||
      !arguments.Function(2, &binding->callbacks_[kOnEvent]) || !arguments.Function(3, &binding->callbacks_[kOnError])) {
    return nullptr;
  }
  napi_valuetype type = napi_undefined;
  Check(env, napi_typeof(env, arguments.at(4), &type), "napi_typeof");
  checks_peers = type != napi_null && type != napi_undefined;
  if (checks_peers && !arguments.Function(4, &binding->callbacks_[kAllowPeer])) return nullptr;
  if (!binding->Open(limits, arguments.receiver(), checks_peers)) return nullptr;
  binding.release();
  return arguments.receiver();
}

bool Binding::ReadLimits(const Arguments& arguments, Limits* limits) {
  bool is_array = false;
  uint32_t length = 0;
  Check(env_, napi_is_array(env_, arguments.at(0), &is_array), "napi_is_array");
  if (is_array) Check(env_, napi_get_array_length(env_, arguments.at(0), &length), "napi_get_array_length");
  constexpr uint32_t kLength = kLimitCount + 1;
  if (!is_array || length != kLength) {
    return ThrowArgument(env_, "NativeResponder", 1, "the array of eleven limits and the roles");
  }
  uint64_t numbers[kLength] = {};
  for (uint32_t i = 0; i < kLength; ++i) {
    napi_value element = nullptr;
    double number = 0;
    Check(env_, napi_get_element(env_, arguments.at(0), i, &element), "napi_get_element");
    if (napi_get_value_double(env_, element, &number) != napi_ok || !(number >= 0)) {
      return ThrowArgument(env_, "NativeResponder", 1, "an array of numbers of at least 0");
    }
    numbers[i] = static_cast<uint64_t>(number);
  }
  uint64_t roles = numbers[kLimitCount];
  *limits = Limits{numbers[kParamsBytes],
                   numbers[kParamsPairs],
                   numbers[kRequestsPerConnection],
                   numbers[kStdinBytes],
                   numbers[kStdinWindow],
                   numbers[kOutputWindow],
                   numbers[kConnections],
                   numbers[kHeaderTimeout],
                   numbers[kIdleTimeout],
                   numbers[kWriteTimeout],
                   numbers[kBodyTimeout],
                   (roles & (1u << kResponder)) != 0,
                   (roles & (1u << kAuthorizer)) != 0};
  return true;
}

bool Binding::Open(const Limits& limits, napi_value object, bool checks_peers) {
  uv_loop_t* loop = nullptr;
  napi_value name = nullptr;
  Check(env_, napi_get_uv_event_loop(env_, &loop), "napi_get_uv_event_loop");
  responder_ = std::make_unique<Responder>(loop, this, limits, checks_peers);
  Check(env_, napi_create_string_utf8(env_, "FastCGI", NAPI_AUTO_LENGTH, &name), "napi_create_string_utf8");
  Check(env_, napi_async_init(env_, object, name, &context_), "napi_async_init");
  Check(env_, napi_type_tag_object(env_, object, &kTag), "napi_type_tag_object");
  Check(env_, napi_wrap(env_, object, this, OnFinalized, nullptr, nullptr), "napi_wrap");
  Check(env_, napi_create_reference(env_, object, 1, &self_), "napi_create_reference");
  Check(env_, napi_add_async_cleanup_hook(env_, OnCleanup, this, &cleanup_), "napi_add_async_cleanup_hook");
  int status = responder_->Start();
  if (status == 0) return true;
  ThrowSystem(env_, status, "the native FastCGI transport cannot start");
  // From here on the object owns itself; it goes when its handles are closed and it is collected.
  ending_ = true;
  responder_->Destroy();
  return true;
}

Binding* Binding::Unwrap(napi_env env, const Arguments& arguments) {
  bool ours = false;
  void* self = nullptr;
  napi_valuetype type = napi_undefined;
  Check(env, napi_typeof(env, arguments.receiver(), &type), "napi_typeof");
  if (type == napi_object) {
    Check(env, napi_check_object_type_tag(env, arguments.receiver(), &kTag, &ours), "napi_check_object_type_tag");
  }
  if (ours && napi_unwrap(env, arguments.receiver(), &self) == napi_ok) return static_cast<Binding*>(self);
  Check(env, napi_throw_type_error(env, nullptr, "not a NativeResponder"), "napi_throw_type_error");
  return nullptr;
}

/// listen(fd, backlog): accepts on a duplicate of the descriptor. Throws an Error with a system code.
napi_value Binding::Listen(napi_env env, napi_callback_info info) {
  Arguments arguments(env, info, "listen");
  uint32_t fd = 0;
  uint32_t backlog = 0;
  Binding* binding = Unwrap(env, arguments);
  if (binding == nullptr || !arguments.Uint32(0, &fd) || !arguments.Uint32(1, &backlog)) return nullptr;
  Entry entry(binding->responder_.get());
  int status = binding->responder_->Listen(static_cast<int>(fd), static_cast<int>(backlog));
  if (status != 0) ThrowSystem(env, status, ("cannot listen on descriptor " + std::to_string(fd)).c_str());
  return nullptr;
}

/// close(idleGrace, onClosed)
napi_value Binding::Close(napi_env env, napi_callback_info info) {
  Arguments arguments(env, info, "close");
  uint64_t grace = 0;
  Binding* binding = Unwrap(env, arguments);
  if (binding == nullptr || !arguments.Uint64(0, &grace)) return nullptr;
  if (binding->on_closed_ == nullptr && !binding->closed_ && !arguments.Function(1, &binding->on_closed_)) {
    return nullptr;
  }
  Entry entry(binding->responder_.get());
  binding->responder_->Drain(grace);
  return nullptr;
}

/// abortAll()
napi_value Binding::AbortAll(napi_env env, napi_callback_info info) {
  Arguments arguments(env, info, "abortAll");
  Binding* binding = Unwrap(env, arguments);
  if (binding == nullptr) return nullptr;
  Entry entry(binding->responder_.get());
  binding->responder_->AbortAll();
  return nullptr;
}

/// stats(): the counters in the order of `ResponderStats`.
napi_value Binding::GetStats(napi_env env, napi_callback_info info) {
  Arguments arguments(env, info, "stats");
  Binding* binding = Unwrap(env, arguments);
  if (binding == nullptr) return nullptr;
  const Stats& stats = binding->responder_->stats;
  const uint64_t numbers[] = {stats.connections_accepted, stats.connections_open, stats.requests, stats.requests_open,
                              stats.protocol_errors,      stats.overloaded,       stats.aborted};
  napi_value array = nullptr;
  Check(env, napi_create_array_with_length(env, 7, &array), "napi_create_array_with_length");
  for (uint32_t i = 0; i < 7; ++i) {
    napi_value number = nullptr;
    Check(env, napi_create_double(env, static_cast<double>(numbers[i]), &number), "napi_create_double");
    Check(env, napi_set_element(env, array, i, number), "napi_set_element");
  }
  return array;
}

}  // namespace fastcgi

NAPI_MODULE_INIT() {
  fastcgi::Check(env, napi_set_named_property(env, exports, "NativeResponder", fastcgi::Binding::Define(env)),
                 "napi_set_named_property");
  return exports;
}
