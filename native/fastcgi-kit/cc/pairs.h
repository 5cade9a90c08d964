#ifndef FASTCGI_KIT_PAIRS_H_
#define FASTCGI_KIT_PAIRS_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

/// Name-value pairs (FastCGI 1.0, section 3.4): two lengths of one or four bytes, the name, the value.
namespace fastcgi {

/// Reads the pairs of one complete stream; nothing is copied.
class PairReader {
 public:
  PairReader(const uint8_t* data, size_t size) : at_(data), end_(data + size) {}

  /// Takes the next pair. False at the end and at a pair that reaches past it: `malformed` tells which.
  bool Next(std::string_view* name, std::string_view* value);

  bool malformed() const { return malformed_; }

 private:
  bool Length(size_t* length);

  const uint8_t* at_;
  const uint8_t* end_;
  bool malformed_ = false;
};

/// What there is to know of a PARAMS stream before it is handed on.
struct PairSummary {
  uint64_t count;
  /// The last pair reaches past the end.
  bool malformed;
  /// Every name and value is ASCII, so that their bytes are their characters.
  bool ascii;
};

PairSummary SummarizePairs(const uint8_t* data, size_t size);

/// Appends one pair with lengths below 128 bytes each, as GET_VALUES_RESULT needs.
void AppendShortPair(std::string* out, std::string_view name, std::string_view value);

}  // namespace fastcgi

#endif  // FASTCGI_KIT_PAIRS_H_
