#include "values.h"

#include <string>

namespace fastcgi {

namespace {
/// Room for a head of usual size; a longer string is measured first.
constexpr size_t kScratchBytes = 4096;
constexpr double kMaxSafeInteger = 9007199254740991.0;
}  // namespace

void Check(napi_env env, napi_status status, const char* call) {
  if (status == napi_ok) return;
  const napi_extended_error_info* info = nullptr;
  bool told = napi_get_last_error_info(env, &info) == napi_ok && info != nullptr && info->error_message != nullptr;
  std::string message = std::string(call) + ": " + (told ? info->error_message : "failed");
  napi_fatal_error("@mapgate/fastcgi-kit", NAPI_AUTO_LENGTH, message.c_str(), message.size());
}

bool ThrowArgument(napi_env env, const char* function, int position, const char* expected) {
  std::string message = std::string(function) + ": argument " + std::to_string(position) + " must be " + expected;
  Check(env, napi_throw_type_error(env, "ERR_INVALID_ARG_TYPE", message.c_str()), "napi_throw_type_error");
  return false;
}

Arguments::Arguments(napi_env env, napi_callback_info info, const char* function) : env_(env), function_(function) {
  size_t count = kMax;
  // Arguments that were not given are undefined.
  Check(env, napi_get_cb_info(env, info, &count, values_, &receiver_, nullptr), "napi_get_cb_info");
}

bool Arguments::Uint32(size_t at, uint32_t* value) const {
  if (napi_get_value_uint32(env_, values_[at], value) == napi_ok) return true;
  return ThrowArgument(env_, function_, static_cast<int>(at) + 1, "a number");
}

bool Arguments::Uint64(size_t at, uint64_t* value) const {
  double number = 0;
  if (napi_get_value_double(env_, values_[at], &number) == napi_ok && number >= 0 && number <= kMaxSafeInteger) {
    *value = static_cast<uint64_t>(number);
    return true;
  }
  return ThrowArgument(env_, function_, static_cast<int>(at) + 1, "a whole number of at least 0");
}

bool Arguments::Bool(size_t at, bool* value) const {
  if (napi_get_value_bool(env_, values_[at], value) == napi_ok) return true;
  return ThrowArgument(env_, function_, static_cast<int>(at) + 1, "a boolean");
}

bool Arguments::Function(size_t at, napi_ref* reference) const {
  napi_valuetype type = napi_undefined;
  Check(env_, napi_typeof(env_, values_[at], &type), "napi_typeof");
  if (type != napi_function) return ThrowArgument(env_, function_, static_cast<int>(at) + 1, "a function");
  Check(env_, napi_create_reference(env_, values_[at], 1, reference), "napi_create_reference");
  return true;
}

bool Arguments::Bytes(size_t at, bool latin1, std::vector<char>* scratch, Lent* bytes) const {
  *bytes = Lent{nullptr, 0, nullptr};
  napi_value value = values_[at];
  napi_valuetype type = napi_undefined;
  Check(env_, napi_typeof(env_, value, &type), "napi_typeof");
  if (type == napi_undefined || type == napi_null) return true;
  if (type == napi_string) {
    auto read = latin1 ? napi_get_value_string_latin1 : napi_get_value_string_utf8;
    if (scratch->size() < kScratchBytes) scratch->resize(kScratchBytes);
    size_t size = 0;
    Check(env_, read(env_, value, scratch->data(), scratch->size(), &size), "napi_get_value_string");
    // A character of UTF-8 that did not fit leaves up to three bytes unused, besides the closing zero.
    if (size + 4 >= scratch->size()) {
      Check(env_, read(env_, value, nullptr, 0, &size), "napi_get_value_string");
      scratch->resize(size + 1);
      Check(env_, read(env_, value, scratch->data(), scratch->size(), &size), "napi_get_value_string");
    }
    *bytes = Lent{reinterpret_cast<const uint8_t*>(scratch->data()), size, nullptr};
    return true;
  }
  bool is_bytes = false;
  Check(env_, napi_is_buffer(env_, value, &is_bytes), "napi_is_buffer");
  if (!is_bytes) {
    return ThrowArgument(env_, function_, static_cast<int>(at) + 1, "a string, a Uint8Array or null");
  }
  void* data = nullptr;
  Check(env_, napi_get_buffer_info(env_, value, &data, &bytes->size), "napi_get_buffer_info");
  bytes->data = static_cast<const uint8_t*>(data);
  bytes->lender = value;
  return true;
}

}  // namespace fastcgi
