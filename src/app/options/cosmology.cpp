#include "app/options/cosmology.hpp"

#include "nubox/par/agree.hpp"

#include "app/options/choice.hpp"
#include "app/setup.hpp"

namespace nubox::app {

cosmology::Parameters cosmology_parameters(const config::Config& config) {
  cosmology::Parameters p;
  p.Omega_m = config.number("cosmology.Omega_m");
  p.Omega_b = config.number("cosmology.Omega_b");
  p.h = config.number("cosmology.h");
  p.n_s = config.number("cosmology.n_s");
  p.A_s = config.number("cosmology.A_s");
  p.T_cmb_K = config.number("cosmology.T_cmb");
  p.N_eff = config.number("cosmology.N_eff");
  return p;
}

cosmology::AmplitudeMatch amplitude_match(const config::Config& config, const char* key) {
  using enum cosmology::AmplitudeMatch;
  return chosen<cosmology::AmplitudeMatch>(
      config, key, {{"A_s", A_s}, {"sigma8", sigma8}, {"sigma8_cb", sigma8_cb}});
}

std::filesystem::path tables_directory(const config::Config& config) {
  return find_shipped(config.text("cosmology.tables"), "cosmology");
}

cosmology::LinearTables load_tables(const par::Comm& comm, const config::Config& config) {
  const auto directory = par::agree(comm, [&] { return tables_directory(config); });
  return cosmology::LinearTables::load(comm, directory, cosmology_parameters(config));
}

}  // namespace nubox::app
