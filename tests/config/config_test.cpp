#include "nubox/config/config.hpp"

#include "nubox/config/options.hpp"
#include "nubox/config/pages.hpp"
#include "nubox/core/error.hpp"

#include <filesystem>
#include <fstream>
#include <unistd.h>

#include <gtest/gtest.h>

namespace nubox::config {
namespace {

/// A configuration file that exists during the test.
class IniFile {
 public:
  explicit IniFile(const std::string& text, const std::string& name = "")
      : path_(std::filesystem::temp_directory_path() /
              ("nubox-config-" + std::to_string(::getpid()) + name + ".ini")) {
    std::ofstream(path_) << text;
  }
  ~IniFile() { std::filesystem::remove(path_); }
  IniFile(const IniFile&) = delete;
  IniFile& operator=(const IniFile&) = delete;
  [[nodiscard]] std::string path() const { return path_.string(); }

 private:
  std::filesystem::path path_;
};

/// Text of the UsageError of a simulate command line.
std::string refusal(const std::vector<std::string>& args, const std::string& command = "simulate") {
  try {
    (void)Config::parse(command, args);
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::usage) << error.what();
    return error.what();
  }
  return "accepted";
}

TEST(Config, command_line_overrides_file_overrides_default) {
  const IniFile file("# comment\n[box]\nn = 32\nsize_mpch = 62.5   # unit\n[simulate]\nsteps=5\n");
  const Config config = Config::parse("simulate", {file.path(), "--box.n=16"});
  EXPECT_EQ(config.integer("box.n"), 16);
  EXPECT_EQ(config.number("box.size_mpch"), 62.5);
  EXPECT_EQ(config.integer("simulate.steps"), 5);
  EXPECT_EQ(config.integer("simulate.lpt"), 2);
  EXPECT_TRUE(config.given("box.n"));
  EXPECT_FALSE(config.given("simulate.lpt"));
}

TEST(Config, a_later_file_overrides_an_earlier_one) {
  const IniFile first("[box]\nn = 32\nsize_mpch = 62.5\n"), second("[box]\nn = 64\n", "-second");
  const Config config = Config::parse("simulate", {first.path(), second.path()});
  EXPECT_EQ(config.integer("box.n"), 64);
  EXPECT_EQ(config.number("box.size_mpch"), 62.5);
}

TEST(ConfigFiles, of_the_repository_are_accepted_by_every_command) {
  std::size_t files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(NUBOX_SOURCE_DIR "/configs")) {
    if (entry.path().extension() != ".ini") continue;
    ++files;
    for (const Command& command : command_table()) {
      EXPECT_NO_THROW((void)Config::parse(command.name, {entry.path().string()})) << entry.path();
    }
  }
  EXPECT_GE(files, 7U);
}

TEST(ConfigFiles, of_the_papers_ablations_change_one_option_of_the_papers_training) {
  const std::string folder = NUBOX_SOURCE_DIR "/configs/";
  const Config paper = Config::parse("train", {folder + "paper_d3m.ini"});
  for (const auto& [name, option, value] :
       {std::tuple{"paper_inception.ini", "model.architecture", "d3m_inception"},
        std::tuple{"paper_deep.ini", "model.architecture", "d3m_deep"},
        std::tuple{"paper_mse.ini", "loss.lagrangian", "mse"}}) {
    const Config ablation = Config::parse("train", {folder + "paper_d3m.ini", folder + name});
    EXPECT_EQ(ablation.text(option), value);
    EXPECT_NE(ablation.text("train.out"), paper.text("train.out"));
    EXPECT_EQ(ablation.hash({option, "train.out"}), paper.hash({option, "train.out"})) << name;
  }
}

TEST(Config, lists_contain_ranges_and_single_values) {
  const Config config =
      Config::parse("simulate", {"--simulate.seeds=1-3,7", "--simulate.mnu_eV=0, 0.15"});
  EXPECT_EQ(config.integers("simulate.seeds"), (std::vector<std::int64_t>{1, 2, 3, 7}));
  EXPECT_EQ(config.numbers("simulate.mnu_eV"), (std::vector<double>{0, 0.15}));
}

