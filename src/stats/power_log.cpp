#include "nubox/stats/power_log.hpp"

#include "nubox/core/error.hpp"
#include "nubox/core/units.hpp"
#include "nubox/cosmology/linear_theory.hpp"
#include "nubox/io/publish.hpp"
#include "nubox/par/agree.hpp"
#include "nubox/stats/density.hpp"
#include "nubox/stats/power.hpp"

namespace nubox::stats {

void write_power_log(const par::Comm& world, const std::filesystem::path& path,
                     const std::vector<std::filesystem::path>& boxes,
                     const cosmology::Parameters& parameters,
                     const cosmology::LinearTables& tables) {
  std::string text =
      "# P_cb(k), (Mpc/h)^3, CIC on the particle lattice's mesh, shot noise not subtracted\n";
  for (const auto& box : boxes) {
    const Tracers tracers = read_tracers(world, box);
    const io::FieldHeader& header = tracers.header();
    const auto plan = fft::Plan::create(world, tracers.per_side());
    const auto modes = density_modes(tracers, plan, field::Assignment::cic);
    const PowerTable power = measure_power(modes, nullptr, {});
    const double a = units::scale_factor(header.redshift);
    text += fmt::format("# {}: z = {}, M_nu = {} eV\n# k[h/Mpc] modes P P_linear P/P_linear\n",
                        box.filename().string(), header.redshift, header.cosmology.M_nu_eV);
    text += par::agree(world, [&] {
      cosmology::Parameters of_box = parameters.with_mass(header.cosmology.M_nu_eV);
      of_box.A_s = header.cosmology.A_s;
      const cosmology::LinearTheory theory(of_box, tables, cosmology::NeutrinoSource::table, a);
      std::string rows;
      for (std::size_t i = 0; i < power.k_hmpc.size(); ++i) {
        const double k = power.k_hmpc[i], p = power.p_model[i];
        const double linear = theory.power_cb(k, a);
        rows += fmt::format("{:.6e} {} {:.6e} {:.6e} {:.5f}\n", k, power.modes[i], p, linear,
                            p / linear);
      }
      return rows;
    });
  }
  io::publish_text(world, path, io::own_name(), text);
}

}  // namespace nubox::stats
