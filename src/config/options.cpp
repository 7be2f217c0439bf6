#include "nubox/config/options.hpp"

#include "nubox/core/error.hpp"

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

const std::vector<std::string>& import_option_names() {
  static const std::vector<std::string> names = [] {
    std::vector<std::string> all = reader_option_names();
    all.insert(all.end(), {"import.id_map", "import.tile", "import.outliers", "import.mesh_factor",
                           "import.seed"});
    return all;
  }();
  return names;
}

const std::vector<Command>& command_table() {
  static const std::vector<Command> commands = {
      {.name = "simulate",
       .summary = "simulate matched pairs of boxes: one per neutrino mass, same initial phases",
       .sections = {"run", "box", "cosmology", "simulate"},
       .input_hint = "initial conditions are given as --simulate.ics=FILE"},
      {.name = "train",
       .summary = "train a network on pairs of boxes",
       .sections = {"run", "cosmology", "data", "model", "prior", "loss", "train"},
       .input = "data.pairs",
       .several_inputs = true,
       .input_is_directory = true},
      {.name = "predict",
       .summary = "predict the massive-neutrino box of a massless box",
       .sections = {"run", "cosmology", "model", "prior", "predict"},
       .options = import_option_names(),
       .input = "predict.in",
       .several_inputs = true},
      {.name = "import",
       .summary = "convert Gadget snapshots to field files",
       .sections = {"run", "cosmology", "import"},
       .input = "import.snapshot",
       .several_inputs = true},
      {.name = "export",
       .summary = "convert a field file to a Gadget snapshot",
       .sections = {"run", "export"},
       .input = "export.in"},
      {.name = "stats",
       .summary =
           "measure spectra, correlations, bispectra, PDF, residuals, topology, haloes, voids",
       .sections = {"run", "stats", "multipoles", "correlation", "bispectrum", "marked", "pdf",
                    "residual", "seams", "minkowski", "knn", "haloes", "voids"},
       .options = reader_option_names(),
       .input = "stats.in",
       .input_hint = "a box to compare with is given as --target=FILE, an ensemble as --in=A,B"},
      {.name = "bench",
       .summary = "measure the speed of a component and the limit that the machine sets",
       .sections = {"run", "bench", "model", "predict", "train"},
       .input = "bench.what"},
      {.name = "doctor",
       .summary =
           "check this machine: convolutions, MPI, NCCL, files, FFT, clocks, binding, memory, disk",
       .sections = {"run", "doctor", "box", "cosmology", "simulate"},
       .input = "doctor.checks",
       .several_inputs = true},
      {.name = "info",
       .summary = "print header and contents of a nubox file or a Gadget snapshot",
       .sections = {"run", "info"},
       .options = reader_option_names(),
       .input = "info.in",
       .several_inputs = true},
  };
  return commands;
}

bool is_command(std::string_view name) {
  return std::ranges::any_of(command_table(), [&](const Command& c) { return c.name == name; });
}

const Command& command_of(std::string_view name) {
  const auto found = std::ranges::find(command_table(), name, &Command::name);
  if (found == command_table().end()) throw InternalError("no command '{}'", name);
  return *found;
}

std::vector<const Option*> options_of(const Command& command) {
  std::vector<const Option*> options;
  for (const Option& option : option_table()) {
    if (command.reads(option)) options.push_back(&option);
  }
  return options;
}

}  // namespace nubox::config
