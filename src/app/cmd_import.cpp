#include "nubox/par/agree.hpp"
#include "nubox/snapshot/import_run.hpp"

#include "app/commands.hpp"
#include "app/options/import.hpp"
#include "app/run_record.hpp"

namespace nubox::app {

void import_box(const par::Comm& world, const config::Config& config) {
  const auto request = par::agree(world, [&] { return import_request(config); });
  snapshot::run_imports(world, request, [&](const auto& directory, const auto& files) {
    write_run_record(world, directory, config, files);
  });
}

}  // namespace nubox::app
