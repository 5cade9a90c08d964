#include "parser.h"

#include <algorithm>
#include <cstring>

namespace fastcgi {

bool RecordParser::Push(const uint8_t* data, size_t size, RecordSink* sink) {
  const uint8_t* end = data + size;
  while (data != end && !stopped_) {
    if (phase_ == Phase::kHeader) {
      data = TakeHeader(data, end, sink);
    } else if (phase_ == Phase::kPadding) {
      size_t step = std::min<size_t>(padding_left_, static_cast<size_t>(end - data));
      padding_left_ = static_cast<uint8_t>(padding_left_ - step);
      data += step;
      if (padding_left_ == 0) phase_ = Phase::kHeader;
    } else {
      data = TakeContent(data, end, sink);
    }
  }
  return !stopped_;
}

const uint8_t* RecordParser::TakeHeader(const uint8_t* data, const uint8_t* end, RecordSink* sink) {
  if (have_ == 0 && static_cast<size_t>(end - data) >= kHeaderBytes) {
    BeginContent(data, sink);
    return data + kHeaderBytes;
  }
  size_t step = std::min<size_t>(kHeaderBytes - have_, static_cast<size_t>(end - data));
  std::memcpy(part_ + have_, data, step);
  have_ = static_cast<uint8_t>(have_ + step);
  // The version is checked as soon as it is there: a peer that speaks something else is told at its first byte.
  if (part_[0] != kVersion) {
    Fail("unsupported protocol version");
  } else if (have_ == kHeaderBytes) {
    have_ = 0;
    BeginContent(part_, sink);
  }
  return data + step;
}

void RecordParser::BeginContent(const uint8_t* header, RecordSink* sink) {
  if (header[0] != kVersion) {
    Fail("unsupported protocol version");
    return;
  }
  type_ = header[1];
  id_ = static_cast<uint16_t>(header[2] << 8 | header[3]);
  content_left_ = static_cast<uint16_t>(header[4] << 8 | header[5]);
  padding_left_ = header[6];
  switch (type_) {
    case kBeginRequest:
      if (id_ == 0) return Fail("BEGIN_REQUEST with request id 0");
      if (content_left_ != kFixedBodyBytes) return Fail("BEGIN_REQUEST whose body is not eight bytes");
      phase_ = Phase::kFixed;
      return;
    case kAbortRequest:
      phase_ = Phase::kSkip;
      if (content_left_ == 0) EndContent();
      sink->OnAbort(id_);
      return;
    case kParams:
    case kStdin:
    case kData:
      if (content_left_ > 0) {
        phase_ = Phase::kStream;
        return;
      }
      EndContent();
      sink->OnStreamEnd(type_, id_);
      return;
    case kGetValues:
      phase_ = Phase::kCollect;
      if (content_left_ == 0) Collect(nullptr, 0, sink);
      return;
    default:
      phase_ = Phase::kSkip;
      if (content_left_ == 0) EndContent();
      // Only management records are answered (section 4.2); others of an unknown type are skipped.
      if (id_ == 0) sink->OnUnknownType(type_);
      return;
  }
}

const uint8_t* RecordParser::TakeContent(const uint8_t* data, const uint8_t* end, RecordSink* sink) {
  size_t step = std::min<size_t>(content_left_, static_cast<size_t>(end - data));
  if (phase_ == Phase::kCollect) {
    Collect(data, step, sink);
    return data + step;
  }
  content_left_ = static_cast<uint16_t>(content_left_ - step);
  Phase phase = phase_;
  if (phase == Phase::kFixed) {
    std::memcpy(part_ + have_, data, step);
    have_ = static_cast<uint8_t>(have_ + step);
  }
  if (content_left_ == 0) EndContent();
  if (phase == Phase::kStream) {
    sink->OnStream(type_, id_, data, step);
  } else if (phase == Phase::kFixed && have_ == kFixedBodyBytes) {
    have_ = 0;
    sink->OnBegin(id_, static_cast<uint16_t>(part_[0] << 8 | part_[1]), part_[2]);
  }
  return data + step;
}

void RecordParser::Collect(const uint8_t* data, size_t size, RecordSink* sink) {
  bool whole = size == content_left_;
  content_left_ = static_cast<uint16_t>(content_left_ - size);
  if (whole && !collected_) {
    EndContent();
    sink->OnGetValues(data, size);
    return;
  }
  if (!collected_) collected_ = std::make_unique<std::vector<uint8_t>>();
  collected_->insert(collected_->end(), data, data + size);
  if (!whole) return;
  EndContent();
  auto content = std::move(collected_);
  sink->OnGetValues(content->data(), content->size());
}

void RecordParser::Fail(const char* error) {
  error_ = error;
  stopped_ = true;
}

}  // namespace fastcgi
