#include "core/process_status.hpp"

#include "nubox/core/text_file.hpp"

#include <sstream>

namespace nubox::memory {

std::optional<std::uint64_t> number_after(const std::filesystem::path& path,
                                          const std::string& key) {
  std::istringstream text(text_file::find(path).value_or(""));
  for (std::string word; text >> word;) {
    if (std::uint64_t value = 0; word == key && text >> value) return value;
  }
  return std::nullopt;
}

std::uint64_t status_bytes(const std::string& key) {
  return 1024 * number_after("/proc/self/status", key + ":").value_or(0);
}

}  // namespace nubox::memory
