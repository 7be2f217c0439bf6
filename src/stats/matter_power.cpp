#include "stats/matter_power.hpp"

#include "nubox/core/error.hpp"
#include "nubox/core/log.hpp"
#include "nubox/cosmology/neutrino_omega.hpp"
#include "nubox/fft/modes.hpp"
#include "nubox/field/lattice_fourier.hpp"
#include "nubox/par/agree.hpp"
#include "nubox/stats/density.hpp"
#include "nubox/stats/statistic.hpp"

#include "stats/fourier_modes.hpp"
#include "stats/table_group.hpp"

#include <cmath>
#include <memory>
#include <vector>

namespace nubox::stats {
namespace {

double neutrino_share(const io::FieldHeader& header) {
  if (header.cosmology.M_nu_eV == 0) return 0;
  return cosmology::neutrino_omega(header.cosmology.M_nu_eV, header.cosmology.h) /
         header.cosmology.Omega_m;
}

/// 1 / W of the window that the neutrino modes of a file contain, for |n_i| = 0 ... n/2; 1 if the
/// file names none.
std::vector<double> inverse_held_window(const io::FieldHeader& header, std::size_t n) {
  if (!header.extra.contains(io::density_nu_window)) return std::vector<double>(n / 2 + 1, 1.0);
  const auto held = io::find<std::string>(header.extra, io::density_nu_window);
  for (const char* known : {"ngp", "cic", "tsc", "pcs"}) {
    if (held != known) continue;
    const field::InverseWindow inverse(assignment_of(known), n);
    return {inverse.values().begin(), inverse.values().end()};
  }
  if (held == "none") return std::vector<double>(n / 2 + 1, 1.0);
  throw InputError("the neutrino density has an unknown window: {} = {}", io::density_nu_window,
                   held.value_or("a number"));
}

/// Modes of the neutrinos with the window of the run's assignment. Collective.
fft::MeshField neutrino_modes(const Tracers& tracers, const std::shared_ptr<const fft::Plan>& plan,
                              field::Assignment own) {
  const std::size_t n = plan->layout().n();
  auto factors =
      par::agree(tracers.comm(), [&] { return inverse_held_window(tracers.header(), n); });
  for (std::size_t i = 0; i < factors.size(); ++i) {
    factors[i] *= field::assignment_window(own, static_cast<int>(i), n);
  }
  fft::MeshField mesh(plan, tracers.box_size_mpch());
  field::copy_to_mesh(*tracers.density_nu(), 0, mesh);
  mesh.to_modes();
  const auto factor = [&](int n_i) { return factors[static_cast<std::size_t>(std::abs(n_i))]; };
  fft::for_each_mode(*plan, [&](const fft::Mode& mode, std::size_t index) {
    mesh.modes()[index] *= static_cast<float>(factor(mode.nx) * factor(mode.ny) * factor(mode.nz));
  });
  return mesh;
}

/// Measures the boxes one after another and keeps the modes of their total matter.
class MatterSpectra {
 public:
  MatterSpectra(SharedMeshes& shared, const PowerOptions& options, std::size_t mesh_n,
                TableGroup& group)
      : shared_(shared), options_(options), group_(group) {
    options_.subtract_shot_noise = false;
    plan_ = mesh_n == shared.mesh_n() ? shared.plan() : fft::Plan::create(shared.comm(), mesh_n);
  }

  /// Modes of all matter; adds the spectra of the parts. Collective.
  fft::MeshField total(Side side) {
    const Tracers& tracers = shared_.tracers(side);
    const auto f_nu = static_cast<float>(neutrino_share(tracers.header()));
    group_.attributes()["f_nu_" + name_of(side)] = static_cast<double>(f_nu);
    if (tracers.density_nu() == nullptr) {
      fft::MeshField all(plan_, tracers.box_size_mpch());
      all.reset_as_modes();
      add_cb(side, 1, 0, all);
      return all;
    }
    fft::MeshField all = neutrino_modes(tracers, plan_, options_.assignment);
    add_cb(side, 1 - f_nu, f_nu, all);
    return all;
  }

  void add_power(const fft::MeshField& modes, Side side) {
    const PowerTable power = measure_power(modes, nullptr, options_);
    group_.add("k_edges", power.k_edges_hmpc, "h/Mpc", "edges of the bins, lower edge included");
    group_.add("k", power.k_hmpc, "h/Mpc", "mean |k| of the modes in the bin");
    group_.add("modes", power.modes, "", "modes in the bin, k and -k counted");
    group_.add("p_total_" + name_of(side), power.p_model, units_of_power,
               "power spectrum of all matter of the " + name_of(side));
  }

