#include "nubox/io/plain_file.hpp"

#include "nubox/core/error.hpp"

#include <algorithm>
#include <fcntl.h>
#include <unistd.h>
#include <vector>

namespace nubox::io {
namespace {

constexpr std::size_t pass_bytes = std::size_t{1} << 20;

/// Calls call(at, count) until all bytes have moved; false if one moves none.
template <class Byte, class Call>
bool move_all(std::span<Byte> bytes, const Call& call) {
  while (!bytes.empty()) {
    const auto moved = call(bytes.data(), bytes.size());
    if (moved <= 0) return false;
    bytes = bytes.subspan(static_cast<std::size_t>(moved));
  }
  return true;
}

}  // namespace

PlainFile::PlainFile(std::filesystem::path path, int flags)
    : path_(std::move(path)), file_(::open(path_.c_str(), flags, 0644)) {
  if (file_ < 0) fail("open");
}

PlainFile::~PlainFile() { ::close(file_); }

void PlainFile::write(std::span<const std::byte> bytes) {
  const bool done =
      move_all(bytes, [&](const std::byte* at, std::size_t n) { return ::write(file_, at, n); });
  if (!done) fail("write");
  if (::fsync(file_) != 0) fail("sync");
}

void PlainFile::read(std::span<std::byte> bytes) {
  if (!move_all(bytes, [&](std::byte* at, std::size_t n) { return ::read(file_, at, n); })) {
    fail("read");
  }
}

void PlainFile::pass_over(std::size_t offset, std::size_t count) {
  std::vector<std::byte> buffer(std::min(count, pass_bytes));
  if (::lseek(file_, static_cast<off_t>(offset), SEEK_SET) < 0) fail("move in");
  while (count > 0) {
    const std::size_t piece = std::min(count, buffer.size());
    read(std::span(buffer).first(piece));
    count -= piece;
  }
}

void PlainFile::fail(const char* what) const {
  throw FileSystemError("cannot {} {}: {}", what, path_.string(),
                        std::error_code(errno, std::generic_category()).message());
}

}  // namespace nubox::io
