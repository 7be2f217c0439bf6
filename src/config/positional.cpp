#include "config/positional.hpp"

#include "nubox/core/error.hpp"

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>

#include <fmt/ranges.h>

namespace nubox::config {
namespace {

namespace fs = std::filesystem;

/// True for HDF5 files, Gadget snapshots and other files that no editor shows as text.
bool is_data_file(const fs::path& path) {
  std::array<char, 4096> bytes{};
  std::ifstream file(path, std::ios::binary);
  file.read(bytes.data(), bytes.size());
  return std::ranges::find(bytes.begin(), bytes.begin() + file.gcount(), '\0') !=
         bytes.begin() + file.gcount();
}

const Option* input_of(const Command& command) {
  return command.input.empty() ? nullptr : find_option(command.input);
}

/// ": it contains a.ini, b.ini", or nothing.
std::string configurations_in(const fs::path& directory) {
  std::vector<std::string> names;
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(directory, ignored)) {
    if (entry.path().extension() == ".ini") names.push_back(entry.path().string());
  }
  std::ranges::sort(names);
  constexpr std::size_t most = 5;
  const bool more = names.size() > most;
  if (more) names.resize(most);
  return names.empty()
             ? ""
             : fmt::format(": it contains {}{}", fmt::join(names, ", "), more ? ", ..." : "");
}

[[noreturn]] void refuse(const Command& command, const std::string& word, bool directory) {
  if (directory) {
    throw UsageError("command line: {} is a directory, not a configuration file{}", word,
                     configurations_in(word));
  }
  throw UsageError("command line: {} is a data file, not a configuration file{}{}", word,
                   command.input_hint.empty() ? "" : "; ", command.input_hint);
}

}  // namespace

WordKind kind_of_word(const Command& command, const std::string& word) {
  const Option* input = input_of(command);
  if (input != nullptr && !input->choices.empty() &&
      std::ranges::find(input->choices, word) != input->choices.end()) {
    return WordKind::input;
  }
  const bool takes_paths = input != nullptr && input->choices.empty();
  std::error_code ignored;
  const fs::file_status status = fs::status(word, ignored);
  if (!fs::exists(status)) {
    return takes_paths && !word.ends_with(".ini") ? WordKind::input : WordKind::configuration;
  }
  const bool directory = fs::is_directory(status);
  if (!directory && !is_data_file(word)) return WordKind::configuration;
  if (!takes_paths || (directory && !command.input_is_directory)) refuse(command, word, directory);
  return WordKind::input;
}

std::string joined_inputs(const Command& command, const std::vector<std::string>& words) {
  if (words.size() > 1 && !command.several_inputs) {
    throw UsageError("command line: {} takes one {} without an option name, not {}{}{}",
                     command.name, command.input, words.size(),
                     command.input_hint.empty() ? "" : "; ", command.input_hint);
  }
  std::vector<std::string> names;
  const bool is_list = input_of(command)->type == Type::texts;
  for (const std::string& word : words) {
    const bool quote = is_list && word.find(',') != std::string::npos && word.front() != '"';
    names.push_back(quote ? '"' + word + '"' : word);
  }
  return fmt::format("{}", fmt::join(names, ","));
}

}  // namespace nubox::config
