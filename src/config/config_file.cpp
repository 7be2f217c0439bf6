#include "nubox/core/error.hpp"
#include "nubox/core/text_file.hpp"

#include "config/nearest.hpp"
#include "config/quotes.hpp"
#include "config/sources.hpp"

#include <map>
#include <sstream>

#include <boost/program_options.hpp>

namespace nubox::config {
namespace {

namespace po = boost::program_options;

/// Position of a key in a file. The INI parser keeps neither line numbers nor comments.
struct Line {
  std::string place;
  bool marked_default = false;
};

/// Positions of all keys of a file.
class KeyLines {
 public:
  KeyLines(const std::string& file, const std::string& text) : file_(file) {
    std::istringstream in(text);
    const std::string mark = fmt::format("# {}", default_origin);
    std::string line, section;
    for (int number = 1; std::getline(in, line); ++number) {
      const auto first = line.find_first_not_of(" \t");
      if (first == std::string::npos) continue;
      if (line[first] == '[') section = line.substr(first + 1, line.find(']') - first - 1) + ".";
      const std::string key = line.substr(first, line.find_first_of(" \t=", first) - first);
      const Line place{fmt::format("{}:{}", file, number), line.ends_with(mark)};
      lines_.emplace(section + key, place);  // the first line of a repeated key counts
      lines_.emplace(key, place);            // keys may be written with their section
    }
  }
  [[nodiscard]] Line of(const std::string& name) const {
    const auto found = lines_.find(name);
    return found == lines_.end() ? Line{file_} : found->second;
  }

 private:
  std::string file_;
  std::map<std::string, Line> lines_;
};

}  // namespace

po::options_description table_description() {
  po::options_description description;
  for (const Option& option : option_table()) {
    description.add_options()(option.name().c_str(), po::value<std::string>());
  }
  return description;
}

std::vector<Given> read_config_file(const std::string& file) {
  const auto text = text_file::find(file);
  if (!text) throw FileSystemError("cannot read the configuration file {}", file);
  const KeyLines lines(file, *text);
  std::istringstream in = with_quoted_hashes_hidden(*text);
  std::vector<Given> given;
  try {
    for (const auto& option : po::parse_config_file(in, table_description(), true).options) {
      const Line line = lines.of(option.string_key);
      if (option.unregistered) {
        throw UsageError("{}: unknown option '{}'; did you mean '{}'?", line.place,
                         option.string_key, nearest_option(option.string_key, {}));
      }
      const std::string value = option.value.empty() ? "" : option.value.front();
      given.push_back({option.string_key, unquoted(value), line.place, line.marked_default});
    }
  } catch (const po::error& error) {
    throw UsageError("{}: {}", file, error.what());
  }
  return given;
}

}  // namespace nubox::config
