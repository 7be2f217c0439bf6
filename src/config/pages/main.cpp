// Writes the manual pages and the completion scripts that are installed with the program, in the
// layout of an installation: nubox_pages DIRECTORY.
#include "nubox/config/options.hpp"
#include "nubox/config/pages.hpp"
#include "nubox/core/error.hpp"
#include "nubox/core/text_file.hpp"

#include <cstdio>
#include <filesystem>

int main(int argc, char** argv) {
  namespace config = nubox::config;
  if (argc != 2) {
    std::fputs("usage: nubox_pages DIRECTORY\n", stderr);
    return static_cast<int>(nubox::ExitCode::usage);
  }
  try {
    const std::filesystem::path share = argv[1];
    const auto write = [&](const std::filesystem::path& name, const std::string& text) {
      std::filesystem::create_directories((share / name).parent_path());
      nubox::text_file::write(share / name, text);
    };
    write("man/man1/nubox.1", config::manual_page(""));
    for (const config::Command& command : config::command_table()) {
      write("man/man1/nubox-" + command.name + ".1", config::manual_page(command.name));
    }
    write("bash-completion/completions/nubox", config::completion_text("bash"));
    write("zsh/site-functions/_nubox", config::completion_text("zsh"));
  } catch (const std::exception& error) {
    std::fprintf(stderr, "nubox_pages: %s\n", error.what());
    return static_cast<int>(nubox::ExitCode::filesystem);
  }
  return 0;
}
