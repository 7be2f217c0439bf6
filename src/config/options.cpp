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
       "simulate matched pairs of boxes: one per neutrino mass, same initial phases",
       {"run", "box", "cosmology", "simulate"}},
      {"train",
       "train a network on pairs of boxes",
       {"run", "cosmology", "data", "model", "prior", "loss", "train"}},
      {"predict",
       "predict the massive-neutrino box of a massless box",
       {"run", "cosmology", "model", "prior", "predict"}},
      {"import", "convert a Gadget snapshot to a field file", {"run", "cosmology", "import"}},
      {"export", "convert a field file to a Gadget snapshot", {"run", "export"}},
      {"stats",
       "measure power spectra, multipoles, bispectra, density PDF, residuals and voids",
       {"run", "stats", "multipoles", "bispectrum", "pdf", "residual", "seams", "voids"},
       reader_option_names()},
      {"bench",
       "measure the speed of a component and the limit that the machine sets",
       {"run", "bench", "model", "predict", "train"}},
      {"doctor",
       "check this machine: convolutions, MPI, NCCL, files, FFT, clocks, binding, memory, disk",
       {"run", "doctor", "box", "cosmology", "simulate"}},
      {"info",
       "print header and contents of a nubox file or a Gadget snapshot",
       {"run", "info"},
       reader_option_names()},
  };
  return commands;
}

bool is_command(std::string_view name) {
  return std::ranges::any_of(command_table(), [&](const Command& c) { return c.name == name; });
}

}  // namespace nubox::config
