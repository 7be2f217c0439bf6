#include "nubox/config/options.hpp"

#include "config/option_rows.hpp"

#include <algorithm>

namespace nubox::config {
namespace {

std::vector<Option> make_table() {
  std::vector<Option> table = box_options();
  for (const auto& rows : {network_options(), measure_options()}) {
    table.insert(table.end(), rows.begin(), rows.end());
  }
  return table;
}

}  // namespace

const std::vector<Option>& option_table() {
  static const std::vector<Option> table = make_table();
  return table;
}

const Option* find_option(std::string_view name) {
  const auto& table = option_table();
  const auto found =
      std::find_if(table.begin(), table.end(), [&](const Option& o) { return o.name() == name; });
  return found == table.end() ? nullptr : &*found;
}

bool Command::reads(const Option& option) const {
  return std::ranges::find(sections, option.section) != sections.end() ||
         std::ranges::find(options, option.name()) != options.end();
}

const std::vector<std::string>& reader_option_names() {
  static const std::vector<std::string> names = {
      "import.length_unit", "import.box_size_mpch", "import.redshift", "import.Omega_m",
      "import.h",           "import.mnu_eV",        "import.cdm_type", "import.neutrino_type"};
  return names;
}

const std::vector<Command>& command_table() {
  static const std::vector<Command> commands = {
      {"simulate",
       "matched pairs of boxes, one per neutrino mass, from the same phases",
       {"run", "box", "cosmology", "simulate"}},
      {"train",
       "a network on pairs of boxes",
       {"run", "cosmology", "data", "model", "prior", "loss", "train"}},
      {"predict",
       "the massive-neutrino box of a massless one",
       {"run", "cosmology", "model", "prior", "predict"}},
      {"import", "a Gadget snapshot onto its Lagrangian lattice", {"run", "cosmology", "import"}},
      {"export", "a box as a Gadget snapshot", {"run", "export"}},
      {"stats",
       "power, transfer function, multipoles, bispectrum, density PDF, residuals and voids of "
       "boxes",
       {"run", "stats", "multipoles", "bispectrum", "pdf", "residual", "seams", "voids"},
       reader_option_names()},
      {"bench",
       "speed of one component, against a limit measured beside it",
       {"run", "bench", "model", "predict", "train"}},
      {"doctor",
       "checks of this machine: convolutions, MPI, NCCL, files, FFT, clocks, binding, memory, disk",
       {"run", "doctor", "box", "cosmology", "simulate"}},
      {"info",
       "what a nubox file or a Gadget snapshot holds",
       {"run", "info"},
       reader_option_names()},
  };
  return commands;
}

bool is_command(std::string_view name) {
  return std::ranges::any_of(command_table(), [&](const Command& c) { return c.name == name; });
}

}  // namespace nubox::config
