#ifndef FASTCGI_KIT_CONNECTION_H_
#define FASTCGI_KIT_CONNECTION_H_

#include <cstdint>
#include <memory>
#include <string>

#include "output.h"
#include "parser.h"
#include "request.h"
#include "timers.h"

namespace fastcgi {

class Responder;

/// Records that wait for the socket, with their deadline.
struct StalledWire {
  StalledWire(const Wire& from, void* owner) : wire(from), timer(owner) {}
  Wire wire;
  TimerLink timer;
};

/// One connection of a web server. Small: buffers exist only while bytes are on their way.
///
/// Life: reading and writing; then `Shut`, which closes at once where everything sent to us was read, and otherwise
/// ends the sending side and reads on for a while (closing a socket with unread input resets it, and the web server
/// would lose the end of its answer).
class Connection final : public RecordSink {
 public:
  Connection(Responder* responder, int fd);
  ~Connection();

  /// Reads what is there. False when nothing was.
  bool Read();
  /// Readiness as told by epoll.
  void OnReady(uint32_t events);
  /// Registers with epoll what this connection waits for now.
  void UpdateInterest();

  // Answers of the application; see contract.ts.
  void Respond(Request* request, const Lent& head, const Lent& body, uint32_t app_status);
  /// False when more than the output window waits.
  bool Write(Request* request, const Lent& chunk);
  void End(Request* request, uint32_t app_status);
  void WriteStderr(Request* request, const Lent& text);
  void Abandon(Request* request, const Lent& reason);
  /// STDIN was taken by the application: go on reading.
  void BodyTaken(Request* request);
  /// The application waits for STDIN.
  void AwaitBody(Request* request);
  /// The application wants no more of the body.
  void DropBody(Request* request);

  /// Registers a connection that outlived the turn it was accepted in.
  void Register();
  /// Ends the connection and every request on it.
  void Lose(Reason reason, const char* message);
  void OnTimer(const TimerList& list);
  void OnRequestTimer(Request* request);
  /// The responder closes: a connection without a request goes now, or after its grace time without one.
  void Drain();

  bool open() const { return fd_ >= 0; }
  /// Whether a byte has come.
  bool heard() const { return heard_; }

  void OnBegin(uint16_t id, uint16_t role, uint8_t flags) override;
  void OnAbort(uint16_t id) override;
  void OnStream(uint8_t type, uint16_t id, const uint8_t* data, size_t size) override;
  void OnStreamEnd(uint8_t type, uint16_t id) override;
  void OnGetValues(const uint8_t* data, size_t size) override;
  void OnUnknownType(uint8_t type) override;

  /// Neighbours in the responder's list of connections.
  Connection* previous = nullptr;
  Connection* next = nullptr;

 private:
  enum class Closing : uint8_t { kNo, kAfterRequests, kLingering };

  // connection.cc
  size_t ReadSize() const;
  bool Paused() const;
  bool ControlFull() const;
  void Settle();
  void SettleTimers();
  void Shut();
  void Linger();
  void Close();

  // connection_records.cc
  Request* Find(uint16_t id) const;
  void Dispatch(Request* request);
  void TakeParams(Request* request, const uint8_t* data, size_t size);
  void TakeBody(Request* request, const uint8_t* data, size_t size);
  void FailBody(Request* request, Reason reason, const char* message);
  void Overload(Request* request, const char* message);
  void Refuse(uint16_t id, bool keep_connection, uint8_t protocol_status);
  void NotRead(uint16_t id);

  // connection_output.cc
  void Flush();
  void Fill(Wire* wire);
  void FillEnd(Request* request, Wire* wire);
  /// False when the socket takes no more or is gone; `progress`: it took something.
  bool Send(Wire* wire, bool* progress);
  void Account(Wire* wire, size_t written);
  void Stall(const Wire& wire);
  void QueueEnd(Request* request, uint32_t app_status, uint8_t protocol_status);
  void Remove(Request* request);
  bool FlushLent(Request* request);

  Responder* const responder_;
  RecordParser parser_;
  TimerLink timer_;
  Request* requests_ = nullptr;
  /// Whose turn it is to send a record.
  Request* turn_ = nullptr;
  std::unique_ptr<StalledWire> stalled_;
  /// Records that belong to no open request: GET_VALUES_RESULT, UNKNOWN_TYPE, refusals.
  std::unique_ptr<std::string> control_;
  std::unique_ptr<std::string> control_wired_;
  int fd_;
  uint32_t interest_ = 0;
  uint16_t request_count_ = 0;
  uint16_t undispatched_ = 0;
  /// A request that ended before its STDIN did; 0: none.
  uint16_t unread_id_ = 0;
  bool unread_more_ = false;
  bool registered_ = false;
  bool heard_ = false;
  /// Bytes of records are being taken: closing waits for the end of it.
  bool reading_ = false;
  /// A request has ended (since the responder began to close).
  bool served_ = false;
  Closing closing_ = Closing::kNo;
};

}  // namespace fastcgi

#endif  // FASTCGI_KIT_CONNECTION_H_
