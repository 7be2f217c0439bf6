#include "nubox/config/pages.hpp"

#include "nubox/config/config.hpp"
#include "nubox/config/options.hpp"
#include "nubox/core/error.hpp"

#include <sstream>

#include <gtest/gtest.h>

namespace nubox::config {
namespace {

/// The part of a script that belongs to a command: from "    <command>)" to the next case.
std::string case_of(const std::string& script, const std::string& command) {
  const auto start = script.find("\n    " + command + ")\n");
  EXPECT_NE(start, std::string::npos) << command;
  return script.substr(start, script.find(" ;;\n    ", start) - start);
}

/// Names of an option on the command line of a command.
std::vector<std::string> typed_names(const Command& command, const Option& option) {
  std::vector<std::string> names{"--" + option.name()};
  if (option.section == command.name) names.push_back("--" + option.key);
  return names;
}

TEST(Completion, names_every_option_of_every_command_in_both_shells) {
  const std::string bash = completion_text("bash"), zsh = completion_text("zsh");
  for (const Command& command : command_table()) {
    const std::string in_bash = case_of(bash, command.name), in_zsh = case_of(zsh, command.name);
    for (const Option* option : options_of(command)) {
      for (const std::string& name : typed_names(command, *option)) {
        EXPECT_NE(in_bash.find(name + "="), std::string::npos) << command.name << " " << name;
        EXPECT_NE(in_zsh.find("'" + name + "=["), std::string::npos) << command.name << " " << name;
      }
    }
    for (const char* name : {"--help", "--help-config", "--version", "--check", "--dry-run"}) {
      EXPECT_NE(in_bash.find(name), std::string::npos) << name;
      EXPECT_NE(in_zsh.find(std::string("'") + name + "["), std::string::npos) << name;
    }
  }
}

TEST(Completion, names_no_option_that_its_command_refuses) {
  const std::string bash = completion_text("bash");
  for (const Command& command : command_table()) {
    std::istringstream words(case_of(bash, command.name));
    for (std::string word; words >> word;) {
      if (word.starts_with("options='")) word = word.substr(9);
      if (word.ends_with('\'')) word.pop_back();
      if (!word.starts_with("--") || !word.ends_with('=')) continue;
      std::string name = word.substr(2, word.size() - 3);
      if (name.find('.') == std::string::npos) name = command.name + "." + name;
      const Option* option = find_option(name);
      ASSERT_NE(option, nullptr) << word;
      EXPECT_TRUE(command.reads(*option)) << command.name << " " << word;
    }
  }
}

TEST(Completion, of_another_shell_is_refused) {
  EXPECT_THROW((void)completion_text("fish"), UsageError);
  EXPECT_THROW((void)completion_text(""), UsageError);
}

TEST(ManualPages, name_every_option_with_its_meaning) {
  for (const Command& command : command_table()) {
    const std::string page = manual_page(command.name);
    for (const Option* option : options_of(command)) {
      std::string expected = ".TP\n.B \\-\\-" + option->section + "." + option->key;
      if (option->section == command.name) expected += ", \\-\\-" + option->key;
      EXPECT_NE(page.find(expected + "\n"), std::string::npos) << command.name << option->name();
      EXPECT_NE(page.find(option->doc.substr(0, option->doc.find_first_of("-'\\"))),
                std::string::npos)
          << option->name();
    }
  }
  const std::string program = manual_page("");
  for (const Command& command : command_table()) {
    EXPECT_NE(program.find(".BR nubox\\-" + command.name + " (1)"), std::string::npos);
  }
}

TEST(ManualPages, have_no_line_that_roff_takes_for_an_unknown_request) {
  for (const Command& command : command_table()) {
    std::istringstream lines(manual_page(command.name));
    for (std::string line; std::getline(lines, line);) {
      EXPECT_NE(line.front(), '\'') << line;
      if (line.front() != '.') continue;
      const std::string request = line.substr(0, line.find(' '));
      EXPECT_TRUE(request == ".TH" || request == ".SH" || request == ".TP" || request == ".B" ||
                  request == ".BR")
          << line;
    }
  }
}

TEST(HelpTexts, of_a_command_name_its_inputs_and_short_names) {
  const std::string text = help_text("stats");
  EXPECT_TRUE(text.starts_with("nubox stats [CONFIG.ini ...] [INPUT] [--option=value ...]\n"));
  EXPECT_NE(text.find("give stats.in."), std::string::npos);
  EXPECT_NE(text.find("--stats.out, --out = stats.h5"), std::string::npos);
  EXPECT_NE(help_text("bench").find("[NAME]"), std::string::npos);
  EXPECT_NE(help_text("train").find("[DIRECTORY ...]"), std::string::npos);
}

}  // namespace
}  // namespace nubox::config
