#include "responder.h"

#include <errno.h>
#include <sys/epoll.h>
#include <unistd.h>

#include <algorithm>

namespace fastcgi {

namespace {
constexpr int kEventsPerTurn = 64;
/// Buffers kept for the next request, and the size up to which one is kept.
constexpr size_t kBuffersKept = 32;
constexpr size_t kBufferKeptBytes = 16 * 1024;
/// PARAMS of a web server, with room for a long query.
constexpr size_t kBufferFirstBytes = 2 * 1024;
/// How long a connection that has closed its sending side reads on for the peer to follow.
constexpr uint64_t kLingerTime = 5000;
/// Pause after accept() failed for want of descriptors or memory.
constexpr uint64_t kAcceptPause = 100;
/// Timers end up to this much late: deadlines close to each other share one wake-up.
constexpr uint64_t kTimerSlack = 4;
}  // namespace

Responder::Responder(uv_loop_t* loop, Host* host, const Limits& limits, bool checks_peers)
    : loop_(loop), host_(host), limits_(limits), checks_peers_(checks_peers), buffer_(new uint8_t[kBufferBytes]) {
  first_timers.duration = limits.header_timeout;
  header_timers.duration = limits.header_timeout;
  idle_timers.duration = limits.idle_timeout;
  body_timers.duration = limits.body_timeout;
  write_timers.duration = limits.write_timeout;
  linger_timers.duration = kLingerTime;
  accept_timers_.duration = kAcceptPause;
}

Responder::~Responder() {
  Reap();
  if (epoll_fd_ >= 0) close(epoll_fd_);
}

int Responder::Start() {
  epoll_fd_ = epoll_create1(EPOLL_CLOEXEC);
  if (epoll_fd_ < 0) return -errno;
  int status = uv_poll_init(loop_, &poll_, epoll_fd_);
  if (status != 0) return status;
  poll_.data = this;
  ++open_handles_;
  status = uv_timer_init(loop_, &timer_);
  if (status != 0) return status;
  timer_.data = this;
  ++open_handles_;
  // The connections keep the process alive, not their deadlines.
  uv_unref(reinterpret_cast<uv_handle_t*>(&timer_));
  return uv_poll_start(&poll_, UV_READABLE,
                       [](uv_poll_t* poll, int, int) { static_cast<Responder*>(poll->data)->OnPoll(); });
}

void Responder::OnPoll() {
  epoll_event events[kEventsPerTurn];
  int count = epoll_wait(epoll_fd_, events, kEventsPerTurn, 0);
  if (count <= 0) return;
  EnterCall();
  host_->EnterTurn();
  for (int i = 0; i < count && !destroyed_; ++i) {
    if (events[i].data.ptr == this) {
      for (size_t at = 0; at < listeners_.size(); ++at) Accept(listeners_[at]);
    } else {
      auto* connection = static_cast<Connection*>(events[i].data.ptr);
      if (connection->open()) connection->OnReady(events[i].events);
    }
    Deliver();
  }
  // What came between the accept and now is the usual case; watching the connection costs more than asking again.
  for (size_t i = 0; i < fresh_.size(); ++i) {
    if (fresh_[i]->open() && !fresh_[i]->heard()) fresh_[i]->Read();
    Deliver();
  }
  host_->LeaveTurn();
  RegisterFresh();
  LeaveCall();
}

void Responder::RegisterFresh() {
  for (size_t i = 0; i < fresh_.size(); ++i) {
    if (fresh_[i]->open()) fresh_[i]->Register();
  }
  fresh_.clear();
}

void Responder::LeaveCall() {
  Deliver();
  if (depth_ == 1 && drain_asked_) StartDrain();
  if (--depth_ > 0) return;
  Reap();
  MaybeFinish();
}

void Responder::Reap() {
  for (Connection* connection : dead_) delete connection;
  dead_.clear();
}

bool Responder::TakesRole(uint16_t role) const {
  return (role == kResponder && limits_.responder_role) || (role == kAuthorizer && limits_.authorizer_role);
}

bool Responder::Watch(int fd, void* owner, uint32_t events, bool add) {
  epoll_event event = {};
  event.events = events;
  event.data.ptr = owner;
  return epoll_ctl(epoll_fd_, add ? EPOLL_CTL_ADD : EPOLL_CTL_MOD, fd, &event) == 0;
}

Request* Responder::Take() {
  if (free_slots_.empty()) {
    free_slots_.push_back(static_cast<uint32_t>(requests_.size()));
    requests_.push_back(std::make_unique<Request>(free_slots_.back()));
  }
  Request* request = requests_[free_slots_.back()].get();
  free_slots_.pop_back();
  request->stdin_bytes = 0;
  request->dispatched = request->stdin_ended = request->drop_stdin = request->awaits_body = request->aborted = false;
  request->answer_begun = request->stderr_used = request->end_queued = request->end_wired = false;
  request->awaits_drain = false;
  request->host_done = true;
  return request;
}

Request* Responder::Find(uint32_t slot) const {
  if (slot >= requests_.size()) return nullptr;
  Request* request = requests_[slot].get();
  return request->host_done || request->connection == nullptr ? nullptr : request;
}

void Responder::Over(Request* request, Reason reason, const char* message) {
  if (request->dispatched) --stats.requests_open;
  request->timer.Cancel();
  request->connection = nullptr;
  request->output.Clear(host_);
  TakeBuffer(&request->params);
  TakeBuffer(&request->body);
  if (!request->host_done) Post(request, RequestEvent::kOver, reason, message);
  MaybeFree(request);
}

void Responder::MaybeFree(Request* request) {
  if (request->connection != nullptr || !request->host_done) return;
  ++request->serial;
  free_slots_.push_back(request->slot);
}

void Responder::Post(Request* request, RequestEvent event, Reason reason, const char* message) {
  if (!request->host_done) posted_.push_back(Posted{request, request->serial, event, reason, message});
}

void Responder::Report(Reason reason, const char* message) {
  if (reason != Reason::kSystem) ++stats.protocol_errors;
  posted_.push_back(Posted{nullptr, 0, RequestEvent::kBody, reason, message});
}

void Responder::Deliver() {
  // What the host does in these calls may post more: the outermost loop takes it.
  if (delivering_ || posted_.empty()) return;
  delivering_ = true;
  for (size_t i = 0; i < posted_.size(); ++i) {
    Posted posted = posted_[i];
    Request* request = posted.request;
    if (request == nullptr) {
      host_->OnError(posted.reason, posted.message);
    } else if (request->serial == posted.serial && !request->host_done) {
      bool over = posted.event == RequestEvent::kOver;
      if (over) request->host_done = true;
      host_->OnEvent(request->slot, posted.event, posted.reason, posted.message);
      if (over) MaybeFree(request);
    }
  }
  posted_.clear();
  delivering_ = false;
}

void Responder::LendBuffer(std::vector<uint8_t>* buffer) {
  if (buffers_.empty()) {
    buffer->reserve(kBufferFirstBytes);
    return;
  }
  buffer->swap(buffers_.back());
  buffers_.pop_back();
}

void Responder::TakeBuffer(std::vector<uint8_t>* buffer) {
  if (buffer->capacity() == 0) return;
  if (buffer->capacity() <= kBufferKeptBytes && buffers_.size() < kBuffersKept) {
    buffer->clear();
    buffers_.push_back(std::move(*buffer));
  }
  std::vector<uint8_t>().swap(*buffer);
}

void Responder::Arm(TimerList* list, TimerLink* link) {
  if (list->Arm(link, uv_now(loop_))) Schedule();
}

void Responder::Schedule() {
  if (closing_handles_) return;
  uint64_t due = UINT64_MAX;
  for (const TimerList* list : {&first_timers, &header_timers, &idle_timers, &body_timers, &write_timers,
                                &linger_timers, &accept_timers_}) {
    due = std::min(due, list->NextDeadline());
  }
  if (due >= timer_due_) return;
  timer_due_ = due;
  uint64_t now = uv_now(loop_);
  uv_timer_start(
      &timer_, [](uv_timer_t* timer) { static_cast<Responder*>(timer->data)->OnTimeout(); },
      (due > now ? due - now : 0) + kTimerSlack, 0);
}

void Responder::OnTimeout() {
  EnterCall();
  host_->EnterTurn();
  uint64_t now = uv_now(loop_);
  while (accept_timers_.TakeExpired(now) != nullptr) SetAccepting(true);
  for (TimerList* list : {&first_timers, &idle_timers, &write_timers, &linger_timers}) {
    while (TimerLink* link = list->TakeExpired(now)) static_cast<Connection*>(link->owner())->OnTimer(*list);
  }
  for (TimerList* list : {&header_timers, &body_timers}) {
    while (TimerLink* link = list->TakeExpired(now)) {
      auto* request = static_cast<Request*>(link->owner());
      request->connection->OnRequestTimer(request);
    }
  }
  Deliver();
  host_->LeaveTurn();
  timer_due_ = UINT64_MAX;
  Schedule();
  LeaveCall();
}

}  // namespace fastcgi
