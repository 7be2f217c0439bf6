#include "nubox/core/text_file.hpp"

#include "nubox/core/error.hpp"

#include <cerrno>
#include <cstring>
#include <sstream>

namespace nubox::text_file {

std::optional<std::string> find(const std::filesystem::path& path) {
  std::error_code ignored;
  if (std::filesystem::is_directory(path, ignored)) {  // which a stream opens and finds empty
    errno = EISDIR;
    return std::nullopt;
  }
  const std::ifstream stream(path, std::ios::binary);
  if (!stream) return std::nullopt;
  std::ostringstream text;
  text << stream.rdbuf();
  if (text.bad()) return std::nullopt;  // an empty file sets no more than the failure bit
  return text.str();
}

std::string read(const std::filesystem::path& path) {
  std::optional<std::string> text = find(path);
  if (text) return *std::move(text);
  throw FileSystemError("cannot read {}: {}", path.string(), std::strerror(errno));
}

void write(const std::filesystem::path& path, const std::string& text) { Lines(path, text); }

Lines::Lines(std::filesystem::path path, const std::string& text)
    : path_(std::move(path)), stream_(path_, std::ios::binary | std::ios::trunc) {
  put(text);
}

void Lines::append(const std::string& line) { put(line + '\n'); }

void Lines::put(const std::string& text) {
  stream_ << text << std::flush;
  if (!stream_) throw FileSystemError("cannot write {}", path_.string());
}

}  // namespace nubox::text_file
