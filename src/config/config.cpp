#include "nubox/config/config.hpp"

#include "nubox/core/checksum.hpp"
#include "nubox/core/error.hpp"

#include "config/quotes.hpp"
#include "config/sources.hpp"
#include "config/values.hpp"

#include <algorithm>

namespace nubox::config {
namespace {

void refuse_repeats(const std::vector<Given>& given) {
  for (std::size_t i = 0; i < given.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      if (given[i].name == given[j].name) {
        throw UsageError("{}: option '{}' is given twice: '{}' and '{}'", given[i].place,
                         given[i].name, given[j].text, given[i].text);
      }
    }
  }
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

  const CommandLine line = read_command_line(command, args);
  config.help_ = line.switches.contains("help");
  config.help_config_ = line.switches.contains("help-config");
  config.version_ = line.switches.contains("version");
  config.check_ = line.switches.contains("check");
  config.dry_run_ = line.switches.contains("dry-run");
  std::vector<std::vector<Given>> sources;
  for (const std::string& file : line.files) sources.push_back(read_config_file(file));
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
