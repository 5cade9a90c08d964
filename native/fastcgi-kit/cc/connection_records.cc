#include <algorithm>

#include "connection.h"
#include "pairs.h"
#include "responder.h"

namespace fastcgi {

namespace {
/// See STDIN_WINDOWS_AMONG_NEIGHBOURS in constants.ts.
constexpr size_t kWindowsAmongNeighbours = 4;
/// What FCGI_MAX_CONNS says without a limit; see UNLIMITED_VALUE in constants.ts.
constexpr uint64_t kUnlimitedValue = 2147483647;
/// The variables of section 4.1.
constexpr std::string_view kValueNames[3] = {"FCGI_MAX_CONNS", "FCGI_MAX_REQS", "FCGI_MPXS_CONNS"};
/// A GET_VALUES record of names asks for three at most; more pairs than this are not looked at.
constexpr int kValuesAsked = 64;
}  // namespace

Request* Connection::Find(uint16_t id) const {
  for (Request* request = requests_; request != nullptr; request = request->next) {
    if (request->id == id) return request;
  }
  return nullptr;
}

void Connection::OnBegin(uint16_t id, uint16_t role, uint8_t flags) {
  if (Find(id) != nullptr) {
    parser_.Fail("BEGIN_REQUEST for a request id that is open");
    return;
  }
  bool keep_connection = (flags & kKeepConnection) != 0;
  const Limits& limits = responder_->limits();
  if (unread_id_ == id) unread_id_ = 0;
  if (!responder_->TakesRole(role)) {
    Refuse(id, keep_connection, kUnknownRole);
    return;
  }
  if (request_count_ >= limits.requests_per_connection) {
    ++responder_->stats.overloaded;
    Refuse(id, keep_connection, limits.requests_per_connection == 1 ? kCantMultiplex : kOverloaded);
    return;
  }
  Request* request = responder_->Take();
  request->connection = this;
  request->id = id;
  request->role = role;
  request->keep_connection = keep_connection;
  request->next = requests_;
  requests_ = request;
  ++request_count_;
  ++undispatched_;
}

void Connection::Refuse(uint16_t id, bool keep_connection, uint8_t protocol_status) {
  uint8_t record[kHeaderBytes + kFixedBodyBytes];
  WriteEndRequest(record, id, 0, protocol_status);
  if (!control_) control_ = std::make_unique<std::string>();
  control_->append(reinterpret_cast<const char*>(record), sizeof(record));
  NotRead(id);
  if (!keep_connection) closing_ = Closing::kAfterRequests;
}

void Connection::NotRead(uint16_t id) {
  if (unread_id_ != 0) unread_more_ = true;
  unread_id_ = id;
}

void Connection::OnAbort(uint16_t id) {
  Request* request = Find(id);
  if (request == nullptr || request->aborted) return;
  ++responder_->stats.aborted;
  request->aborted = true;
  request->output.DropUnwired(responder_->host());
  if (!request->dispatched) {
    request->drop_stdin = true;
    QueueEnd(request, 0, kRequestComplete);
    Flush();
    return;
  }
  request->drop_stdin = true;
  request->body.clear();
  request->awaits_body = false;
  request->timer.Cancel();
  // An answer that was complete is cut short: END_REQUEST follows what is on the wire.
  if (request->end_queued) {
    Flush();
    return;
  }
  responder_->Post(request, RequestEvent::kAborted, Reason::kAborted, "the web server aborted the request");
}

void Connection::OnStream(uint8_t type, uint16_t id, const uint8_t* data, size_t size) {
  Request* request = Find(id);
  if (request == nullptr || request->end_queued) return;
  if (type == kParams) {
    if (request->dispatched) return parser_.Fail("PARAMS after their end");
    TakeParams(request, data, size);
  } else if (type == kStdin) {
    TakeBody(request, data, size);
  }
}

void Connection::OnStreamEnd(uint8_t type, uint16_t id) {
  if (type == kStdin && id == unread_id_) unread_id_ = 0;
  Request* request = Find(id);
  if (request == nullptr) return;
  if (type == kParams && !request->dispatched && !request->end_queued) {
    Dispatch(request);
  } else if (type == kStdin && !request->stdin_ended) {
    request->stdin_ended = true;
    if (!request->awaits_body) return;
    request->awaits_body = false;
    request->timer.Cancel();
    responder_->Post(request, RequestEvent::kBody, Reason::kNone, "");
  }
}

void Connection::TakeParams(Request* request, const uint8_t* data, size_t size) {
  if (request->params.size() + size > responder_->limits().params_bytes) {
    Overload(request, "a request has more PARAMS than paramsBytes");
    return;
  }
  if (request->params.capacity() == 0) responder_->LendBuffer(&request->params);
  request->params.insert(request->params.end(), data, data + size);
}

void Connection::Dispatch(Request* request) {
  PairSummary pairs = SummarizePairs(request->params.data(), request->params.size());
  if (pairs.malformed) {
    parser_.Fail("a name-value pair is cut short");
    return;
  }
  if (pairs.count > responder_->limits().params_pairs) {
    Overload(request, "a request has more PARAMS than paramsPairs");
    return;
  }
  request->dispatched = true;
  request->host_done = false;
  request->timer.Cancel();
  --undispatched_;
  ++responder_->stats.requests;
  ++responder_->stats.requests_open;
  std::vector<uint8_t> params;
  params.swap(request->params);
  responder_->host()->OnRequest(*request, Lent{params.data(), params.size(), nullptr}, pairs.ascii);
  responder_->TakeBuffer(&params);
}

void Connection::TakeBody(Request* request, const uint8_t* data, size_t size) {
  if (request->drop_stdin || request->stdin_ended) return;
  const Limits& limits = responder_->limits();
  request->stdin_bytes += size;
  if (request->stdin_bytes > limits.stdin_bytes) {
    FailBody(request, Reason::kLimit, "the body is larger than stdinBytes");
    Overload(request, "the body of a request is larger than stdinBytes");
    return;
  }
  size_t ceiling = limits.stdin_window * kWindowsAmongNeighbours;
  // Alone and known to the application, it stops the connection at one window instead.
  bool may_pause = request_count_ == 1 && request->dispatched;
  if (!may_pause && request->body.size() + size > ceiling) {
    FailBody(request, Reason::kLimit, "the body waits unread while the connection has more to read");
    Overload(request, "the body of a request waited unread while its connection had more to read");
    return;
  }
  if (request->body.capacity() == 0) responder_->LendBuffer(&request->body);
  request->body.insert(request->body.end(), data, data + size);
  if (!request->awaits_body) return;
  request->awaits_body = false;
  request->timer.Cancel();
  responder_->Post(request, RequestEvent::kBody, Reason::kNone, "");
}

void Connection::FailBody(Request* request, Reason reason, const char* message) {
  request->drop_stdin = true;
  request->awaits_body = false;
  request->body.clear();
  request->timer.Cancel();
  responder_->Post(request, RequestEvent::kBodyFailed, reason, message);
}

void Connection::Overload(Request* request, const char* message) {
  request->drop_stdin = true;
  if (request->answer_begun) return;
  ++responder_->stats.overloaded;
  responder_->Post(request, RequestEvent::kOver, Reason::kLimit, message);
  QueueEnd(request, 0, kOverloaded);
  Flush();
}

void Connection::BodyTaken(Request* request) {
  request->body.clear();
  if (registered_) UpdateInterest();
}

void Connection::AwaitBody(Request* request) {
  if (request->drop_stdin) return;
  request->awaits_body = true;
  responder_->Arm(&responder_->body_timers, &request->timer);
}

void Connection::DropBody(Request* request) {
  request->drop_stdin = true;
  request->awaits_body = false;
  request->body.clear();
  request->timer.Cancel();
  Settle();
}

void Connection::OnGetValues(const uint8_t* data, size_t size) {
  const Limits& limits = responder_->limits();
  PairReader reader(data, size);
  std::string_view name;
  std::string_view value;
  std::string content;
  bool asked[3] = {};
  for (int i = 0; i < kValuesAsked && reader.Next(&name, &value); ++i) {
    for (size_t known = 0; known < 3; ++known) asked[known] = asked[known] || name == kValueNames[known];
  }
  if (reader.malformed()) {
    parser_.Fail("a name-value pair is cut short");
    return;
  }
  uint64_t connections = limits.connections > 0 ? limits.connections : kUnlimitedValue;
  uint64_t requests = std::min(connections * limits.requests_per_connection, kUnlimitedValue);
  const uint64_t values[3] = {connections, requests, limits.requests_per_connection > 1 ? 1u : 0u};
  for (size_t known = 0; known < 3; ++known) {
    if (asked[known]) AppendShortPair(&content, kValueNames[known], std::to_string(values[known]));
  }
  uint8_t header[kHeaderBytes];
  WriteHeader(header, kGetValuesResult, 0, content.size());
  if (!control_) control_ = std::make_unique<std::string>();
  control_->append(reinterpret_cast<const char*>(header), sizeof(header));
  control_->append(content);
}

void Connection::OnUnknownType(uint8_t type) {
  uint8_t record[kHeaderBytes + kFixedBodyBytes] = {};
  WriteHeader(record, kUnknownType, 0, kFixedBodyBytes);
  record[kHeaderBytes] = type;
  if (!control_) control_ = std::make_unique<std::string>();
  control_->append(reinterpret_cast<const char*>(record), sizeof(record));
}

}  // namespace fastcgi
