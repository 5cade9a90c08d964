#ifndef FASTCGI_KIT_REQUEST_H_
#define FASTCGI_KIT_REQUEST_H_

#include <cstdint>
#include <vector>

#include "output.h"
#include "timers.h"

namespace fastcgi {

class Connection;

/// One open request id. Objects are kept in slots and used again; a slot is free again when END_REQUEST is written and
/// the host knows that the request is over (it ended it, or was told so).
class Request {
 public:
  explicit Request(uint32_t slot_number) : timer(this), slot(slot_number) {}

  /// nullptr when the request is over.
  Connection* connection = nullptr;
  /// Among the requests of its connection.
  Request* next = nullptr;
  /// PARAMS until they end.
  std::vector<uint8_t> params;
  /// STDIN that the application has not read.
  std::vector<uint8_t> body;
  OutputQueue output;
  /// Header time until the end of PARAMS, then body time while the application waits.
  TimerLink timer;
  uint64_t stdin_bytes = 0;
  const uint32_t slot;
  /// Tells the requests apart that use the slot one after the other.
  uint32_t serial = 0;
  uint32_t app_status = 0;
  uint16_t id = 0;
  uint16_t role = 0;
  bool keep_connection = false;
  /// PARAMS have ended and the host knows the request.
  bool dispatched = false;
  /// The host does not know the request yet, or any more.
  bool host_done = true;
  bool stdin_ended = false;
  /// STDIN is dropped: the body failed, was given up, or the answer is complete.
  bool drop_stdin = false;
  /// The application waits for STDIN.
  bool awaits_body = false;
  bool aborted = false;
  bool answer_begun = false;
  bool stderr_used = false;
  /// STDOUT is complete; END_REQUEST follows it.
  bool end_queued = false;
  /// END_REQUEST is on the wire.
  bool end_wired = false;
  /// `write` said that the window is full; the host waits to be told.
  bool awaits_drain = false;
  uint8_t protocol_status = 0;

  bool HasOutput() const { return output.HasUnwired() || (end_queued && !end_wired); }
};

}  // namespace fastcgi

#endif  // FASTCGI_KIT_REQUEST_H_
