#include <errno.h>
#include <sys/socket.h>

#include <cstring>

#include "connection.h"
#include "responder.h"

namespace fastcgi {

namespace {
/// Content of one record: the largest multiple of eight, as the specification likes records aligned (section 3.3).
constexpr size_t kRecordBytes = 65528;
/// While several requests send: short turns, so that a small answer does not wait long for a large one.
constexpr size_t kSharedRecordBytes = 16 * 1024;
/// Room on the wire that a record with its closing needs.
constexpr size_t kRecordItems = 4;
}  // namespace

void Connection::Respond(Request* request, const Lent& head, const Lent& body, uint32_t app_status) {
  if (request->end_queued) return;
  if (!request->aborted) {
    request->answer_begun = true;
    request->output.Add(kStdout, head);
    request->output.Add(kStdout, body);
  }
  End(request, app_status);
}

void Connection::End(Request* request, uint32_t app_status) {
  if (request->end_queued) return;
  request->host_done = true;
  QueueEnd(request, app_status, kRequestComplete);
  FlushLent(request);
}

bool Connection::Write(Request* request, const Lent& chunk) {
  if (request->aborted || request->end_queued) return false;
  if (chunk.size > 0) {
    request->answer_begun = true;
    request->output.Add(kStdout, chunk);
    if (!FlushLent(request)) return false;
  }
  request->awaits_drain = request->output.bytes() > responder_->limits().output_window;
  return !request->awaits_drain;
}

void Connection::WriteStderr(Request* request, const Lent& text) {
  if (request->aborted || request->end_queued || text.size == 0) return;
  request->stderr_used = true;
  request->output.Add(kStderr, text);
  FlushLent(request);
}

void Connection::Abandon(Request* request, const Lent& reason) {
  if (request->end_queued) return;
  if (request->aborted) return End(request, request->answer_begun ? 1 : 0);
  if (request_count_ == 1) {
    request->host_done = true;
    Lose(Reason::kAborted, "the answer was given up");
    return;
  }
  WriteStderr(request, reason);
  if (request->connection != nullptr) End(request, 1);
}

bool Connection::FlushLent(Request* request) {
  uint32_t serial = request->serial;
  Flush();
  // Over, and its slot perhaps free again.
  bool here = request->serial == serial && request->connection == this;
  if (here && !request->output.Keep(responder_->host(), stalled_ ? &stalled_->wire : nullptr)) {
    Lose(Reason::kSystem, "out of memory");
    here = false;
  }
  Settle();
  return here && request->serial == serial && request->connection == this;
}

void Connection::QueueEnd(Request* request, uint32_t app_status, uint8_t protocol_status) {
  request->end_queued = true;
  request->app_status = app_status;
  request->protocol_status = protocol_status;
  request->drop_stdin = true;
  request->awaits_body = false;
  request->timer.Cancel();
}

void Connection::Flush() {
  if (!open()) return;
  bool progress = false;
  if (stalled_) {
    if (!Send(&stalled_->wire, &progress)) {
      if (open() && progress) responder_->Arm(&responder_->write_timers, &stalled_->timer);
      return;
    }
    stalled_.reset();
  }
  Wire wire;
  for (;;) {
    Fill(&wire);
    if (wire.empty()) return;
    if (!Send(&wire, &progress)) {
      if (open()) Stall(wire);
      return;
    }
  }
}

void Connection::Fill(Wire* wire) {
  if (control_ && !control_wired_) {
    control_wired_ = std::move(control_);
    wire->AddControl(reinterpret_cast<const uint8_t*>(control_wired_->data()), control_wired_->size());
  }
  // Once around without output means that there is none.
  for (uint32_t without = 0; without < request_count_ && wire->room() >= kRecordItems;) {
    Request* request = turn_ != nullptr ? turn_ : requests_;
    turn_ = request->next;
    if (!request->HasOutput()) {
      ++without;
      continue;
    }
    without = 0;
    if (request->output.HasUnwired()) {
      size_t most = request_count_ == 1 ? kRecordBytes : kSharedRecordBytes;
      request->output.NextRecord(request->id, most, request, wire);
    }
    if (!request->output.HasUnwired() && request->end_queued) FillEnd(request, wire);
  }
}

void Connection::FillEnd(Request* request, Wire* wire) {
  request->end_wired = true;
  // An answer that was refused or aborted has no closing STDOUT record: it must not look whole.
  bool whole = !request->aborted && request->protocol_status == kRequestComplete;
  uint8_t closing[Wire::kInlineBytes];
  size_t size = 0;
  if (whole) {
    WriteHeader(closing, kStdout, request->id, 0);
    size += kHeaderBytes;
  }
  if (whole && request->stderr_used) {
    WriteHeader(closing + size, kStderr, request->id, 0);
    size += kHeaderBytes;
  }
  WriteEndRequest(closing + size, request->id, request->app_status, request->protocol_status);
  size += kHeaderBytes + kFixedBodyBytes;
  std::memcpy(wire->AddInline(Wire::Kind::kEnd, size, request), closing, size);
}

bool Connection::Send(Wire* wire, bool* progress) {
  iovec vectors[Wire::kItems];
  while (!wire->empty()) {
    msghdr message = {};
    message.msg_iov = vectors;
    message.msg_iovlen = static_cast<size_t>(wire->Vectors(vectors));
    ssize_t sent = sendmsg(fd_, &message, MSG_NOSIGNAL);
    if (sent < 0 && errno == EINTR) continue;
    if (sent < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) return false;
    if (sent < 0) {
      Lose(Reason::kDisconnected, "the web server closed the connection");
      return false;
    }
    *progress = *progress || sent > 0;
    Account(wire, static_cast<size_t>(sent));
  }
  return true;
}

void Connection::Account(Wire* wire, size_t written) {
  while (written > 0) {
    size_t taken = 0;
    bool done = false;
    const Wire::Item& item = wire->Advance(&written, &taken, &done);
    switch (item.kind) {
      case Wire::Kind::kFraming:
        break;
      case Wire::Kind::kControl:
        if (done) control_wired_.reset();
        break;
      case Wire::Kind::kEnd:
        if (done) Remove(item.owner);
        break;
      case Wire::Kind::kPayload:
        item.owner->output.Consume(taken, responder_->host());
        if (!item.owner->awaits_drain || item.owner->output.bytes() > responder_->limits().output_window) break;
        item.owner->awaits_drain = false;
        responder_->Post(item.owner, RequestEvent::kDrained, Reason::kNone, "");
        break;
    }
  }
}

void Connection::Stall(const Wire& wire) {
  stalled_ = std::make_unique<StalledWire>(wire, this);
  responder_->Arm(&responder_->write_timers, &stalled_->timer);
  if (registered_) UpdateInterest();
}

void Connection::Remove(Request* request) {
  Request** link = &requests_;
  while (*link != request) link = &(*link)->next;
  *link = request->next;
  if (turn_ == request) turn_ = request->next;
  --request_count_;
  if (!request->dispatched) --undispatched_;
  if (!request->stdin_ended) NotRead(request->id);
  if (!request->keep_connection) closing_ = Closing::kAfterRequests;
  served_ = true;
  responder_->Over(request, Reason::kNone, "");
}

}  // namespace fastcgi