TEST(Config, lists_of_numbers_may_be_empty_only_where_that_is_the_default) {
  EXPECT_TRUE(Config::parse("stats", {}).numbers("voids.radii_cells").empty());
  {
    const IniFile empty("[voids]\nradii_cells =\n");
    EXPECT_TRUE(Config::parse("stats", {empty.path()}).numbers("voids.radii_cells").empty());
  }
  const IniFile wrong("[pdf]\nradius_mpch =\n");
  EXPECT_THROW((void)Config::parse("stats", {wrong.path()}), UsageError);
}

TEST(Config, errors_name_the_position_and_the_accepted_values) {
  EXPECT_NE(refusal({"--box.n=4.5"}).find("box.n = '4.5' is not accepted; it must be an integer"),
            std::string::npos);
  EXPECT_NE(refusal({"--box.n=2"}).find("from 4 to 65536"), std::string::npos);
  EXPECT_NE(refusal({"--box.size_mpch=1e-3x"}).find("a number"), std::string::npos);
  EXPECT_NE(refusal({"--box.size_mpch=nan"}).find("a number"), std::string::npos);
  EXPECT_NE(refusal({"--simulate.fixed_amplitude=maybe"}).find("true or false"), std::string::npos);
  EXPECT_NE(refusal({"--simulate.neutrinos=all"}).find("one of table, supereasy, none"),
            std::string::npos);
  EXPECT_NE(refusal({"--simulate.seeds=5-3"}).find("a list of integers"), std::string::npos);
  EXPECT_NE(refusal({"--simulate.mnu_eV=0,-1"}).find("from 0 to 2"), std::string::npos);
  const IniFile file("[box]\n\nn = many\n");
  EXPECT_NE(refusal({file.path()}).find(file.path() + ":3"), std::string::npos);
}

TEST(Config, unknown_options_suggest_the_nearest) {
  EXPECT_NE(refusal({"--simulate.seed=1"}).find("did you mean 'simulate.seeds'"),
            std::string::npos);
  const IniFile file("[box]\nsize = 3\n");
  const std::string text = refusal({file.path()});
  EXPECT_NE(text.find(":2"), std::string::npos);
  EXPECT_NE(text.find("'box.size_mpch'"), std::string::npos);
}

TEST(Config, repeated_options_and_those_of_other_commands_are_refused) {
  EXPECT_NE(refusal({"--box.n=8", "--box.n=9"}).find("twice"), std::string::npos);
  const IniFile file("[box]\nn = 8\nn = 9\n");
  EXPECT_NE(refusal({file.path()}), "accepted");
  EXPECT_NE(refusal({"--train.epochs=3"}).find("not an option of 'simulate'"), std::string::npos);
}

TEST(Config, a_file_may_have_options_of_several_commands_and_all_are_checked) {
  const IniFile good("[train]\nepochs = 3\n[box]\nn = 8\n");
  EXPECT_EQ(Config::parse("simulate", {good.path()}).integer("box.n"), 8);
  const IniFile bad("[train]\nepochs = few\n");
  EXPECT_NE(refusal({bad.path()}).find("train.epochs"), std::string::npos);
}

TEST(Config, abbreviations_and_broken_lines_are_refused) {
  EXPECT_NE(refusal({"--box.siz=3"}), "accepted");
  const IniFile file("[box\nn = 3\n");
  EXPECT_NE(refusal({file.path()}), "accepted");
}

TEST(Config, missing_file_is_a_file_system_error) {
  try {
    (void)Config::parse("simulate", {"/nowhere/there.ini"});
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::filesystem);
  }
}

TEST(Config, config_used_ini_gives_the_same_configuration) {
  const Config first = Config::parse("simulate", {"--box.n=24", "--simulate.seeds=1-3"});
  const IniFile file(first.to_ini());
  EXPECT_EQ(Config::parse("simulate", {file.path()}).hash(), first.hash());
  EXPECT_NE(Config::parse("simulate", {}).hash(), first.hash());
}

TEST(Config, config_used_ini_keeps_hashes_quotes_and_blanks_in_paths) {
  for (const std::string path :
       {"x#1/out", "a \"b\" c", " blank ", "a,b;c", "run[1]", "\"a,b\",c#"}) {
    const Config config = Config::parse("stats", {"--stats.in=" + path, "--stats.out=" + path});
    const IniFile echo(config.to_ini());
    const Config again = Config::parse("stats", {echo.path()});
    EXPECT_EQ(again.list_text("stats.in"), path);
    EXPECT_EQ(again.text("stats.out"), path);
    EXPECT_EQ(again.hash({}), config.hash({}));
  }
}

