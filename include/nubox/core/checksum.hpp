#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>

namespace nubox {

/// XXH3 (64 bit) of a byte range.
[[nodiscard]] std::uint64_t checksum(std::span<const std::byte> bytes);

template <class T>
[[nodiscard]] std::uint64_t checksum_of(std::span<const T> values) {
  return checksum(std::as_bytes(values));
}

/// The same checksum of bytes that arrive in pieces.
class StreamingChecksum {
 public:
  StreamingChecksum();
  ~StreamingChecksum();
  StreamingChecksum(const StreamingChecksum&) = delete;
  StreamingChecksum& operator=(const StreamingChecksum&) = delete;
  void update(std::span<const std::byte> bytes);
  [[nodiscard]] std::uint64_t value() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// 16 hexadecimal digits, as written into files.
[[nodiscard]] std::string checksum_text(std::uint64_t value);

}  // namespace nubox
