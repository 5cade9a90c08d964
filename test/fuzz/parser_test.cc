// Unit tests of the record parser, the pairs and the timer lists without Node, for a build with sanitizers. Exit code 0
// when all hold.

#include <algorithm>
#include <cstdio>
#include <string>
#include <string_view>
#include <vector>

#include "pairs.h"
#include "parser.h"
#include "recorder.h"
#include "timers.h"

namespace {

using Bytes = std::vector<uint8_t>;

int failures = 0;

void Expect(bool holds, const char* what) {
  std::printf("%s %s\n", holds ? "ok    " : "FAILED", what);
  if (!holds) ++failures;
}

Bytes Record(uint8_t type, uint16_t id, const Bytes& content, uint8_t padding = 0) {
  Bytes record(fastcgi::kHeaderBytes);
  fastcgi::WriteHeader(record.data(), type, id, content.size());
  record[6] = padding;
  record.insert(record.end(), content.begin(), content.end());
  record.insert(record.end(), padding, 0xee);
  return record;
}

Bytes operator+(Bytes a, const Bytes& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

/// What the parser tells of the bytes, given in chunks of one size.
std::string Parse(const Bytes& bytes, size_t chunk, bool* well = nullptr, fastcgi::RecordParser* given = nullptr) {
  fastcgi::RecordParser own;
  fastcgi::RecordParser& parser = given == nullptr ? own : *given;
  Recorder recorder;
  bool all = true;
  for (size_t at = 0; at < bytes.size() && all; at += chunk) {
    all = parser.Push(bytes.data() + at, std::min(chunk, bytes.size() - at), &recorder);
  }
  if (well != nullptr) *well = all;
  return recorder.text();
}

void TestRecords() {
  Bytes begin = Record(fastcgi::kBeginRequest, 1, {0, 1, 1, 0, 0, 0, 0, 0}, 3);
  Bytes request = begin + Record(fastcgi::kParams, 1, {1, 1, 'a', 'b'}, 255) + Record(fastcgi::kParams, 1, {}) +
                  Record(fastcgi::kStdin, 1, {'x', 'y'}) + Record(fastcgi::kStdin, 1, {}, 7);
  std::string events =
      "\nbegin 1 role 1 flags 1\nstream 4 of 1: \x01\x01"
      "ab\nend 4 of 1\nstream 5 of 1: xy\nend 5 of 1";
  bool same = true;
  for (size_t chunk = 1; chunk <= request.size(); ++chunk) same = same && Parse(request, chunk) == events;
  Expect(same, "a request cut at every place gives the same events");

  Bytes content(65535, 'v');
  Bytes longest = Record(fastcgi::kGetValues, 0, content, 255);
  std::string told = "\nvalues " + std::string(65535, 'v');
  Expect(Parse(longest, longest.size()) == told && Parse(longest, 1000) == told, "the longest GET_VALUES is whole");

  fastcgi::RecordParser parser;
  Bytes header(longest.begin(), longest.begin() + 16);
  Parse(header, 16, nullptr, &parser);
  Expect(parser.HeldBytes() <= 64, "a header that announces 65 535 bytes buys no memory");

  Expect(Parse(Record(77, 0, {1, 2, 3}), 2) == "\nunknown 77", "an unknown management record is told");
  Expect(Parse(Record(77, 5, {1, 2, 3}), 2).empty(), "an unknown record of a request is skipped");
  Expect(Parse(Record(fastcgi::kAbortRequest, 9, {}), 3) == "\nabort 9", "ABORT_REQUEST is told");
}

void TestBrokenRecords() {
  bool well = true;
  Parse({2}, 1, &well);
  Expect(!well, "another version is refused at its first byte");
  Parse(Record(fastcgi::kBeginRequest, 1, {0, 1, 0}), 100, &well);
  Expect(!well, "a BEGIN_REQUEST of another size is refused");
  Parse(Record(fastcgi::kBeginRequest, 0, {0, 1, 0, 0, 0, 0, 0, 0}), 100, &well);
  Expect(!well, "a BEGIN_REQUEST without an id is refused");
}

void TestPairs() {
  struct Case {
    Bytes bytes;
    uint64_t count;
    bool malformed;
    bool ascii;
    const char* what;
  };
  const Case cases[] = {
      {{}, 0, false, true, "no pairs"},
      {{0, 0}, 1, false, true, "an empty pair"},
      {{1, 2, 'a', 'b', 'c', 0, 0}, 2, false, true, "two pairs"},
      {{1, 1, 'a', 0xe4}, 1, false, false, "a value beyond ASCII"},
      {{0x80, 0, 0, 1, 1, 'a', 'b'}, 1, false, true, "a long length for a short name"},
      {{1}, 0, true, true, "a pair cut after one length"},
      {{0x80, 0, 0}, 0, true, true, "a long length cut short"},
      {{0xff, 0xff, 0xff, 0xff, 1, 'a', 'b'}, 0, true, true, "a name longer than the stream"},
      {{1, 0xff, 0xff, 0xff, 0xff, 'a'}, 0, true, true, "a value longer than the stream"},
  };
  for (const Case& test : cases) {
    fastcgi::PairSummary got = fastcgi::SummarizePairs(test.bytes.data(), test.bytes.size());
    Expect(got.count == test.count && got.malformed == test.malformed && got.ascii == test.ascii, test.what);
  }
}

void TestTimers() {
  fastcgi::TimerList list;
  fastcgi::TimerLink first(&list);
  fastcgi::TimerLink second(&list);
  list.duration = 10;
  bool was_first = list.Arm(&first, 0);
  bool was_second = list.Arm(&second, 5);
  Expect(was_first && !was_second && list.NextDeadline() == 10, "the first to wait ends first");
  list.Arm(&first, 8);
  Expect(list.TakeExpired(14) == nullptr && list.TakeExpired(15) == &second, "a wait that begins again ends later");
  first.Cancel();
  Expect(list.TakeExpired(100) == nullptr && list.NextDeadline() == UINT64_MAX, "a cancelled wait does not end");
  list.duration = 0;
  Expect(!list.Arm(&first, 0) && !first.armed(), "a time of 0 is no limit");
}

}  // namespace

int main() {
  TestRecords();
  TestBrokenRecords();
  TestPairs();
  TestTimers();
  return failures == 0 ? 0 : 1;
}
