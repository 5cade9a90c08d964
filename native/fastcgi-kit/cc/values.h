#ifndef FASTCGI_KIT_VALUES_H_
#define FASTCGI_KIT_VALUES_H_

#include <node_api.h>

#include <cstdint>
#include <vector>

#include "host.h"

/// Reading arguments at the border between JavaScript and C++. Every function that returns false has thrown.
namespace fastcgi {

/// Ends the process with a message: a Node-API call failed that can only fail by a mistake in this library.
void Check(napi_env env, napi_status status, const char* call);

bool ThrowArgument(napi_env env, const char* function, int position, const char* expected);

/// The arguments of one call.
class Arguments {
 public:
  static constexpr size_t kMax = 5;

  /// `function` is for messages.
  Arguments(napi_env env, napi_callback_info info, const char* function);

  bool Uint32(size_t at, uint32_t* value) const;
  /// A whole number of at least 0.
  bool Uint64(size_t at, uint64_t* value) const;
  bool Function(size_t at, napi_ref* reference) const;
  bool Bool(size_t at, bool* value) const;
  /// A string, whose bytes go to `scratch`, or a Uint8Array, which is lent. null and undefined give no bytes.
  bool Bytes(size_t at, bool latin1, std::vector<char>* scratch, Lent* bytes) const;

  napi_value at(size_t index) const { return values_[index]; }
  napi_value receiver() const { return receiver_; }

 private:
  napi_env env_;
  const char* function_;
  napi_value receiver_ = nullptr;
  napi_value values_[kMax] = {};
};

}  // namespace fastcgi

#endif  // FASTCGI_KIT_VALUES_H_
