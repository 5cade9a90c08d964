#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>

#include "responder.h"

namespace fastcgi {

namespace {
/// Connections taken from one listening socket before others have their turn, in this process and its siblings.
constexpr int kAcceptsPerTurn = 32;
/// At the end everything that waits to be accepted is taken: nobody else would answer it.
constexpr int kAcceptsAtEnd = 1024;
/// A connection that was just accepted still gets to send its request when the responder closes.
constexpr uint64_t kNewConnectionGrace = 1000;
}  // namespace

int Responder::Listen(int fd, int backlog) {
  int own = fcntl(fd, F_DUPFD_CLOEXEC, 3);
  if (own < 0) return -errno;
  int listening = 0;
  socklen_t size = sizeof(listening);
  sockaddr_storage address = {};
  socklen_t address_size = sizeof(address);
  int flags = fcntl(own, F_GETFL);
  bool failed = flags < 0 || getsockopt(own, SOL_SOCKET, SO_ACCEPTCONN, &listening, &size) != 0 ||
                getsockname(own, reinterpret_cast<sockaddr*>(&address), &address_size) != 0 ||
                fcntl(own, F_SETFL, flags | O_NONBLOCK) != 0 ||
                ((listening == 0 || backlog > 0) && listen(own, backlog > 0 ? backlog : SOMAXCONN) != 0);
  if (failed) {
    int error = errno;
    close(own);
    return -error;
  }
  bool tcp = address.ss_family == AF_INET || address.ss_family == AF_INET6;
  int on = 1;
  // Accepted sockets inherit it. Without it the end of a streamed answer waits for an acknowledgement.
  if (tcp) setsockopt(own, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
  if (accepting_ && !Watch(own, this, EPOLLIN, true)) {
    int error = errno;
    close(own);
    return -error;
  }
  listeners_.push_back(Listener{own, tcp});
  return 0;
}

void Responder::Accept(const Listener& listener) {
  for (int i = 0; i < kAcceptsPerTurn && accepting_; ++i) {
    if (!AcceptOne(listener)) return;
  }
}

bool Responder::AcceptOne(const Listener& listener) {
  if (limits_.connections > 0 && stats.connections_open >= limits_.connections) {
    SetAccepting(false);
    return false;
  }
  int fd = accept4(listener.fd, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
  if (fd < 0) {
    switch (errno) {
      case EMFILE:
      case ENFILE:
      case ENOBUFS:
      case ENOMEM:
        // The waiting connection would wake us without end.
        SetAccepting(false);
        Arm(&accept_timers_, &accept_timer_);
        if (!told_accept_failure_) Report(Reason::kSystem, "no connection can be accepted: out of file descriptors");
        told_accept_failure_ = true;
        return false;
      case EINTR:
      case ECONNABORTED:
      case EPROTO:
        return true;
      default:
        return false;
    }
  }
  told_accept_failure_ = false;
  if (listener.tcp && checks_peers_ && !PeerAllowed(fd)) {
    ++stats.protocol_errors;
    close(fd);
    return true;
  }
  auto* connection = new Connection(this, fd);
  connection->next = connections_;
  if (connections_ != nullptr) connections_->previous = connection;
  connections_ = connection;
  ++stats.connections_accepted;
  ++stats.connections_open;
  fresh_.push_back(connection);
  connection->Read();
  Deliver();
  return true;
}

bool Responder::PeerAllowed(int fd) {
  sockaddr_storage address = {};
  socklen_t size = sizeof(address);
  char text[INET6_ADDRSTRLEN] = "";
  if (getpeername(fd, reinterpret_cast<sockaddr*>(&address), &size) != 0) return false;
  const void* bytes = address.ss_family == AF_INET
                          ? static_cast<const void*>(&reinterpret_cast<const sockaddr_in*>(&address)->sin_addr)
                          : static_cast<const void*>(&reinterpret_cast<const sockaddr_in6*>(&address)->sin6_addr);
  return inet_ntop(address.ss_family, bytes, text, sizeof(text)) != nullptr && host_->AllowPeer(text);
}

void Responder::SetAccepting(bool accepting) {
  if (accepting == accepting_) return;
  accepting_ = accepting;
  for (const Listener& listener : listeners_) {
    if (accepting) {
      Watch(listener.fd, this, EPOLLIN, true);
    } else {
      epoll_ctl(epoll_fd_, EPOLL_CTL_DEL, listener.fd, nullptr);
    }
  }
}

void Responder::Closed(Connection* connection) {
  if (connection->previous != nullptr) {
    connection->previous->next = connection->next;
  } else {
    connections_ = connection->next;
  }
  if (connection->next != nullptr) connection->next->previous = connection->previous;
  --stats.connections_open;
  dead_.push_back(connection);
  if (!accepting_ && !accept_timer_.armed()) SetAccepting(true);
}

void Responder::Drain(uint64_t grace) {
  grace_ = grace;
  drain_asked_ = true;
}

void Responder::StartDrain() {
  drain_asked_ = false;
  host_->EnterTurn();
  if (!draining_) {
    for (size_t at = 0; at < listeners_.size(); ++at) {
      Listener listener = listeners_[at];
      for (int i = 0; i < kAcceptsAtEnd && accepting_ && AcceptOne(listener); ++i) continue;
    }
    for (const Listener& listener : listeners_) close(listener.fd);
    listeners_.clear();
    draining_ = true;
  }
  idle_timers.duration = std::max(grace_, kNewConnectionGrace);
  std::vector<Connection*> all;
  for (Connection* connection = connections_; connection != nullptr; connection = connection->next) {
    all.push_back(connection);
  }
  for (Connection* connection : all) connection->Drain();
  // Each went behind those that still had their longer time: only now is the list's first the next one due.
  Schedule();
  Deliver();
  host_->LeaveTurn();
  RegisterFresh();
}

void Responder::AbortAll() {
  while (connections_ != nullptr) connections_->Lose(Reason::kAborted, "the server is closing");
}

void Responder::Destroy() {
  destroyed_ = true;
  draining_ = true;
  for (const Listener& listener : listeners_) close(listener.fd);
  listeners_.clear();
  AbortAll();
  posted_.clear();
  CloseHandles();
}

void Responder::MaybeFinish() {
  if (!draining_ || connections_ != nullptr || !posted_.empty()) return;
  CloseHandles();
}

void Responder::CloseHandles() {
  if (closing_handles_) return;
  closing_handles_ = true;
  accept_timer_.Cancel();
  auto closed = [](uv_handle_t* handle) { static_cast<Responder*>(handle->data)->OnHandleClosed(); };
  int handles = open_handles_;
  if (handles > 0) uv_close(reinterpret_cast<uv_handle_t*>(&poll_), closed);
  if (handles > 1) uv_close(reinterpret_cast<uv_handle_t*>(&timer_), closed);
}

void Responder::OnHandleClosed() {
  if (--open_handles_ == 0) host_->OnClosed();
}

}  // namespace fastcgi
