#include "nubox/gadget/describe_file.hpp"
#include "nubox/par/agree.hpp"

#include "app/commands.hpp"
#include "app/options/reader.hpp"

#include <cstdio>

namespace nubox::app {

void info(const par::Comm& world, const config::Config& config) {
  par::agree(world, [&] {
    const std::string path = config.required_text("info.in");
    const gadget::ReaderOptions options = reader_options(config);
    if (world.is_root()) std::fputs(gadget::describe_file(path, options).c_str(), stdout);
  });
}

}  // namespace nubox::app
