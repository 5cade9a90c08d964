#ifndef FASTCGI_KIT_RECORDS_H_
#define FASTCGI_KIT_RECORDS_H_

#include <cstddef>
#include <cstdint>

/// The numbers of FastCGI 1.0 (section 8) and the geometry of a record (section 3.3).
namespace fastcgi {

constexpr uint8_t kVersion = 1;
constexpr size_t kHeaderBytes = 8;
/// Bodies of BEGIN_REQUEST, END_REQUEST and UNKNOWN_TYPE have one size (sections 5.1, 5.5 and 4.2).
constexpr size_t kFixedBodyBytes = 8;
constexpr size_t kMaxContentBytes = 65535;

enum RecordType : uint8_t {
  kBeginRequest = 1,
  kAbortRequest = 2,
  kEndRequest = 3,
  kParams = 4,
  kStdin = 5,
  kStdout = 6,
  kStderr = 7,
  kData = 8,
  kGetValues = 9,
  kGetValuesResult = 10,
  kUnknownType = 11,
};

enum Role : uint16_t { kResponder = 1, kAuthorizer = 2, kFilter = 3 };

enum ProtocolStatus : uint8_t {
  kRequestComplete = 0,
  kCantMultiplex = 1,
  kOverloaded = 2,
  kUnknownRole = 3,
};

constexpr uint8_t kKeepConnection = 1;

/// Writes the eight bytes of a record header to `out`.
inline void WriteHeader(uint8_t* out, uint8_t type, uint16_t id, size_t content) {
  out[0] = kVersion;
  out[1] = type;
  out[2] = static_cast<uint8_t>(id >> 8);
  out[3] = static_cast<uint8_t>(id);
  out[4] = static_cast<uint8_t>(content >> 8);
  out[5] = static_cast<uint8_t>(content);
  out[6] = 0;
  out[7] = 0;
}

/// Writes a whole END_REQUEST record (sixteen bytes) to `out`.
inline void WriteEndRequest(uint8_t* out, uint16_t id, uint32_t app_status, uint8_t protocol_status) {
  WriteHeader(out, kEndRequest, id, kFixedBodyBytes);
  out[8] = static_cast<uint8_t>(app_status >> 24);
  out[9] = static_cast<uint8_t>(app_status >> 16);
  out[10] = static_cast<uint8_t>(app_status >> 8);
  out[11] = static_cast<uint8_t>(app_status);
  out[12] = protocol_status;
  out[13] = 0;
  out[14] = 0;
  out[15] = 0;
}

}  // namespace fastcgi

#endif  // FASTCGI_KIT_RECORDS_H_
