#include "nubox/io/mapped_memory.hpp"

#include "nubox/core/error.hpp"
#include "nubox/io/bytes.hpp"

#include <sys/mman.h>
#include <system_error>

namespace nubox::io {

MappedMemory::MappedMemory(std::filesystem::path directory) : directory_(std::move(directory)) {
  std::error_code error;
  std::filesystem::create_directories(directory_, error);
  if (error) throw FileSystemError("cannot make {}: {}", directory_.string(), error.message());
}

void* MappedMemory::do_allocate(std::size_t bytes, std::size_t) {
  RawFile file = RawFile::without_name(directory_);
  file.reserve(bytes);
  return file.map(bytes);  // the mapping keeps the file
}

void MappedMemory::do_deallocate(void* memory, std::size_t bytes, std::size_t) {
  ::munmap(memory, bytes);
}

}  // namespace nubox::io
