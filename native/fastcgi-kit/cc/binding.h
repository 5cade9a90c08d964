#ifndef FASTCGI_KIT_BINDING_H_
#define FASTCGI_KIT_BINDING_H_

#include <node_api.h>

#include <memory>
#include <vector>

#include "host.h"
#include "responder.h"
#include "values.h"

namespace fastcgi {

/// A call from JavaScript into the transport; what it leads to is delivered before it returns.
class Entry {
 public:
  explicit Entry(Responder* responder) : responder_(responder) { responder_->EnterCall(); }
  ~Entry() { responder_->LeaveCall(); }

 private:
  Responder* responder_;
};

/// The JavaScript class `NativeResponder`: one responder of one environment (main thread or worker). There is no state
/// outside of these objects.
///
/// Lives until both its handles are closed and its JavaScript object is collected; the latter is held while anything is
/// open, and an environment that ends closes it first.
class Binding final : public Host {
 public:
  static napi_value Define(napi_env env);

  void OnRequest(const Request& request, const Lent& params, bool params_ascii) override;
  void OnEvent(uint32_t slot, RequestEvent event, Reason reason, const char* message) override;
  void OnError(Reason reason, const char* message) override;
  bool AllowPeer(const char* address) override;
  void OnClosed() override;
  void* Retain(void* lender) override;
  void Release(void* retained) override;
  void EnterTurn() override;
  void LeaveTurn() override;

 private:
  /// The callbacks given to the constructor, in the order of its arguments.
  enum Callback { kOnRequest, kOnEvent, kOnError, kAllowPeer, kCallbacks };

  explicit Binding(napi_env env) : env_(env) {}
  ~Binding();

  static napi_value New(napi_env env, napi_callback_info info);
  static napi_value Listen(napi_env env, napi_callback_info info);
  static napi_value Respond(napi_env env, napi_callback_info info);
  static napi_value Write(napi_env env, napi_callback_info info);
  static napi_value End(napi_env env, napi_callback_info info);
  static napi_value WriteStderr(napi_env env, napi_callback_info info);
  static napi_value Abandon(napi_env env, napi_callback_info info);
  static napi_value ReadBody(napi_env env, napi_callback_info info);
  static napi_value DropBody(napi_env env, napi_callback_info info);
  static napi_value Close(napi_env env, napi_callback_info info);
  static napi_value AbortAll(napi_env env, napi_callback_info info);
  static napi_value GetStats(napi_env env, napi_callback_info info);
  static Binding* Unwrap(napi_env env, const Arguments& arguments);
  static void OnCleanup(napi_async_cleanup_hook_handle handle, void* self);
  static void OnFinalized(napi_env env, void* self, void* hint);

  bool ReadLimits(const Arguments& arguments, Limits* limits);
  bool Open(const Limits& limits, napi_value object, bool checks_peers);
  napi_value Call(Callback callback, size_t count, const napi_value* arguments);
  void OpenScope();

  napi_env env_;
  napi_ref callbacks_[kCallbacks] = {};
  /// To this object while it is open, and to the function that is told when it no longer is.
  napi_ref self_ = nullptr;
  napi_ref on_closed_ = nullptr;
  napi_async_context context_ = nullptr;
  napi_async_cleanup_hook_handle cleanup_ = nullptr;
  napi_handle_scope handles_ = nullptr;
  napi_callback_scope scope_ = nullptr;
  bool in_turn_ = false;
  bool ending_ = false;
  bool closed_ = false;
  bool finalized_ = false;
  std::vector<char> head_;
  std::vector<char> body_;
  std::unique_ptr<Responder> responder_;
};

}  // namespace fastcgi

#endif  // FASTCGI_KIT_BINDING_H_
