#ifndef FASTCGI_KIT_OUTPUT_H_
#define FASTCGI_KIT_OUTPUT_H_

#include <sys/uio.h>

#include <cstddef>
#include <cstdint>
#include <vector>

#include "host.h"
#include "records.h"

namespace fastcgi {

class Request;

/// Records on their way to the socket: framing of its own, payload that belongs to requests. Lives on the stack for an
/// answer that the socket takes at once, which nearly all are.
class Wire {
 public:
  enum class Kind : uint8_t { kFraming, kPayload, kEnd, kControl };
  static constexpr size_t kItems = 32;
  static constexpr size_t kInlineBytes = 32;
  /// Items that one record needs at most besides its payload: header before, closing records after.
  static constexpr size_t kRecordOverhead = 2;

  struct Item {
    const uint8_t* data;
    uint32_t size;
    Kind kind;
    Request* owner;
  };

  bool empty() const { return first_ == count_; }
  /// Free items left.
  size_t room() const { return kItems - count_; }

  /// Adds framing bytes and returns where to write them (at most kInlineBytes).
  uint8_t* AddInline(Kind kind, size_t size, Request* owner);
  void AddPayload(const uint8_t* data, size_t size, Request* owner);
  /// Bytes that the connection holds itself.
  void AddControl(const uint8_t* data, size_t size);

  /// Fills `vectors` (kItems of them) with what is left to write; returns their number.
  int Vectors(iovec* vectors) const;

  /// The item that the next written bytes belong to, and how many of `written` it takes. `done`: it is complete.
  const Item& Advance(size_t* written, size_t* taken, bool* done);

  /// Payload that was lent moved to another address.
  void Rebase(const uint8_t* from, size_t size, const uint8_t* to);

 private:
  const uint8_t* Start(size_t index) const;

  size_t first_ = 0;
  size_t count_ = 0;
  /// Bytes of the first item that are written.
  size_t offset_ = 0;
  Item items_[kItems];
  uint8_t inline_[kItems][kInlineBytes];
};

/// The output of one request that is not written yet, in order, STDOUT and STDERR.
class OutputQueue {
 public:
  ~OutputQueue();
  OutputQueue() = default;
  OutputQueue(const OutputQueue&) = delete;
  OutputQueue& operator=(const OutputQueue&) = delete;

  void Add(uint8_t type, const Lent& bytes);
  /// Makes what was lent since the last call survive; `wire` may hold parts of it.
  bool Keep(Host* host, Wire* wire);
  /// Moves the next record, of at most `max` bytes, to the wire.
  void NextRecord(uint16_t id, size_t max, Request* owner, Wire* wire);
  /// Written payload: gives up what is done with.
  void Consume(size_t size, Host* host);
  /// Drops what has not reached the wire.
  void DropUnwired(Host* host);
  /// Drops everything, for a connection that is gone.
  void Clear(Host* host);

  bool HasUnwired() const { return next_ < segments_.size(); }
  bool HasWired() const { return wired_bytes_ > 0; }
  /// Bytes of payload not written yet.
  size_t bytes() const { return bytes_; }

 private:
  enum class Hold : uint8_t { kLent, kCopied, kRetained };
  struct Segment {
    const uint8_t* data;
    size_t size;
    void* keeper;
    Hold hold;
    uint8_t type;
  };

  static void Give(const Segment& segment, Host* host);

  std::vector<Segment> segments_;
  /// First segment not fully written, and the bytes of it that are.
  size_t front_ = 0;
  size_t front_offset_ = 0;
  /// First segment not fully on the wire, and the bytes of it that are.
  size_t next_ = 0;
  size_t next_offset_ = 0;
  size_t bytes_ = 0;
  size_t wired_bytes_ = 0;
};

}  // namespace fastcgi

#endif  // FASTCGI_KIT_OUTPUT_H_
