// nubox: massive-neutrino N-body boxes from massless ones.
#include "nubox/par/session.hpp"

#include "app/commands.hpp"
#include "app/torch_program.hpp"

#include <string>
#include <vector>

int main(int argc, char** argv) {
  nubox::app::continue_in_torch_program(argv);
  nubox::par::Session session(&argc, &argv);
  const std::vector<std::string> args(argv + 1, argv + argc);
  return nubox::par::run_guarded(
      [&](const nubox::par::Comm& world) { return nubox::app::run(world, args); });
}
