#include "nubox/config/config.hpp"
#include "nubox/config/invocation.hpp"
#include "nubox/config/options.hpp"
#include "nubox/core/error.hpp"

#include <filesystem>
#include <fstream>
#include <map>
#include <unistd.h>

#include <gtest/gtest.h>

namespace nubox::config {
namespace {

namespace fs = std::filesystem;
using Words = std::vector<std::string>;

/// A directory with a configuration file, two data files, and a directory.
class CommandLine : public testing::Test {
 protected:
  CommandLine()
      : directory_(fs::temp_directory_path() / ("nubox-words-" + std::to_string(::getpid()))) {
    fs::create_directories(directory_ / "pair-1");
    std::ofstream(ini()) << "[cosmology]\nh = 0.7\n";
    for (const std::string name : {"a.h5", "b,c.h5"}) {
      std::ofstream(path(name), std::ios::binary)
          << std::string("\x89HDF\r\n\x1a\n\0\0\x01\xff", 12);
    }
  }
  ~CommandLine() override { fs::remove_all(directory_); }

  [[nodiscard]] std::string path(const std::string& name) const { return directory_ / name; }
  [[nodiscard]] std::string ini() const { return path("run.ini"); }

 private:
  fs::path directory_;
};

/// Text of the UsageError of a command line.
std::string refusal(const std::string& command, const Words& args) {
  try {
    (void)Config::parse(command, args);
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::usage) << error.what();
    return error.what();
  }
  return "accepted";
}

void expect_contains(const std::string& text, const std::string& part) {
  EXPECT_NE(text.find(part), std::string::npos) << text << "\ndoes not contain\n" << part;
}

TEST_F(CommandLine, data_files_are_inputs_and_text_files_are_configurations) {
  const Config predict = Config::parse("predict", {path("a.h5"), ini(), path("b,c.h5")});
  EXPECT_EQ(predict.list_text("predict.in"), path("a.h5") + ",\"" + path("b,c.h5") + '"');
  EXPECT_EQ(predict.number("cosmology.h"), 0.7);
  EXPECT_EQ(Config::parse("export", {path("a.h5")}).text("export.in"), path("a.h5"));
  EXPECT_EQ(Config::parse("stats", {path("a.h5")}).list_text("stats.in"), path("a.h5"));
  EXPECT_EQ(Config::parse("info", {"--", path("a.h5")}).list_text("info.in"), path("a.h5"));
}

TEST_F(CommandLine, names_of_snapshots_and_wildcards_are_inputs) {
  EXPECT_EQ(Config::parse("info", {path("snap_004")}).list_text("info.in"), path("snap_004"));
  EXPECT_EQ(Config::parse("predict", {path("*.h5")}).list_text("predict.in"), path("*.h5"));
}

TEST_F(CommandLine, directories_are_inputs_of_train_alone) {
  EXPECT_EQ(Config::parse("train", {path("pair-1")}).list_text("data.pairs"), path("pair-1"));
  const std::string text = refusal("predict", {fs::path(ini()).parent_path()});
  expect_contains(text, "is a directory, not a configuration file: it contains " + ini());
}

TEST_F(CommandLine, names_of_components_and_checks_are_inputs) {
  EXPECT_EQ(Config::parse("bench", {"io", ini()}).text("bench.what"), "io");
  EXPECT_EQ(Config::parse("doctor", {"mpi", "fft"}).texts("doctor.checks"), (Words{"mpi", "fft"}));
  EXPECT_THROW((void)Config::parse("bench", {"gpu"}), FileSystemError);
}

TEST_F(CommandLine, data_files_are_refused_where_no_input_is_taken) {
  const std::string text = refusal("simulate", {path("a.h5")});
  expect_contains(text, "a.h5 is a data file, not a configuration file");
  expect_contains(text, "--simulate.ics=FILE");
  EXPECT_EQ(text.find('\x89'), std::string::npos);
}

TEST_F(CommandLine, a_second_input_is_refused_where_its_meaning_is_not_clear) {
  expect_contains(refusal("stats", {path("a.h5"), path("b,c.h5")}), "--target=FILE");
  expect_contains(refusal("export", {path("a.h5"), path("b,c.h5")}), "takes one export.in");
  expect_contains(refusal("predict", {path("a.h5"), "--predict.in=x.h5"}), "given twice: 'x.h5'");
}

TEST(ShortNames, are_the_keys_of_the_own_section_with_or_without_unit) {
  for (const char* name : {"--mnu=0.3", "--mnu_eV=0.3", "--predict.mnu_eV=0.3"}) {
    EXPECT_EQ(Config::parse("predict", {name}).numbers("predict.mnu_eV"), std::vector{0.3}) << name;
  }
  EXPECT_EQ(Config::parse("predict", {"--out", "x", "--tile", "8"}).text("predict.out"), "x");
  EXPECT_EQ(Config::parse("simulate", {"--wall_clock=5"}).number("simulate.wall_clock_minutes"), 5);
}

TEST(ShortNames, of_an_option_are_unique_in_its_section) {
  std::map<std::string, int> seen;
  for (const Option& option : option_table()) ++seen[option.section + " " + option.key];
  for (const auto& [name, count] : seen) EXPECT_EQ(count, 1) << name;
  for (const Command& command : command_table()) {
    for (const Option& option : option_table()) {
      if (option.section != command.name) continue;
      for (const std::string word : {"help", "version", "check", "help-config", "dry-run"}) {
        EXPECT_NE(option.key, word) << option.name();
      }
    }
  }
}

TEST(ShortNames, of_other_sections_and_misspellings_are_answered_with_the_name) {
  expect_contains(refusal("simulate", {"--n=32"}), "unknown option '--n'; did you mean '--box.n'?");
  expect_contains(refusal("simulate", {"--seed=1"}), "did you mean '--seeds'?");
  expect_contains(refusal("predict", {"--mnu-eV=1"}), "did you mean '--mnu_eV'?");
  expect_contains(refusal("predict", {"--prior=linear"}), "did you mean '--model.prior'?");
  expect_contains(refusal("predict", {"--predict.mnu=1"}), "did you mean 'predict.mnu_eV'?");
  expect_contains(refusal("import", {"--snapshots=x"}), "did you mean '--snapshot'?");
  expect_contains(refusal("predict", {"-o", "x"}), "options have two dashes: --out");
}

TEST(Flags, need_no_value) {
  EXPECT_TRUE(Config::parse("predict", {"--neutrino_field"}).flag("predict.neutrino_field"));
  EXPECT_FALSE(Config::parse("predict", {"--velocities", "false"}).flag("predict.velocities"));
  EXPECT_TRUE(Config::parse("predict", {"--seams", "--velocities=false"}).flag("predict.seams"));
  expect_contains(refusal("predict", {"--out"}), "--predict.out needs a value");
  expect_contains(refusal("predict", {"--out", "--mnu=1"}), "--predict.out needs a value");
  expect_contains(refusal("predict", {"--check=yes"}), "--check takes no value");
  EXPECT_EQ(Config::parse("stats", {"--stats.target="}).list_text("stats.target"), "");
}

TEST(Invocation, of_help_and_versions) {
  EXPECT_TRUE(read_invocation({}).nothing_asked);
  for (const Words& words : {Words{"help"}, Words{"--help"}, Words{"-h"}}) {
    const Invocation asked = read_invocation(words);
    EXPECT_EQ(asked.kind, Invocation::Kind::text);
    EXPECT_FALSE(asked.nothing_asked);
    expect_contains(asked.text, "nubox help <command>");
  }
  expect_contains(read_invocation({"help", "predict"}).text, "--predict.mnu_eV, --mnu_eV = 0.15");
  EXPECT_EQ(read_invocation({"version"}).kind, Invocation::Kind::versions);
  EXPECT_EQ(read_invocation({"--version"}).kind, Invocation::Kind::versions);
  EXPECT_TRUE(Config::parse("predict", {"-h"}).help());
}

TEST(Invocation, of_a_command_keeps_its_words) {
  const Invocation asked = read_invocation({"predict", "a.h5", "--mnu=0.1"});
  EXPECT_EQ(asked.kind, Invocation::Kind::command);
  EXPECT_EQ(asked.command, "predict");
  EXPECT_EQ(asked.args, (Words{"a.h5", "--mnu=0.1"}));
}

TEST_F(CommandLine, without_a_command_is_answered_with_one) {
  const auto text = [](const std::string& word) {
    try {
      (void)read_invocation({word});
    } catch (const UsageError& error) {
      return std::string(error.what());
    }
    return std::string("accepted");
  };
  expect_contains(text("predcit"), "did you mean 'predict'?");
  expect_contains(text("versions"), "did you mean 'version'?");
  expect_contains(text(ini()), "nubox simulate " + ini());
  expect_contains(text(path("a.h5")), "nubox info " + path("a.h5"));
}

}  // namespace
}  // namespace nubox::config
