#include "pairs.h"

#include <cstring>

namespace fastcgi {

bool PairReader::Length(size_t* length) {
  if (at_ == end_) return false;
  if (*at_ < 0x80) {
    *length = *at_++;
    return true;
  }
  if (end_ - at_ < 4) return false;
  *length = static_cast<size_t>(at_[0] & 0x7f) << 24 | static_cast<size_t>(at_[1]) << 16 |
            static_cast<size_t>(at_[2]) << 8 | at_[3];
  at_ += 4;
  return true;
}

bool PairReader::Next(std::string_view* name, std::string_view* value) {
  if (at_ == end_ || malformed_) return false;
  size_t name_size = 0;
  size_t value_size = 0;
  if (!Length(&name_size) || !Length(&value_size) || static_cast<size_t>(end_ - at_) < name_size ||
      static_cast<size_t>(end_ - at_) - name_size < value_size) {
    malformed_ = true;
    return false;
  }
  const char* text = reinterpret_cast<const char*>(at_);
  *name = std::string_view(text, name_size);
  *value = std::string_view(text + name_size, value_size);
  at_ += name_size + value_size;
  return true;
}

namespace {

/// Whether all bytes are below 0x80; eight at a time, because this runs over every request.
bool IsAscii(const char* data, size_t size) {
  constexpr uint64_t kHighBits = 0x8080808080808080u;
  uint64_t bits = 0;
  uint64_t word = 0;
  while (size >= sizeof(word)) {
    std::memcpy(&word, data, sizeof(word));
    bits |= word;
    data += sizeof(word);
    size -= sizeof(word);
  }
  word = 0;
  std::memcpy(&word, data, size);
  return ((bits | word) & kHighBits) == 0;
}

}  // namespace

PairSummary SummarizePairs(const uint8_t* data, size_t size) {
  PairReader reader(data, size);
  std::string_view name;
  std::string_view value;
  uint64_t count = 0;
  bool ascii = true;
  while (reader.Next(&name, &value)) {
    ++count;
    // The value lies right behind its name.
    ascii = ascii && IsAscii(name.data(), name.size() + value.size());
  }
  return PairSummary{count, reader.malformed(), ascii};
}

void AppendShortPair(std::string* out, std::string_view name, std::string_view value) {
  out->push_back(static_cast<char>(name.size()));
  out->push_back(static_cast<char>(value.size()));
  out->append(name);
  out->append(value);
}

}  // namespace fastcgi
