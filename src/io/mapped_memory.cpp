#include "nubox/io/mapped_memory.hpp"

#include "nubox/io/bytes.hpp"
#include "nubox/par/directory.hpp"

#include <sys/mman.h>
#include <utility>

namespace nubox::io {

MappedMemory::MappedMemory(std::filesystem::path directory) : directory_(std::move(directory)) {
  par::make_directory(directory_);
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
