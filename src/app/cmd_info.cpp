#include "nubox/core/printable.hpp"
#include "nubox/gadget/describe_file.hpp"
#include "nubox/io/paths.hpp"
#include "nubox/par/agree.hpp"

#include "app/commands.hpp"
#include "app/options/reader.hpp"

namespace nubox::app {

void info(const par::Comm& world, const config::Config& config) {
  par::agree(world, [&] {
    (void)config.required_text("info.in");
    const gadget::ReaderOptions options = reader_options(config);
    for (const auto& path : io::expand_paths(config.list_text("info.in"), "info.in")) {
      if (world.is_root()) print(world, printable(gadget::describe_file(path, options)));
    }
  });
}

}  // namespace nubox::app
