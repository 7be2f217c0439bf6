#include "app/options/reader.hpp"

#include "nubox/config/options.hpp"

#include "app/options/choice.hpp"

#include <optional>

namespace nubox::app {

gadget::ReaderOptions reader_options(const config::Config& config) {
  gadget::ReaderOptions options;
  options.length_unit = chosen<gadget::LengthUnit>(config, "import.length_unit",
                                                   {{"auto", gadget::LengthUnit::automatic},
                                                    {"kpch", gadget::LengthUnit::kpch},
                                                    {"mpch", gadget::LengthUnit::mpch}});
  const auto above = [&](double none, const char* name) {
    const double value = config.number(name);
    return value > none ? std::optional(value) : std::nullopt;
  };
  options.box_size_mpch = above(0, "import.box_size_mpch");
  options.redshift = above(-1, "import.redshift");
  options.Omega_m = above(0, "import.Omega_m");
  options.h = above(0, "import.h");
  if (const double mass = config.number("import.mnu_eV"); mass >= 0) options.M_nu_eV = mass;
  const auto type = [&](const char* name) {
    const auto value = config.integer(name);
    return value >= 0 ? std::optional(static_cast<int>(value)) : std::nullopt;
  };
  options.cdm_type = type("import.cdm_type");
  options.neutrino_type = type("import.neutrino_type");
  return options;
}

std::vector<std::string> given_reader_options(const config::Config& config) {
  std::vector<std::string> names;
  for (const std::string& name : config::reader_option_names()) {
    if (config.given(name)) names.push_back(name);
  }
  return names;
}

}  // namespace nubox::app