  void add_comparison(const fft::MeshField& model, const fft::MeshField& target) {
    const PowerTable power = measure_power(model, &target, options_);
    group_.add("p_total_cross", power.p_cross, units_of_power,
               "cross spectrum of all matter of model and target");
    group_.add("transfer_total", power.transfer, "",
               "T = sqrt(p_total_model / p_total_target), all matter");
    group_.add("correlation_total", power.correlation, "",
               "r = p_total_cross / sqrt(p_total_model p_total_target), all matter");
  }

 private:
  /// all = nu_share * all + cb_share * cb, after the spectra of both if there are two.
  void add_cb(Side side, float cb_share, float nu_share, fft::MeshField& all) {
    const auto add = [&](const fft::MeshField& cb) {
      if (nu_share > 0) add_parts(side, cb, all);
      const std::size_t floats = plan_->buffer_floats();
      for (std::size_t i = 0; i < floats; ++i) {
        all.data()[i] = nu_share * all.data()[i] + cb_share * cb.data()[i];
      }
    };
    if (plan_ == shared_.plan()) {
      add(FourierModes(shared_, side, options_.interlaced).get());
      return;
    }
    const Tracers& tracers = shared_.tracers(side);
    const fft::MeshField cb = density_modes(tracers, plan_, options_.assignment);
    if (options_.interlaced) {
      add(interlaced_modes(cb, tracers, options_.assignment));
    } else {
      add(cb);
    }
  }

  void add_parts(Side side, const fft::MeshField& cb, const fft::MeshField& neutrinos) {
    const PowerTable power = measure_power(cb, &neutrinos, options_);
    const std::string box = name_of(side);
    group_.add("p_cb_" + box, power.p_model, units_of_power,
               "power spectrum of CDM and baryons of the " + box);
    group_.add("p_nu_" + box, power.p_target, units_of_power,
               "power spectrum of the neutrinos of the " + box);
    group_.add("p_cb_nu_" + box, power.p_cross, units_of_power,
               "cross spectrum of cb and neutrinos of the " + box);
  }

  SharedMeshes& shared_;
  PowerOptions options_;
  TableGroup& group_;
  std::shared_ptr<const fft::Plan> plan_;
};

/// Mesh points per side of the neutrinos; zero if no box has them or if the boxes differ.
std::size_t neutrino_mesh(const SharedMeshes& shared) {
  std::size_t mesh_n = 0;
  for (const Side side : shared.sides()) {
    const field::LatticeField* density_nu = shared.tracers(side).density_nu();
    if (density_nu == nullptr) continue;
    if (mesh_n != 0 && density_nu->n() != mesh_n) {
      log::warn_together(
          "no spectra of all matter: the neutrino densities have meshes of {}^3 and {}^3", mesh_n,
          density_nu->n());
      return 0;
    }
    mesh_n = density_nu->n();
  }
  return mesh_n;
}

bool has_total(const Tracers& tracers) {
  return tracers.density_nu() != nullptr || tracers.header().cosmology.M_nu_eV == 0;
}

}  // namespace

void add_matter_power(SharedMeshes& shared, const PowerOptions& options, io::TableFile& table) {
  const std::size_t mesh_n = neutrino_mesh(shared);
  if (mesh_n == 0) return;
  TableGroup group(table, "power/matter");
  MatterSpectra spectra(shared, options, mesh_n, group);
  std::vector<fft::MeshField> totals;
  for (const Side side : shared.sides()) {
    if (!has_total(shared.tracers(side))) {
      log::warn_together("the {} has massive neutrinos but no density of them: no total matter",
                         name_of(side));
      continue;
    }
    totals.push_back(spectra.total(side));
    spectra.add_power(totals.back(), side);
  }
  if (totals.size() == 2) spectra.add_comparison(totals[0], totals[1]);

  io::Attributes& attributes = group.attributes();
  attributes["box_size_mpch"] = shared.box_size_mpch();
  attributes["mesh"] = static_cast<std::int64_t>(mesh_n);
  attributes["assignment"] = name_of(shared.assignment());
  describe_fourier_modes(options.interlaced, attributes);
  attributes["quantity"] =
      "all matter: (1 - f_nu) delta_cb + f_nu delta_nu, f_nu = Omega_nu / Omega_m";
  attributes["shot_noise"] = "raw";
}

}  // namespace nubox::stats
