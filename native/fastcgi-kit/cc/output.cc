#include "output.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>

namespace fastcgi {

namespace {
/// Segments whose storage a finished request keeps for the next one in its slot.
constexpr size_t kKeptSegments = 8;
}  // namespace

uint8_t* Wire::AddInline(Kind kind, size_t size, Request* owner) {
  Item& item = items_[count_];
  item = Item{nullptr, static_cast<uint32_t>(size), kind, owner};
  return inline_[count_++];
}

void Wire::AddPayload(const uint8_t* data, size_t size, Request* owner) {
  items_[count_++] = Item{data, static_cast<uint32_t>(size), Kind::kPayload, owner};
}

void Wire::AddControl(const uint8_t* data, size_t size) {
  items_[count_++] = Item{data, static_cast<uint32_t>(size), Kind::kControl, nullptr};
}

const uint8_t* Wire::Start(size_t index) const {
  return items_[index].data != nullptr ? items_[index].data : inline_[index];
}

int Wire::Vectors(iovec* vectors) const {
  int used = 0;
  size_t offset = offset_;
  for (size_t i = first_; i < count_; ++i) {
    vectors[used].iov_base = const_cast<uint8_t*>(Start(i) + offset);
    vectors[used].iov_len = items_[i].size - offset;
    ++used;
    offset = 0;
  }
  return used;
}

const Wire::Item& Wire::Advance(size_t* written, size_t* taken, bool* done) {
  const Item& item = items_[first_];
  *taken = std::min<size_t>(*written, item.size - offset_);
  *written -= *taken;
  offset_ += *taken;
  *done = offset_ == item.size;
  if (*done) {
    offset_ = 0;
    if (++first_ == count_) first_ = count_ = 0;
  }
  return item;
}

void Wire::Rebase(const uint8_t* from, size_t size, const uint8_t* to) {
  for (size_t i = first_; i < count_; ++i) {
    Item& item = items_[i];
    if (item.kind != Kind::kPayload || item.data < from || item.data >= from + size) continue;
    item.data = to + (item.data - from);
  }
}

OutputQueue::~OutputQueue() {
  // Retained segments need the host and are given up by Clear; copies can be freed without it.
  for (size_t i = front_; i < segments_.size(); ++i) {
    if (segments_[i].hold == Hold::kCopied) std::free(segments_[i].keeper);
  }
}

void OutputQueue::Add(uint8_t type, const Lent& bytes) {
  if (bytes.size == 0) return;
  segments_.push_back(Segment{bytes.data, bytes.size, bytes.lender, Hold::kLent, type});
  bytes_ += bytes.size;
}

bool OutputQueue::Keep(Host* host, Wire* wire) {
  for (size_t i = segments_.size(); i > front_ && segments_[i - 1].hold == Hold::kLent; --i) {
    Segment& segment = segments_[i - 1];
    if (segment.keeper != nullptr) {
      segment.keeper = host->Retain(segment.keeper);
      if (segment.keeper != nullptr) {
        segment.hold = Hold::kRetained;
        continue;
      }
    }
    void* copy = std::malloc(segment.size);
    if (copy == nullptr) return false;
    std::memcpy(copy, segment.data, segment.size);
    const uint8_t* moved = static_cast<const uint8_t*>(copy);
    if (wire != nullptr) wire->Rebase(segment.data, segment.size, moved);
    segment.data = moved;
    segment.keeper = copy;
    segment.hold = Hold::kCopied;
  }
  return true;
}

void OutputQueue::NextRecord(uint16_t id, size_t max, Request* owner, Wire* wire) {
  uint8_t type = segments_[next_].type;
  uint8_t* header = wire->AddInline(Wire::Kind::kFraming, kHeaderBytes, owner);
  size_t content = 0;
  while (HasUnwired() && segments_[next_].type == type && content < max && wire->room() > Wire::kRecordOverhead) {
    const Segment& segment = segments_[next_];
    size_t step = std::min(segment.size - next_offset_, max - content);
    wire->AddPayload(segment.data + next_offset_, step, owner);
    content += step;
    next_offset_ += step;
    if (next_offset_ == segment.size) {
      ++next_;
      next_offset_ = 0;
    }
  }
  wired_bytes_ += content;
  WriteHeader(header, type, id, content);
}

void OutputQueue::Consume(size_t size, Host* host) {
  bytes_ -= size;
  wired_bytes_ -= size;
  while (size > 0) {
    Segment& segment = segments_[front_];
    size_t step = std::min(size, segment.size - front_offset_);
    front_offset_ += step;
    size -= step;
    if (front_offset_ < segment.size) return;
    Give(segment, host);
    ++front_;
    front_offset_ = 0;
  }
  // The written head of a long queue is cut off now and then, so that a streamed answer does not grow it.
  if (front_ == segments_.size()) {
    segments_.clear();
    front_ = next_ = 0;
  } else if (front_ >= kKeptSegments && front_ * 2 >= segments_.size()) {
    segments_.erase(segments_.begin(), segments_.begin() + static_cast<ptrdiff_t>(front_));
    next_ -= front_;
    front_ = 0;
  }
}

void OutputQueue::DropUnwired(Host* host) {
  while (HasUnwired()) {
    Segment& last = segments_.back();
    bool partly = next_ == segments_.size() - 1 && next_offset_ > 0;
    if (partly) {
      bytes_ -= last.size - next_offset_;
      // The bytes on the wire still need the segment's memory: it ends where the wire does.
      last.size = next_offset_;
      ++next_;
      next_offset_ = 0;
      return;
    }
    bytes_ -= last.size;
    Give(last, host);
    segments_.pop_back();
  }
}

void OutputQueue::Clear(Host* host) {
  for (size_t i = front_; i < segments_.size(); ++i) Give(segments_[i], host);
  if (segments_.capacity() > kKeptSegments) {
    std::vector<Segment>().swap(segments_);
  } else {
    segments_.clear();
  }
  front_ = front_offset_ = next_ = next_offset_ = bytes_ = wired_bytes_ = 0;
}

void OutputQueue::Give(const Segment& segment, Host* host) {
  if (segment.hold == Hold::kCopied) std::free(segment.keeper);
  if (segment.hold == Hold::kRetained) host->Release(segment.keeper);
}

}  // namespace fastcgi
