#include "nubox/config/config.hpp"

#include "nubox/core/checksum.hpp"
#include "nubox/core/error.hpp"
#include "nubox/core/text_file.hpp"

#include "config/quotes.hpp"
#include "config/values.hpp"

#include <algorithm>
#include <set>
#include <sstream>

#include <boost/program_options.hpp>

namespace nubox::config {
namespace {

namespace po = boost::program_options;

const Command& command_of(const std::string& name) {
  const auto& commands = command_table();
  const auto found = std::find_if(commands.begin(), commands.end(),
                                  [&](const Command& c) { return c.name == name; });
  if (found == commands.end()) throw InternalError("no command '{}'", name);
  return *found;
}

po::options_description table_description() {
  po::options_description description;
  for (const Option& option : option_table()) {
    description.add_options()(option.name().c_str(), po::value<std::string>());
  }
  return description;
}

constexpr std::string_view default_origin = "default";

/// Position of a key in a file. The INI parser keeps neither line numbers nor comments.
struct Line {
  std::string place;            ///< "FILE:12", for messages
  bool marked_default = false;  ///< ends in the comment with which to_ini() marks defaults
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

UsageError unknown_option(const std::string& place, const std::string& name) {
  return UsageError("{}: unknown option '{}'; did you mean '{}'?", place, name,
                    nearest_option(name));
}

struct Given {
  std::string name, text, place;
  bool marked_default = false;
};

std::vector<Given> read_file(const std::string& file) {
  const auto text = text_file::find(file);
  if (!text) throw FileSystemError("cannot read the configuration file {}", file);
  const KeyLines lines(file, *text);
  std::istringstream in = with_quoted_hashes_hidden(*text);
  std::vector<Given> given;
  try {
    for (const auto& option : po::parse_config_file(in, table_description(), true).options) {
      const Line line = lines.of(option.string_key);
      if (option.unregistered) throw unknown_option(line.place, option.string_key);
      const std::string value = option.value.empty() ? "" : option.value.front();
      given.push_back({option.string_key, unquoted(value), line.place, line.marked_default});
    }
  } catch (const po::error& error) {
    throw UsageError("{}: {}", file, error.what());
  }
  return given;
}

void refuse_repeats(const std::vector<Given>& given) {
  for (std::size_t i = 0; i < given.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      if (given[i].name == given[j].name) {
        throw UsageError("{}: option '{}' is given twice", given[i].place, given[i].name);
      }
    }
  }
}

/// A parsed command line: switches, configuration files and options.
struct CommandLine {
  std::set<std::string> switches;
  std::vector<std::string> files;
  std::vector<Given> options;
};

CommandLine read_command_line(const std::vector<std::string>& args) {
  po::options_description description = table_description();
  for (const char* name : {"help", "help-config", "version", "check", "dry-run"}) {
    description.add_options()(name, "");
  }
  description.add_options()("config-file", po::value<std::string>());
  description.add_options()("json", po::value<std::string>());
  po::positional_options_description positional;
  positional.add("config-file", -1);
  const auto style = po::command_line_style::unix_style & ~po::command_line_style::allow_guessing;
  CommandLine line;
  try {
    // Without a value it must not take the next argument, a configuration file, for its value.
    std::vector<std::string> words = args;
    std::ranges::replace(words, std::string("--json"), std::string("--json=-"));
    const auto parsed = po::command_line_parser(words)
                            .options(description)
                            .positional(positional)
                            .style(style)
                            .allow_unregistered()
                            .run();
    for (const auto& option : parsed.options) {
      const std::string& name = option.string_key;
      if (option.unregistered) throw unknown_option("command line", name);
      if (name == "config-file") {
        line.files.push_back(option.value.front());
      } else if (name == "json") {  // abbreviates the option of doctor
        line.options.push_back({"doctor.json", option.value.front(), "command line"});
      } else if (find_option(name) == nullptr) {
        line.switches.insert(name);
      } else {
        line.options.push_back({name, option.value.front(), "command line"});
      }
    }
  } catch (const po::error& error) {
    throw UsageError("command line: {}", error.what());
  }
  return line;
}

}  // namespace

Config Config::parse(const std::string& command_name, const std::vector<std::string>& args) {
  const Command& command = command_of(command_name);
  Config config;
  config.command_ = command_name;
  for (const Option& option : option_table()) {
    if (command.reads(option)) {
      config.values_[option.name()] = {option.default_value, std::string(default_origin)};
    }
  }

  const CommandLine line = read_command_line(args);
  config.help_ = line.switches.contains("help");
  config.help_config_ = line.switches.contains("help-config");
  config.version_ = line.switches.contains("version");
  config.check_ = line.switches.contains("check");
  config.dry_run_ = line.switches.contains("dry-run");
  std::vector<std::vector<Given>> sources;
  for (const std::string& file : line.files) sources.push_back(read_file(file));
  sources.push_back(line.options);
  for (const std::vector<Given>& source : sources) {
    refuse_repeats(source);
    for (const Given& given : source) {
      const Option& option = *find_option(given.name);
      check_value(option, given.text, given.place);
      // A file may contain options of several commands. On the command line an option of another
      // command is an error.
      if (command.reads(option)) {
        // In the config.used.ini of an earlier run, values marked as defaults count as not given.
        const bool by_default = given.marked_default && given.text == option.default_value;
        config.values_[given.name] = {given.text,
                                      by_default ? std::string(default_origin) : given.place};
      } else if (&source == &sources.back()) {
        throw UsageError("command line: '{}' is not an option of '{}' (see nubox {} --help)",
                         given.name, command_name, command_name);
      }
    }
  }
  return config;
}

const std::string& Config::value_of(const std::string& name, Type type) const {
  const auto found = values_.find(name);
  const Option* option = find_option(name);
  if (found == values_.end() || option == nullptr || option->type != type) {
    throw InternalError("option '{}' read with the wrong type or by the wrong command '{}'", name,
                        command_);
  }
  return found->second.text;
}

std::int64_t Config::integer(const std::string& name) const {
  return *to_integer(value_of(name, Type::integer));
}
std::size_t Config::size(const std::string& name) const {
  return static_cast<std::size_t>(integer(name));
}
double Config::number(const std::string& name) const {
  return *to_number(value_of(name, Type::number));
}
bool Config::flag(const std::string& name) const { return *to_flag(value_of(name, Type::flag)); }

std::string Config::text(const std::string& name) const {
  const Option* option = find_option(name);
  return value_of(name,
                  option != nullptr && option->type == Type::choice ? Type::choice : Type::text);
}
std::vector<std::int64_t> Config::integers(const std::string& name) const {
  return *to_integers(value_of(name, Type::integers));
}
std::vector<double> Config::numbers(const std::string& name) const {
  const std::string& value = value_of(name, Type::numbers);
  return value.empty() ? std::vector<double>() : *to_numbers(value);
}
std::vector<std::string> Config::texts(const std::string& name) const {
  return to_texts(value_of(name, Type::texts));
}
std::string Config::list_text(const std::string& name) const { return value_of(name, Type::texts); }

std::string Config::required_text(const std::string& name) const {
  const Option* option = find_option(name);
  const std::string& value = value_of(name, option->type);
  if (value.empty()) throw UsageError("'{}' must be given: {}", name, option->doc);
  return value;
}

bool Config::given(const std::string& name) const {
  const auto found = values_.find(name);
  return found != values_.end() && found->second.origin != default_origin;
}

std::string Config::to_ini() const {
  std::string ini = fmt::format("# nubox {}: all options of this run\n", command_);
  std::string section;
  for (const Option& option : option_table()) {
    const auto found = values_.find(option.name());
    if (found == values_.end()) continue;
    if (option.section != section) ini += fmt::format("\n[{}]\n", section = option.section);
    ini += fmt::format("{} = {}  # {}\n", option.key, quoted_if_needed(found->second.text),
                       found->second.origin);
  }
  return ini;
}

std::uint64_t Config::hash(const std::vector<std::string>& except) const {
  std::string all = command_;
  for (const auto& [name, text] : texts_except(except)) all += fmt::format("\n{}={}", name, text);
  return checksum_of(std::span<const char>(all));
}

std::map<std::string, std::string> Config::texts_except(
    const std::vector<std::string>& except) const {
  std::map<std::string, std::string> texts;
  for (const auto& [name, value] : values_) {
    if (std::find(except.begin(), except.end(), name) == except.end()) texts[name] = value.text;
  }
  return texts;
}

std::uint64_t Config::hash_of(const std::vector<std::string>& prefixes) const {
  std::string all;
  for (const auto& [name, value] : values_) {
    const bool counts = std::any_of(prefixes.begin(), prefixes.end(),
                                    [&](const auto& prefix) { return name.starts_with(prefix); });
    if (counts) all += fmt::format("{}={}\n", name, value.text);
  }
  return checksum_of(std::span<const char>(all));
}

}  // namespace nubox::config
