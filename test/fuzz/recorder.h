#ifndef MAPGATE_FUZZ_RECORDER_H_
#define MAPGATE_FUZZ_RECORDER_H_

#include <string>

#include "parser.h"

/// Writes down what a parser tells, with the pieces of a stream joined, so that two ways to the same records compare
/// equal.
class Recorder final : public fastcgi::RecordSink {
 public:
  const std::string& text() const { return text_; }

  void OnBegin(uint16_t id, uint16_t role, uint8_t flags) override {
    Line("begin " + std::to_string(id) + " role " + std::to_string(role) + " flags " + std::to_string(flags));
  }
  void OnAbort(uint16_t id) override { Line("abort " + std::to_string(id)); }
  void OnStream(uint8_t type, uint16_t id, const uint8_t* data, size_t size) override {
    std::string stream = "stream " + std::to_string(type) + " of " + std::to_string(id) + ": ";
    if (stream != stream_) Line(stream);
    stream_ = stream;
    text_.append(reinterpret_cast<const char*>(data), size);
  }
  void OnStreamEnd(uint8_t type, uint16_t id) override {
    Line("end " + std::to_string(type) + " of " + std::to_string(id));
  }
  void OnGetValues(const uint8_t* data, size_t size) override {
    Line("values ");
    text_.append(reinterpret_cast<const char*>(data), size);
  }
  void OnUnknownType(uint8_t type) override { Line("unknown " + std::to_string(type)); }

 private:
  void Line(const std::string& line) {
    stream_.clear();
    text_ += "\n" + line;
  }

  std::string text_;
  /// The stream whose pieces come at present.
  std::string stream_;
};

#endif  // MAPGATE_FUZZ_RECORDER_H_
