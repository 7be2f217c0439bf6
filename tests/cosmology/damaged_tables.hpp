#pragma once

#include "nubox/core/error.hpp"

#include "fixtures.hpp"

#include <fstream>
#include <functional>
#include <sstream>
#include <string>
#include <unistd.h>
#include <vector>

#include <gtest/gtest.h>

namespace nubox::cosmology::test {

namespace fs = std::filesystem;

/// A copy of the shipped tables that a test may damage.
class DamagedTables : public testing::Test {
 protected:
  /// The directory to copy.
  [[nodiscard]] virtual fs::path source() const { return shipped_tables(); }

  void SetUp() override {
    directory_ = fs::temp_directory_path() / ("nubox-tables-" + std::to_string(getpid()));
    fs::remove_all(directory_);
    fs::copy(source(), directory_, fs::copy_options::recursive);
  }
  void TearDown() override { fs::remove_all(directory_); }

  void edit(const std::string& name, const std::function<void(std::string&)>& change) const {
    std::ostringstream text;
    text << std::ifstream(directory_ / name).rdbuf();
    std::string content = text.str();
    change(content);
    std::ofstream(directory_ / name) << content;
  }
  void replace(const std::string& name, const std::string& from, const std::string& to) const {
    edit(name, [&](std::string& text) {
      const std::size_t at = text.find(from);
      ASSERT_NE(at, std::string::npos) << from;
      text.replace(at, from.size(), to);
    });
  }
  [[nodiscard]] LinearTables load(const Parameters& expected = Parameters{}) const {
    return LinearTables::load(par::Comm::self(), directory_, expected);
  }
  /// Loading must throw an InputError whose text contains all the words.
  void expect_refused(const std::vector<std::string>& words,
                      const Parameters& expected = Parameters{}) const {
    try {
      static_cast<void>(load(expected));
      FAIL() << "the tables were accepted";
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ExitCode::input) << error.what();
      for (const std::string& word : words) {
        EXPECT_NE(std::string(error.what()).find(word), std::string::npos) << error.what();
      }
    }
  }

  fs::path directory_;
};

}  // namespace nubox::cosmology::test
