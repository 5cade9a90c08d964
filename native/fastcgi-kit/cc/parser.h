#ifndef FASTCGI_KIT_PARSER_H_
#define FASTCGI_KIT_PARSER_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "records.h"

namespace fastcgi {

/// What a record parser tells. Content is lent for the time of the call.
class RecordSink {
 public:
  virtual void OnBegin(uint16_t id, uint16_t role, uint8_t flags) = 0;
  virtual void OnAbort(uint16_t id) = 0;
  /// A piece of a PARAMS, STDIN or DATA stream, as it arrived: a record may come in many pieces.
  virtual void OnStream(uint8_t type, uint16_t id, const uint8_t* data, size_t size) = 0;
  /// The empty record that ends a stream.
  virtual void OnStreamEnd(uint8_t type, uint16_t id) = 0;
  /// The whole content of a GET_VALUES record.
  virtual void OnGetValues(const uint8_t* data, size_t size) = 0;
  /// A management record of a type that this library does not know.
  virtual void OnUnknownType(uint8_t type) = 0;

 protected:
  ~RecordSink() = default;
};

/// Push parser of the records that a web server sends (FastCGI 1.0, section 3.3): bytes in, one call per event.
///
/// Streams are handed on as they arrive and never held, so a connection between records costs the size of this
/// object. Only GET_VALUES is collected, and only as many bytes as have come. No dependency on Node or libuv.
class RecordParser {
 public:
  /// Takes bytes. Returns false when they break the protocol (`error` says how) or the sink called `Stop`; the
  /// parser then takes no more.
  bool Push(const uint8_t* data, size_t size, RecordSink* sink);

  /// Called by the sink: the current `Push` ends after this event and later ones do nothing.
  void Stop() { stopped_ = true; }

  /// Called by the sink for records that break the protocol in their order; `error` is static text.
  void Fail(const char* error);

  /// Static text, nullptr while all is well.
  const char* error() const { return error_; }

  /// Whether the last byte taken was the last of a record.
  bool AtBoundary() const { return phase_ == Phase::kHeader && have_ == 0; }

  /// Heap memory held for an unfinished record.
  size_t HeldBytes() const { return collected_ ? collected_->capacity() : 0; }

 private:
  enum class Phase : uint8_t { kHeader, kFixed, kStream, kCollect, kSkip, kPadding };

  const uint8_t* TakeHeader(const uint8_t* data, const uint8_t* end, RecordSink* sink);
  const uint8_t* TakeContent(const uint8_t* data, const uint8_t* end, RecordSink* sink);
  void BeginContent(const uint8_t* header, RecordSink* sink);
  void EndContent() { phase_ = padding_left_ > 0 ? Phase::kPadding : Phase::kHeader; }
  void Collect(const uint8_t* data, size_t size, RecordSink* sink);

  const char* error_ = nullptr;
  std::unique_ptr<std::vector<uint8_t>> collected_;
  /// An unfinished header or fixed body.
  uint8_t part_[kFixedBodyBytes] = {};
  uint16_t id_ = 0;
  uint16_t content_left_ = 0;
  uint8_t padding_left_ = 0;
  uint8_t type_ = 0;
  uint8_t have_ = 0;
  Phase phase_ = Phase::kHeader;
  bool stopped_ = false;
};

}  // namespace fastcgi

#endif  // FASTCGI_KIT_PARSER_H_
