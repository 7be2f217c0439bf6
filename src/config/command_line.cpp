#include "nubox/core/error.hpp"

#include "config/nearest.hpp"
#include "config/positional.hpp"
#include "config/sources.hpp"

#include <algorithm>
#include <array>

namespace nubox::config {
namespace {

constexpr std::array<std::string_view, 5> switch_names = {"help", "help-config", "version", "check",
                                                          "dry-run"};
/// Units at the end of keys, which short names may leave out.
constexpr std::array<std::string_view, 6> units = {"_eV",   "_mpch",    "_gb",
                                                   "_hmpc", "_minutes", "_cells"};

std::string without_unit(const std::string& key) {
  for (const std::string_view unit : units) {
    if (key.size() > unit.size() && key.ends_with(unit)) {
      return key.substr(0, key.size() - unit.size());
    }
  }
  return key;
}

bool is_truth_value(const std::string& word) { return word == "true" || word == "false"; }

/// Reads the words one after the other.
class Reader {
 public:
  Reader(const Command& command, const std::vector<std::string>& words)
      : command_(command), words_(words) {}

  CommandLine read() {
    while (next_ < words_.size()) {
      const std::string& word = words_[next_++];
      if (word == "--") {
        while (next_ < words_.size()) take_name(words_[next_++]);
      } else if (word == "-h") {
        line_.switches.insert("help");
      } else if (word.starts_with("--")) {
        take_option(word.substr(2));
      } else if (word.size() > 1 && word.front() == '-') {
        throw UsageError("command line: unknown option '{}'; options have two dashes: {}", word,
                         nearest_typed(command_, word.substr(1)));
      } else {
        take_name(word);
      }
    }
    if (!inputs_.empty()) add(command_.input, joined_inputs(command_, inputs_));
    return std::move(line_);
  }

 private:
  void add(const std::string& name, const std::string& value) {
    line_.options.push_back({name, value, command_line_place});
  }

  void take_name(const std::string& word) {
    if (kind_of_word(command_, word) == WordKind::input) {
      inputs_.push_back(word);
    } else {
      line_.files.push_back(word);
    }
  }

  void take_option(const std::string& text) {
    const auto equals = text.find('=');
    const bool has_value = equals != std::string::npos;
    const std::string typed = text.substr(0, equals);
    if (std::ranges::find(switch_names, typed) != switch_names.end()) {
      if (has_value) throw UsageError("command line: --{} takes no value", typed);
      line_.switches.insert(typed);
      return;
    }
    // Abbreviates the option of doctor in every command, whose options then refuse it.
    const std::string name = typed == "json" ? "doctor.json" : full_name(command_, typed);
    if (name.empty()) {
      const bool full = typed.find('.') != std::string::npos;
      const std::string nearest = nearest_typed(command_, typed);
      throw UsageError("{}: unknown option '{}{}'; did you mean '{}'?", command_line_place,
                       full ? "" : "--", typed, full ? nearest.substr(2) : nearest);
    }
    add(name, has_value ? text.substr(equals + 1) : value_after(name));
  }

  /// The value of an option that has no '=': the next word, except for those that need none.
  std::string value_after(const std::string& name) {
    if (name == "doctor.json") return "-";
    const bool more = next_ < words_.size();
    if (find_option(name)->type == Type::flag && !(more && is_truth_value(words_[next_]))) {
      return "true";
    }
    if (!more || words_[next_].starts_with("--")) {
      throw UsageError("command line: --{} needs a value: --{}=...", name, name);
    }
    return words_[next_++];
  }

  const Command& command_;
  const std::vector<std::string>& words_;
  std::size_t next_ = 0;
  std::vector<std::string> inputs_;
  CommandLine line_;
};

}  // namespace

std::string full_name(const Command& command, const std::string& typed) {
  if (find_option(typed) != nullptr) return typed;
  for (const bool whole : {true, false}) {
    for (const Option& option : option_table()) {
      if (option.section != command.name) continue;
      if (typed == (whole ? option.key : without_unit(option.key))) return option.name();
    }
  }
  return "";
}

CommandLine read_command_line(const Command& command, const std::vector<std::string>& args) {
  return Reader(command, args).read();
}

}  // namespace nubox::config
