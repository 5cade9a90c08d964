#include "binding.h"

/// The methods of `NativeResponder` that concern one request, as native-request.ts and native-body.ts call them. Slots
/// are those of `onRequest`; a slot whose request is over is taken in silence.
namespace fastcgi {

namespace {

/// What `readBody` answers when it has no bytes.
constexpr uint32_t kBodyWait = 0;
constexpr uint32_t kBodyEnd = 1;

napi_value Boolean(napi_env env, bool flag) {
  napi_value value = nullptr;
  Check(env, napi_get_boolean(env, flag, &value), "napi_get_boolean");
  return value;
}

}  // namespace

/// respond(slot, head, body, appStatus)
napi_value Binding::Respond(napi_env env, napi_callback_info info) {
  Arguments arguments(env, info, "respond");
  uint32_t slot = 0;
  uint32_t app_status = 0;
  Lent head;
  Lent body;
  Binding* binding = Unwrap(env, arguments);
  if (binding == nullptr || !arguments.Uint32(0, &slot) || !arguments.Bytes(1, true, &binding->head_, &head) ||
      !arguments.Bytes(2, false, &binding->body_, &body) || !arguments.Uint32(3, &app_status)) {
    return nullptr;
  }
  Entry entry(binding->responder_.get());
  Request* request = binding->responder_->Find(slot);
  if (request != nullptr) request->connection->Respond(request, head, body, app_status);
  return nullptr;
}

/// write(slot, chunk): false when more than the output window waits.
napi_value Binding::Write(napi_env env, napi_callback_info info) {
  Arguments arguments(env, info, "write");
  uint32_t slot = 0;
  Lent chunk;
  Binding* binding = Unwrap(env, arguments);
  if (binding == nullptr || !arguments.Uint32(0, &slot) || !arguments.Bytes(1, false, &binding->body_, &chunk)) {
    return nullptr;
  }
  Entry entry(binding->responder_.get());
  Request* request = binding->responder_->Find(slot);
  return Boolean(env, request != nullptr && request->connection->Write(request, chunk));
}

/// end(slot, appStatus)
napi_value Binding::End(napi_env env, napi_callback_info info) {
  Arguments arguments(env, info, "end");
  uint32_t slot = 0;
  uint32_t app_status = 0;
  Binding* binding = Unwrap(env, arguments);
  if (binding == nullptr || !arguments.Uint32(0, &slot) || !arguments.Uint32(1, &app_status)) return nullptr;
  Entry entry(binding->responder_.get());
  Request* request = binding->responder_->Find(slot);
  if (request != nullptr) request->connection->End(request, app_status);
  return nullptr;
}

/// writeStderr(slot, text)
napi_value Binding::WriteStderr(napi_env env, napi_callback_info info) {
  Arguments arguments(env, info, "writeStderr");
  uint32_t slot = 0;
  Lent text;
  Binding* binding = Unwrap(env, arguments);
  if (binding == nullptr || !arguments.Uint32(0, &slot) || !arguments.Bytes(1, false, &binding->body_, &text)) {
    return nullptr;
  }
  Entry entry(binding->responder_.get());
  Request* request = binding->responder_->Find(slot);
  if (request != nullptr) request->connection->WriteStderr(request, text);
  return nullptr;
}

/// abandon(slot, reason)
napi_value Binding::Abandon(napi_env env, napi_callback_info info) {
  Arguments arguments(env, info, "abandon");
  uint32_t slot = 0;
  Lent reason;
  Binding* binding = Unwrap(env, arguments);
  if (binding == nullptr || !arguments.Uint32(0, &slot) || !arguments.Bytes(1, false, &binding->body_, &reason)) {
    return nullptr;
  }
  Entry entry(binding->responder_.get());
  Request* request = binding->responder_->Find(slot);
  if (request != nullptr) request->connection->Abandon(request, reason);
  return nullptr;
}

/// readBody(slot): a Buffer with all that waits, 0 when an event will tell of more, 1 at the end.
napi_value Binding::ReadBody(napi_env env, napi_callback_info info) {
  Arguments arguments(env, info, "readBody");
  uint32_t slot = 0;
  napi_value result = nullptr;
  Binding* binding = Unwrap(env, arguments);
  if (binding == nullptr || !arguments.Uint32(0, &slot)) return nullptr;
  Entry entry(binding->responder_.get());
  Request* request = binding->responder_->Find(slot);
  if (request != nullptr && !request->body.empty()) {
    napi_status status =
        napi_create_buffer_copy(env, request->body.size(), request->body.data(), nullptr, &result);
    Check(env, status, "napi_create_buffer_copy");
    request->connection->BodyTaken(request);
    return result;
  }
  bool ended = request == nullptr || request->stdin_ended;
  if (!ended) request->connection->AwaitBody(request);
  Check(env, napi_create_uint32(env, ended ? kBodyEnd : kBodyWait, &result), "napi_create_uint32");
  return result;
}

/// dropBody(slot): the application reads no more of it.
napi_value Binding::DropBody(napi_env env, napi_callback_info info) {
  Arguments arguments(env, info, "dropBody");
  uint32_t slot = 0;
  Binding* binding = Unwrap(env, arguments);
  if (binding == nullptr || !arguments.Uint32(0, &slot)) return nullptr;
  Entry entry(binding->responder_.get());
  Request* request = binding->responder_->Find(slot);
  if (request != nullptr) request->connection->DropBody(request);
  return nullptr;
}

}  // namespace fastcgi
