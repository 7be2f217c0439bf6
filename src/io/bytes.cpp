#include "nubox/io/bytes.hpp"

#include "nubox/core/checksum.hpp"
#include "nubox/core/error.hpp"

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>
#include <vector>

namespace nubox::io {
namespace {

/// Signals that ask for a checkpoint come while one is written.
template <class Call>
int until_uninterrupted(Call&& call) {
  int code = 0;
  do code = call();
  while (code != 0 && errno == EINTR);
  return code;
}

}  // namespace

RawFile::RawFile(std::filesystem::path path, int descriptor, const char* what)
    : path_(std::move(path)), descriptor_(descriptor) {
  if (descriptor_ < 0) fail(what);
}

RawFile::RawFile(const std::filesystem::path& path, int flags)
    : RawFile(path, ::open(path.c_str(), flags | O_CLOEXEC, 0666), "open") {}

RawFile RawFile::in_memory() {
  RawFile file("a file in memory", ::memfd_create("nubox", MFD_CLOEXEC), "make");
  file.path_ = "/proc/self/fd/" + std::to_string(file.descriptor_);
  return file;
}

RawFile RawFile::without_name(const std::filesystem::path& directory) {
  std::string name = (directory / ".nubox-XXXXXX").string();
  RawFile file(name, ::mkostemp(name.data(), O_CLOEXEC), "make a file like");
  ::unlink(name.c_str());
  return file;
}

RawFile::RawFile(RawFile&& other) noexcept
    : path_(std::move(other.path_)), descriptor_(std::exchange(other.descriptor_, -1)) {}

RawFile::~RawFile() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

void RawFile::fail(const char* what) const {
  throw FileSystemError("cannot {} {}: {}", what, path_.string(), std::strerror(errno));
}

std::size_t RawFile::size() const {
  struct stat status {};
  if (::fstat(descriptor_, &status) != 0) fail("read the size of");
  return static_cast<std::size_t>(status.st_size);
}

void RawFile::reserve(std::size_t bytes) {
  const auto length = static_cast<off_t>(bytes);
  if (::ftruncate(descriptor_, length) != 0) fail("set the size of");
  if (length == 0) return;
  const int code = until_uninterrupted([&] { return ::fallocate(descriptor_, 0, 0, length); });
  if (code != 0 && errno != EOPNOTSUPP && errno != ENOSYS) fail("reserve disk space for");
}

void RawFile::write_at(std::size_t offset, std::span<const std::byte> bytes) {
  while (!bytes.empty()) {
    const ssize_t count =
        ::pwrite(descriptor_, bytes.data(), bytes.size(), static_cast<off_t>(offset));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) fail("write");
    offset += static_cast<std::size_t>(count);
    bytes = bytes.subspan(static_cast<std::size_t>(count));
  }
}

std::size_t RawFile::read_at(std::size_t offset, std::span<std::byte> buffer) const {
  std::size_t filled = 0;
  while (filled < buffer.size()) {
    const ssize_t count = ::pread(descriptor_, buffer.data() + filled, buffer.size() - filled,
                                  static_cast<off_t>(offset + filled));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) fail("read");
    if (count == 0) break;
    filled += static_cast<std::size_t>(count);
  }
  return filled;
}

void RawFile::read_ahead(std::size_t offset, std::size_t bytes) const {
  (void)::posix_fadvise(descriptor_, static_cast<off_t>(offset), static_cast<off_t>(bytes),
                        POSIX_FADV_WILLNEED);
}

void* RawFile::map(std::size_t bytes) const {
  void* memory = ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor_, 0);
  if (memory == MAP_FAILED) fail("map");
  return memory;
}

void RawFile::sync() {
  if (until_uninterrupted([&] { return ::fsync(descriptor_); }) != 0) fail("sync");
}

void RawFile::close() {
  if (::close(std::exchange(descriptor_, -1)) != 0) fail("close");
}

void write_bytes(const std::filesystem::path& path, std::span<const std::byte> bytes) {
  RawFile file(path, O_WRONLY | O_CREAT | O_TRUNC);
  file.write_at(0, bytes);
  file.close();
}

void write_synced(const std::filesystem::path& path, std::span<const std::byte> bytes) {
  RawFile file(path, O_WRONLY | O_CREAT | O_TRUNC);
  file.write_at(0, bytes);
  file.sync();
  file.close();
}

std::string read_bytes(const std::filesystem::path& path) {
  const RawFile file(path, O_RDONLY);
  std::string bytes(file.size(), '\0');
  bytes.resize(file.read_at(0, std::as_writable_bytes(std::span(bytes))));
  return bytes;
}

}  // namespace nubox::io
