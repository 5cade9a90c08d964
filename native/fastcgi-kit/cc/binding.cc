#include "binding.h"

#include <string>

namespace fastcgi {

namespace {
/// The codes of `ProtocolError` in the order of `Reason`; a system error has none of its own.
constexpr const char* kReasonNames[] = {"", "malformed", "limit", "timeout", "aborted", "disconnected", "forbidden", ""};

/// The flags of `onRequest`, as native-request.ts reads them.
constexpr uint32_t kFlagAuthorizer = 1;
constexpr uint32_t kFlagKeepConnection = 2;
constexpr uint32_t kFlagAscii = 4;

napi_value Latin1(napi_env env, const char* text, size_t size) {
  napi_value value = nullptr;
  Check(env, napi_create_string_latin1(env, text, size, &value), "napi_create_string_latin1");
  return value;
}

napi_value Number(napi_env env, uint32_t number) {
  napi_value value = nullptr;
  Check(env, napi_create_uint32(env, number, &value), "napi_create_uint32");
  return value;
}
}  // namespace

Binding::~Binding() {
  responder_.reset();
}

void Binding::OnRequest(const Request& request, const Lent& params, bool params_ascii) {
  OpenScope();
  napi_handle_scope scope = nullptr;
  Check(env_, napi_open_handle_scope(env_, &scope), "napi_open_handle_scope");
  uint32_t flags = (request.role == kAuthorizer ? kFlagAuthorizer : 0) |
                   (request.keep_connection ? kFlagKeepConnection : 0) | (params_ascii ? kFlagAscii : 0);
  const napi_value arguments[] = {Number(env_, request.slot), Number(env_, request.id), Number(env_, flags),
                                  Latin1(env_, reinterpret_cast<const char*>(params.data), params.size)};
  Call(kOnRequest, 4, arguments);
  Check(env_, napi_close_handle_scope(env_, scope), "napi_close_handle_scope");
}

void Binding::OnEvent(uint32_t slot, RequestEvent event, Reason reason, const char* message) {
  OpenScope();
  napi_handle_scope scope = nullptr;
  Check(env_, napi_open_handle_scope(env_, &scope), "napi_open_handle_scope");
  const napi_value arguments[] = {Number(env_, slot), Number(env_, static_cast<uint32_t>(event)),
                                  Latin1(env_, kReasonNames[static_cast<size_t>(reason)], NAPI_AUTO_LENGTH),
                                  Latin1(env_, message, NAPI_AUTO_LENGTH)};
  Call(kOnEvent, 4, arguments);
  Check(env_, napi_close_handle_scope(env_, scope), "napi_close_handle_scope");
}

void Binding::OnError(Reason reason, const char* message) {
  OpenScope();
  napi_handle_scope scope = nullptr;
  Check(env_, napi_open_handle_scope(env_, &scope), "napi_open_handle_scope");
  const napi_value arguments[] = {Latin1(env_, kReasonNames[static_cast<size_t>(reason)], NAPI_AUTO_LENGTH),
                                  Latin1(env_, message, NAPI_AUTO_LENGTH)};
  Call(kOnError, 2, arguments);
  Check(env_, napi_close_handle_scope(env_, scope), "napi_close_handle_scope");
}

bool Binding::AllowPeer(const char* address) {
  OpenScope();
  napi_handle_scope scope = nullptr;
  Check(env_, napi_open_handle_scope(env_, &scope), "napi_open_handle_scope");
  const napi_value arguments[] = {Latin1(env_, address, NAPI_AUTO_LENGTH)};
  napi_value result = Call(kAllowPeer, 1, arguments);
  bool allowed = false;
  // Anything but true, an exception included, keeps the peer out.
  if (result == nullptr || napi_get_value_bool(env_, result, &allowed) != napi_ok) allowed = false;
  Check(env_, napi_close_handle_scope(env_, scope), "napi_close_handle_scope");
  return allowed;
}

void Binding::OnClosed() {
  closed_ = true;
  if (!ending_) {
    EnterTurn();
    OpenScope();
    napi_value function = nullptr;
    napi_value receiver = nullptr;
    Check(env_, napi_get_undefined(env_, &receiver), "napi_get_undefined");
    if (on_closed_ != nullptr) {
      Check(env_, napi_get_reference_value(env_, on_closed_, &function), "napi_get_reference_value");
      if (napi_call_function(env_, receiver, function, 0, nullptr, nullptr) == napi_pending_exception) {
        napi_value error = nullptr;
        Check(env_, napi_get_and_clear_last_exception(env_, &error), "napi_get_and_clear_last_exception");
        napi_fatal_exception(env_, error);
      }
      Check(env_, napi_delete_reference(env_, on_closed_), "napi_delete_reference");
      on_closed_ = nullptr;
    }
    LeaveTurn();
  }
  for (napi_ref& callback : callbacks_) {
    if (callback != nullptr) Check(env_, napi_delete_reference(env_, callback), "napi_delete_reference");
    callback = nullptr;
  }
  if (context_ != nullptr) Check(env_, napi_async_destroy(env_, context_), "napi_async_destroy");
  context_ = nullptr;
  napi_async_cleanup_hook_handle cleanup = cleanup_;
  cleanup_ = nullptr;
  napi_ref self = self_;
  self_ = nullptr;
  // The last use of `this` is before these: they may let go of it.
  napi_env env = env_;
  bool finalized = finalized_;
  if (self != nullptr) Check(env, napi_delete_reference(env, self), "napi_delete_reference");
  if (cleanup != nullptr) Check(env, napi_remove_async_cleanup_hook(cleanup), "napi_remove_async_cleanup_hook");
  if (finalized) delete this;
}

void Binding::OnFinalized(napi_env, void* self, void*) {
  auto* binding = static_cast<Binding*>(self);
  binding->finalized_ = true;
  if (binding->closed_) delete binding;
}

void Binding::OnCleanup(napi_async_cleanup_hook_handle, void* self) {
  auto* binding = static_cast<Binding*>(self);
  binding->ending_ = true;
  napi_handle_scope scope = nullptr;
  Check(binding->env_, napi_open_handle_scope(binding->env_, &scope), "napi_open_handle_scope");
  binding->responder_->Destroy();
  Check(binding->env_, napi_close_handle_scope(binding->env_, scope), "napi_close_handle_scope");
}

void* Binding::Retain(void* lender) {
  napi_ref reference = nullptr;
  Check(env_, napi_create_reference(env_, static_cast<napi_value>(lender), 1, &reference), "napi_create_reference");
  return reference;
}

void Binding::Release(void* retained) {
  Check(env_, napi_delete_reference(env_, static_cast<napi_ref>(retained)), "napi_delete_reference");
}

void Binding::EnterTurn() { in_turn_ = true; }

void Binding::OpenScope() {
  if (!in_turn_ || scope_ != nullptr) return;
  Check(env_, napi_open_handle_scope(env_, &handles_), "napi_open_handle_scope");
  napi_value resource = nullptr;
  Check(env_, napi_get_reference_value(env_, self_, &resource), "napi_get_reference_value");
  Check(env_, napi_open_callback_scope(env_, resource, context_, &scope_), "napi_open_callback_scope");
}

void Binding::LeaveTurn() {
  in_turn_ = false;
  if (scope_ == nullptr) return;
  napi_callback_scope scope = scope_;
  napi_handle_scope handles = handles_;
  scope_ = nullptr;
  handles_ = nullptr;
  // Runs what the callbacks left to microtasks and process.nextTick; an error in there is the process' own affair.
  napi_status status = napi_close_callback_scope(env_, scope);
  if (status != napi_pending_exception) Check(env_, status, "napi_close_callback_scope");
  Check(env_, napi_close_handle_scope(env_, handles), "napi_close_handle_scope");
}

napi_value Binding::Call(Callback callback, size_t count, const napi_value* arguments) {
  if (ending_ || callbacks_[callback] == nullptr) return nullptr;
  napi_value function = nullptr;
  napi_value receiver = nullptr;
  napi_value result = nullptr;
  Check(env_, napi_get_reference_value(env_, callbacks_[callback], &function), "napi_get_reference_value");
  Check(env_, napi_get_undefined(env_, &receiver), "napi_get_undefined");
  napi_status status = napi_call_function(env_, receiver, function, count, arguments, &result);
  if (status == napi_ok) return result;
  bool pending = false;
  Check(env_, napi_is_exception_pending(env_, &pending), "napi_is_exception_pending");
  // Nothing pending: the environment is being taken down under the call.
  if (!pending) return nullptr;
  napi_value error = nullptr;
  Check(env_, napi_get_and_clear_last_exception(env_, &error), "napi_get_and_clear_last_exception");
  // Refused while a worker thread is terminated under the call: that ends by itself, and there is nobody to tell.
  static_cast<void>(napi_fatal_exception(env_, error));
  return nullptr;
}

}  // namespace fastcgi
