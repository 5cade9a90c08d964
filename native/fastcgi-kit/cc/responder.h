#ifndef FASTCGI_KIT_RESPONDER_H_
#define FASTCGI_KIT_RESPONDER_H_

#include <uv.h>

#include <cstdint>
#include <memory>
#include <vector>

#include "connection.h"
#include "host.h"
#include "request.h"
#include "timers.h"

namespace fastcgi {

/// `Limits` of contract.ts, plus the roles taken.
struct Limits {
  size_t params_bytes;
  uint64_t params_pairs;
  uint64_t requests_per_connection;
  uint64_t stdin_bytes;
  size_t stdin_window;
  size_t output_window;
  uint64_t connections;
  uint64_t header_timeout;
  uint64_t idle_timeout;
  uint64_t write_timeout;
  uint64_t body_timeout;
  bool responder_role;
  bool authorizer_role;
};

struct Stats {
  uint64_t connections_accepted = 0;
  uint64_t connections_open = 0;
  uint64_t requests = 0;
  uint64_t requests_open = 0;
  uint64_t protocol_errors = 0;
  uint64_t overloaded = 0;
  uint64_t aborted = 0;
};

/// Accepts connections and owns everything that is open: sockets, requests, timers.
///
/// The sockets are watched by an epoll set of its own, which the event loop sees as one descriptor: a connection costs
/// one system call to watch and nothing to close, and one that is answered in the turn it was accepted in is never
/// watched at all.
class Responder {
 public:
  /// One read at most; also the most that STDIN can pass its window by.
  static constexpr size_t kBufferBytes = 64 * 1024;

  Responder(uv_loop_t* loop, Host* host, const Limits& limits, bool checks_peers);
  ~Responder();
  Responder(const Responder&) = delete;
  Responder& operator=(const Responder&) = delete;

  /// Opens the handles; a negative libuv error code when it cannot.
  int Start();
  /// Accepts on a duplicate of `fd`. A negative error code; `backlog` 0 leaves a listening socket as it is.
  int Listen(int fd, int backlog);
  /// Stops accepting and lets requests finish; `Host::OnClosed` follows.
  void Drain(uint64_t grace);
  /// Ends every connection now.
  void AbortAll();
  /// Closes at once what is open without a call to the host except `OnClosed`.
  void Destroy();

  /// The open request in a slot; nullptr when the host is done with it or it never was.
  Request* Find(uint32_t slot) const;

  // For the host: brackets a call into the transport.
  void EnterCall() { ++depth_; }
  void LeaveCall();

  // For connections.
  const Limits& limits() const { return limits_; }
  Host* host() const { return host_; }
  uint8_t* buffer() { return buffer_.get(); }
  bool draining() const { return draining_; }
  uint64_t grace() const { return grace_; }
  bool TakesRole(uint16_t role) const;
  bool Watch(int fd, void* owner, uint32_t events, bool add);
  Request* Take();
  /// The request is over for its connection.
  void Over(Request* request, Reason reason, const char* message);
  /// Tells the host at the next safe moment; `message` is static text.
  void Post(Request* request, RequestEvent event, Reason reason, const char* message);
  /// A connection ends for breaking the protocol or a limit.
  void Report(Reason reason, const char* message);
  void Closed(Connection* connection);
  void Arm(TimerList* list, TimerLink* link);
  /// Buffers for bytes that must be held, shared by all connections.
  void LendBuffer(std::vector<uint8_t>* buffer);
  void TakeBuffer(std::vector<uint8_t>* buffer);

  Stats stats;
  /// Waiting for the first bytes of a request, for the rest of PARAMS, for the next request, for awaited STDIN, for the
  /// socket to take output, for the peer to close.
  TimerList first_timers;
  TimerList header_timers;
  TimerList idle_timers;
  TimerList body_timers;
  TimerList write_timers;
  TimerList linger_timers;

 private:
  struct Listener {
    int fd;
    bool tcp;
  };
  struct Posted {
    Request* request;
    uint32_t serial;
    RequestEvent event;
    Reason reason;
    const char* message;
  };

  void OnPoll();
  void OnTimeout();
  void Accept(const Listener& listener);
  bool AcceptOne(const Listener& listener);
  bool PeerAllowed(int fd);
  void SetAccepting(bool accepting);
  void Deliver();
  void MaybeFree(Request* request);
  void Schedule();
  void RegisterFresh();
  void StartDrain();
  void MaybeFinish();
  void CloseHandles();
  void Reap();
  void OnHandleClosed();

  uv_loop_t* const loop_;
  Host* const host_;
  const Limits limits_;
  const bool checks_peers_;
  const std::unique_ptr<uint8_t[]> buffer_;
  uv_poll_t poll_;
  uv_timer_t timer_;
  uint64_t timer_due_ = UINT64_MAX;
  int epoll_fd_ = -1;
  int open_handles_ = 0;
  int depth_ = 0;
  bool accepting_ = true;
  /// Draining reads from connections, which must wait for the end of the call that asks for it.
  bool drain_asked_ = false;
  bool draining_ = false;
  bool destroyed_ = false;
  bool delivering_ = false;
  bool closing_handles_ = false;
  bool told_accept_failure_ = false;
  uint64_t grace_ = 0;
  std::vector<Listener> listeners_;
  TimerList accept_timers_;
  TimerLink accept_timer_{nullptr};
  Connection* connections_ = nullptr;
  std::vector<Connection*> fresh_;
  std::vector<Connection*> dead_;
  std::vector<std::unique_ptr<Request>> requests_;
  std::vector<uint32_t> free_slots_;
  std::vector<Posted> posted_;
  std::vector<std::vector<uint8_t>> buffers_;
};

}  // namespace fastcgi

#endif  // FASTCGI_KIT_RESPONDER_H_
