#ifndef FASTCGI_KIT_HOST_H_
#define FASTCGI_KIT_HOST_H_

#include <cstddef>
#include <cstdint>

namespace fastcgi {

/// Why a request, a body or a connection ended early: the codes of `ProtocolError`, in the order of its list.
enum class Reason : uint8_t { kNone, kMalformed, kLimit, kTimeout, kAborted, kDisconnected, kForbidden, kSystem };

/// What is told about a request after it was handed over, until the application has ended it.
enum class RequestEvent : uint8_t {
  /// STDIN that the application waits for is there, or has ended: read again.
  kBody,
  /// The body ends early.
  kBodyFailed,
  /// ABORT_REQUEST: no more output is taken, END_REQUEST is still to be sent.
  kAborted,
  /// The output is below its window again.
  kDrained,
  /// The request is over: END_REQUEST was sent for a limit, or the connection is gone. The slot is free after this.
  kOver,
};

/// Bytes to be sent. `lender` is the owner of the bytes in the host's terms, nullptr where they must be copied to
/// outlive the call.
struct Lent {
  const uint8_t* data;
  size_t size;
  void* lender;
};

class Request;

/// What the transport needs from the language it is bound to.
class Host {
 public:
  /// A request at the end of PARAMS. The parameters are lent for the time of the call.
  virtual void OnRequest(const Request& request, const Lent& params, bool params_ascii) = 0;
  virtual void OnEvent(uint32_t slot, RequestEvent event, Reason reason, const char* message) = 0;
  virtual void OnError(Reason reason, const char* message) = 0;
  /// Whether a TCP peer may connect.
  virtual bool AllowPeer(const char* address) = 0;
  /// Everything is closed and no more calls will come.
  virtual void OnClosed() = 0;
  /// Keeps what a lender owns until `Release`; nullptr when it cannot.
  virtual void* Retain(void* lender) = 0;
  virtual void Release(void* retained) = 0;
  /// Bracket the calls of one turn of the loop, so that they share one entry into the language.
  virtual void EnterTurn() = 0;
  virtual void LeaveTurn() = 0;

 protected:
  ~Host() = default;
};

}  // namespace fastcgi

#endif  // FASTCGI_KIT_HOST_H_