TEST(Config, comments_end_values_outside_quotes_alone) {
  const IniFile file("[stats]\nin = \"x#1\"  # a \"comment\"\nout = y#2\n");
  const Config config = Config::parse("stats", {file.path()});
  EXPECT_EQ(config.list_text("stats.in"), "x#1");
  EXPECT_EQ(config.text("stats.out"), "y");
}

TEST(Config, config_used_ini_distinguishes_given_values_from_defaults) {
  const IniFile echo(Config::parse("train", {"--train.epochs=3"}).to_ini());
  const Config again = Config::parse("train", {echo.path()});
  EXPECT_TRUE(again.given("train.epochs"));
  EXPECT_FALSE(again.given("train.start"));
  EXPECT_FALSE(again.given("model.prior"));
  // An edited value counts as given even if its comment says default, and so does a default written
  // by hand.
  const IniFile edited("[train]\nseed = 7  # default\nepochs = 20\n", "edited");
  EXPECT_TRUE(Config::parse("train", {edited.path()}).given("train.seed"));
  EXPECT_TRUE(Config::parse("train", {edited.path()}).given("train.epochs"));
}

TEST(Config, help_config_of_every_command_parses_to_the_defaults) {
  for (const Command& command : command_table()) {
    const IniFile file(help_config_text(command.name));
    EXPECT_EQ(Config::parse(command.name, {file.path()}).hash(),
              Config::parse(command.name, {}).hash())
        << command.name;
  }
}

TEST(Config, json_takes_a_file_only_with_an_equals_sign) {
  const IniFile file("[box]\nn = 32\n");
  const Config alone = Config::parse("doctor", {"--json", file.path()});
  EXPECT_EQ(alone.text("doctor.json"), "-");
  EXPECT_EQ(alone.integer("box.n"), 32);
  EXPECT_EQ(Config::parse("doctor", {"--json=a.json"}).text("doctor.json"), "a.json");
  EXPECT_NE(refusal({"--json"}).find("doctor.json"), std::string::npos);
}

TEST(OptionTable, every_default_is_accepted_and_every_option_is_used_and_documented) {
  for (const Option& option : option_table()) {
    EXPECT_GT(option.doc.size(), 10u) << option.name();
    bool used = false;
    for (const Command& command : command_table()) {
      for (const auto& section : command.sections) used = used || section == option.section;
    }
    EXPECT_TRUE(used) << option.name();
    if (option.default_value.empty()) continue;
    for (const Command& c : command_table()) {
      for (const auto& section : c.sections) {
        if (section != option.section) continue;
        EXPECT_NO_THROW(
            (void)Config::parse(c.name, {"--" + option.name() + "=" + option.default_value}))
            << option.name();
      }
    }
  }
}

}  // namespace
TEST(OptionTable, finds_rows_by_their_whole_name_alone) {
  for (const Option& option : option_table()) {
    const Option* found = find_option(option.section + "." + option.key);
    ASSERT_NE(found, nullptr) << option.name();
    EXPECT_EQ(found->name(), option.name()) << "two rows have this name";
    EXPECT_EQ(found, &option) << option.name();
  }
  for (const char* unknown : {"", "n", "box", "box.", "box.N", "box.n ", "simulate.n"}) {
    EXPECT_EQ(find_option(unknown), nullptr) << unknown;
  }
}

TEST(CommandTable, is_what_is_command_knows) {
  for (const Command& command : command_table()) EXPECT_TRUE(is_command(command.name));
  for (const char* unknown : {"", "Simulate", "simulat", "--help"}) {
    EXPECT_FALSE(is_command(unknown)) << unknown;
  }
}

TEST(Help, docs_reference_options_is_current) {
  std::ifstream file(NUBOX_SOURCE_DIR "/docs/reference/options.md");
  const std::string page{std::istreambuf_iterator<char>(file), {}};
  EXPECT_TRUE(page == options_page())
      << "write it again: nubox --help-options > docs/reference/options.md";
}

}  // namespace nubox::config
