#include "connection.h"

#include <errno.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>

#include "responder.h"

namespace fastcgi {

namespace {
/// Full buffers taken from one connection before others have their turn.
constexpr int kReadsPerTurn = 4;
/// Answers to management records and refusals that a peer may leave unread before nothing more is taken from it.
constexpr size_t kControlBytes = 16 * 1024;
}  // namespace

Connection::Connection(Responder* responder, int fd) : responder_(responder), timer_(this), fd_(fd) {}

Connection::~Connection() {
  if (fd_ >= 0) close(fd_);
}

bool Connection::Paused() const {
  if (request_count_ != 1 || !requests_->dispatched) return false;
  return !requests_->drop_stdin && requests_->body.size() >= responder_->limits().stdin_window;
}

bool Connection::ControlFull() const { return control_ != nullptr && control_->size() >= kControlBytes; }

size_t Connection::ReadSize() const {
  if (closing_ == Closing::kLingering) return Responder::kBufferBytes;
  if (Paused() || ControlFull()) return 0;
  if (request_count_ != 1 || !requests_->dispatched || requests_->drop_stdin || requests_->stdin_ended) {
    return Responder::kBufferBytes;
  }
  // Alone with a body: no more than its window, and the header that comes with it.
  return std::min(responder_->limits().stdin_window - requests_->body.size() + kHeaderBytes, Responder::kBufferBytes);
}

bool Connection::Read() {
  bool any = false;
  for (int turn = 0; turn < kReadsPerTurn;) {
    size_t want = ReadSize();
    if (want == 0) break;
    ssize_t got = recv(fd_, responder_->buffer(), want, 0);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) break;
    if (got <= 0) {
      Lose(Reason::kDisconnected, got == 0 ? "the web server closed the connection" : "the connection was reset");
      return true;
    }
    any = true;
    heard_ = true;
    ++turn;
    if (closing_ != Closing::kLingering) {
      reading_ = true;
      bool well = parser_.Push(responder_->buffer(), static_cast<size_t>(got), this);
      reading_ = false;
      if (!open()) return true;
      if (!well) {
        responder_->Report(Reason::kMalformed, parser_.error());
        Lose(Reason::kMalformed, parser_.error());
        return true;
      }
    }
    if (static_cast<size_t>(got) < want) break;
  }
  if (any) Settle();
  return any;
}

void Connection::OnReady(uint32_t events) {
  if (events & EPOLLOUT) {
    Flush();
    Settle();
  }
  if (!open()) return;
  if (ReadSize() > 0) {
    if (events & (EPOLLIN | EPOLLHUP | EPOLLERR)) Read();
  } else if (events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR)) {
    Lose(Reason::kDisconnected, "the web server closed the connection");
  }
}

void Connection::UpdateInterest() {
  if (!open()) return;
  // A connection that is not read still learns that its peer went away.
  uint32_t wanted = ReadSize() > 0 ? EPOLLIN : EPOLLRDHUP;
  if (stalled_) wanted |= EPOLLOUT;
  if (registered_ && wanted == interest_) return;
  if (!responder_->Watch(fd_, this, wanted, !registered_)) {
    Lose(Reason::kSystem, "the connection cannot be watched");
    return;
  }
  registered_ = true;
  interest_ = wanted;
}

void Connection::Settle() {
  if (!open() || reading_) return;
  if (control_ && !stalled_) {
    Flush();
    if (!open()) return;
  }
  if (closing_ != Closing::kLingering && request_count_ == 0 && !stalled_ &&
      (closing_ == Closing::kAfterRequests || (responder_->draining() && served_))) {
    Shut();
  } else {
    SettleTimers();
  }
  // A connection of this turn is registered at its end, if it is still there.
  if (registered_) UpdateInterest();
}

void Connection::SettleTimers() {
  if (closing_ == Closing::kLingering) return;
  if (request_count_ > 0) {
    timer_.Cancel();
    if (undispatched_ == 0) return;
    for (Request* request = requests_; request != nullptr; request = request->next) {
      if (!request->dispatched && !request->timer.armed()) responder_->Arm(&responder_->header_timers, &request->timer);
    }
    return;
  }
  TimerList& list = parser_.AtBoundary() ? responder_->idle_timers : responder_->first_timers;
  if (!timer_.InList(list)) responder_->Arm(&list, &timer_);
}

void Connection::Shut() {
  if (unread_id_ == 0 && !unread_more_ && parser_.AtBoundary()) {
    Close();
  } else {
    Linger();
  }
}

void Connection::Linger() {
  shutdown(fd_, SHUT_WR);
  closing_ = Closing::kLingering;
  responder_->Arm(&responder_->linger_timers, &timer_);
}

void Connection::Close() {
  if (!open()) return;
  close(fd_);
  fd_ = -1;
  parser_.Stop();
  timer_.Cancel();
  stalled_.reset();
  control_.reset();
  control_wired_.reset();
  responder_->Closed(this);
}

void Connection::Lose(Reason reason, const char* message) {
  if (!open()) return;
  Request* request = requests_;
  requests_ = nullptr;
  turn_ = nullptr;
  request_count_ = 0;
  undispatched_ = 0;
  while (request != nullptr) {
    Request* following = request->next;
    if (!request->end_queued && !request->aborted) ++responder_->stats.aborted;
    responder_->Over(request, reason, message);
    request = following;
  }
  Close();
}

void Connection::OnTimer(const TimerList& list) {
  if (&list == &responder_->write_timers) {
    responder_->Report(Reason::kTimeout, "the web server did not take its answer within writeTimeout");
    Lose(Reason::kTimeout, "the web server did not take its answer in time");
  } else if (&list == &responder_->first_timers) {
    responder_->Report(Reason::kTimeout, "a request did not begin within headerTimeout");
    Lose(Reason::kTimeout, "the request did not come in time");
  } else {
    Close();
  }
}

void Connection::OnRequestTimer(Request* request) {
  if (request->dispatched) {
    FailBody(request, Reason::kTimeout, "the body did not come within bodyTimeout");
    responder_->Report(Reason::kTimeout, "the body of a request did not come within bodyTimeout");
    Lose(Reason::kTimeout, "the body did not come within bodyTimeout");
  } else {
    responder_->Report(Reason::kTimeout, "the PARAMS of a request did not end within headerTimeout");
    Lose(Reason::kTimeout, "the PARAMS of a request did not end within headerTimeout");
  }
}

void Connection::Register() {
  UpdateInterest();
  Settle();
}

void Connection::Drain() {
  if (!open() || request_count_ > 0 || closing_ == Closing::kLingering) return;
  // A request that is here already is still served: the web server took the connection for open.
  uint8_t byte = 0;
  if (recv(fd_, &byte, 1, MSG_PEEK) > 0) {
    Read();
    return;
  }
  if (responder_->grace() > 0) served_ = false;
  timer_.Cancel();
  Settle();
}

}  // namespace fastcgi
