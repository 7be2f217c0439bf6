#pragma once

#include <filesystem>
#include <fstream>
#include <optional>
#include <string>

/// Small text files: configurations, tables, logs, and what the system tells under /proc. Data
/// files are read and written by io. Rank-local.
namespace nubox::text_file {

/// The contents of a file; none if it cannot be read.
[[nodiscard]] std::optional<std::string> find(const std::filesystem::path& path);
/// @throws FileSystemError if it cannot be read
[[nodiscard]] std::string read(const std::filesystem::path& path);
/// Replaces the contents of a file. @throws FileSystemError
void write(const std::filesystem::path& path, const std::string& text);

/// A file that grows by lines while the program runs. Each line is flushed, so that the file can be
/// followed and a killed run leaves all lines but the last whole.
class Lines {
 public:
  /// Replaces the contents of a file by `text`. @throws FileSystemError
  explicit Lines(std::filesystem::path path, const std::string& text = "");
  /// `line` has no newline at its end. @throws FileSystemError
  void append(const std::string& line);

 private:
  void put(const std::string& text);
  std::filesystem::path path_;
  std::ofstream stream_;
};

}  // namespace nubox::text_file
