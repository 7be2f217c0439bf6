#include "nubox/stats/bispectrum.hpp"

#include "nubox/core/error.hpp"
#include "nubox/core/log.hpp"
#include "nubox/core/progress.hpp"
#include "nubox/core/units.hpp"
#include "nubox/par/agree.hpp"

#include "stats/low_modes.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>

namespace nubox::stats {
namespace {

constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();

/// Modes of one shell in real space: D(x), not normalised. Collective.
fft::MeshField shell_field(const LowModes& modes, const Shell& shell,
                           const std::shared_ptr<const fft::Plan>& plan, double box_size_mpch) {
  fft::MeshField mesh(plan, box_size_mpch);
  mesh.reset_as_modes();
  modes.for_each([&](std::complex<float> c, std::int64_t norm2, int, std::size_t index) {
    if (shell.holds(norm2)) mesh.modes()[index] = c;
  });
  mesh.to_real();
  return mesh;
}

/// P = V <|c|^2> over every shell. Collective.
std::vector<double> shell_powers(const par::Comm& comm, const LowModes& modes,
                                 const std::vector<Shell>& shells, double volume) {
  std::int64_t end = 0;
  for (const Shell& shell : shells) end = std::max(end, shell.upper2);
  std::vector<double> power_by_norm2(static_cast<std::size_t>(end), 0.0),
      modes_by_norm2 = power_by_norm2;
  modes.for_each([&](std::complex<float> c, std::int64_t norm2, int weight, std::size_t) {
    if (norm2 >= end) return;
    power_by_norm2[static_cast<std::size_t>(norm2)] += weight * std::norm(std::complex<double>(c));
    modes_by_norm2[static_cast<std::size_t>(norm2)] += weight;
  });
  comm.all_reduce(std::span<double>(power_by_norm2));
  comm.all_reduce(std::span<double>(modes_by_norm2));
  std::vector<double> powers;
  for (const Shell& shell : shells) {
    double sum = 0, count = 0;
    for (auto norm2 = static_cast<std::size_t>(shell.lower2);
         norm2 < static_cast<std::size_t>(std::max(shell.lower2, shell.upper2)); ++norm2) {
      sum += power_by_norm2[norm2];
      count += modes_by_norm2[norm2];
    }
    powers.push_back(volume * sum / count);
  }
  return powers;
}

/// product = a * b, cell by cell, including the padding of the rows, which is never read.
void multiply(const fft::MeshField& a, const fft::MeshField& b, fft::MeshField& product) {
  const std::size_t floats = a.layout().local().count * a.n() * a.row_floats();
  for (std::size_t i = 0; i < floats; ++i) product.data()[i] = a.data()[i] * b.data()[i];
}

/// Sum over this rank's cells of a * b.
double dot(const fft::MeshField& a, const fft::MeshField& b) {
  double total = 0;
  for (std::size_t row = 0; row < a.layout().local().count * a.n(); ++row) {
    const float* x = a.data() + row * a.row_floats();
    const float* y = b.data() + row * b.row_floats();
    double sum = 0;
    for (std::size_t z = 0; z < a.n(); ++z) sum += double{x[z]} * double{y[z]};
    total += sum;
  }
  return total;
}

/// Fields D_i, transformed at their first use and freed after the last.
class ShellFields {
 public:
  ShellFields(const LowModes& modes, const TriangleList& list,
              std::shared_ptr<const fft::Plan> plan, double box_size_mpch)
      : modes_(modes),
        list_(list),
        plan_(std::move(plan)),
        box_size_mpch_(box_size_mpch),
        fields_(list.shells.size()),
        last_use_(list.shells.size(), 0) {
    for (std::size_t t = 0; t < list.triangles.size(); ++t) {
      for (const std::size_t shell : list.triangles[t]) last_use_[shell] = t;
    }
  }
  const fft::MeshField& get(std::size_t shell) {
    auto& field = fields_[shell];
    if (!field) field = shell_field(modes_, list_.shells[shell], plan_, box_size_mpch_);
    return *field;
  }
  void drop_after(std::size_t triangle) {
    for (const std::size_t shell : list_.triangles[triangle]) {
      if (last_use_[shell] == triangle) fields_[shell].reset();
    }
  }

 private:
  const LowModes& modes_;
  const TriangleList& list_;
  std::shared_ptr<const fft::Plan> plan_;
  double box_size_mpch_;
  std::vector<std::optional<fft::MeshField>> fields_;
  std::vector<std::size_t> last_use_;
};

/// <D1 D2 D3>_x of every triangle with a count; D1 D2 is computed once for consecutive triangles
/// that share it.
std::vector<double> mean_products(const LowModes& modes, const TriangleList& list,
                                  const std::vector<std::uint64_t>& counts,
                                  const std::shared_ptr<const fft::Plan>& plan,
                                  double box_size_mpch) {
  ShellFields fields(modes, list, plan, box_size_mpch);
  fft::MeshField product(plan, box_size_mpch);
  std::optional<std::pair<std::size_t, std::size_t>> pair_of_product;
  std::vector<double> sums(list.triangles.size(), 0.0);
  Progress progress("bispectrum by triangle", list.triangles.size());
  for (std::size_t t = 0; t < list.triangles.size(); ++t) {
    if (counts[t] > 0) {
      const auto [i, j, k] = list.triangles[t];
      if (pair_of_product != std::pair(i, j)) {
        multiply(fields.get(i), fields.get(j), product);
        pair_of_product = {i, j};
      }
      sums[t] = dot(product, fields.get(k));
    }
    fields.drop_after(t);
    progress.step();
  }
  plan->layout().comm().all_reduce(std::span<double>(sums));
  for (double& sum : sums) sum /= std::pow(static_cast<double>(plan->layout().n()), 3);
  return sums;
}

}  // namespace

Bispectrum::Bispectrum(const par::Comm& comm, double box_size_mpch, TriangleList list,
                       std::size_t mesh_n)
    : box_size_mpch_(box_size_mpch), list_(std::move(list)) {
  for (const Shell& shell : list_.shells) {
    largest_component_ = std::max(largest_component_, shell.largest_component());
  }
  require_mesh(comm, mesh_n);  // before triangles are counted
  counts_ = count_triangles(comm, list_.shells, list_.triangles);
  const auto empty = static_cast<std::size_t>(std::count(counts_.begin(), counts_.end(), 0U));
  par::agree(comm, [&] {
    if (empty < counts_.size()) return;
    throw UsageError(
        "no three modes of a box of {} Mpc/h form a triangle of the bispectrum: "
        "choose other wavenumbers or wider bins",
        box_size_mpch);
  });
  if (empty > 0 && !list_.theta.empty()) {
    log::warn_together("{} of {} angles of the bispectrum have no triangle: B and Q are NaN there",
                       empty, counts_.size());
  }
  // A sum of three components must stay below the mesh size, which would alias to zero.
  int largest_sum = 0;
  for (const Triangle& triangle : list_.triangles) {
    int sum = 0;
    for (const std::size_t shell : triangle) sum += list_.shells[shell].largest_component();
    largest_sum = std::max(largest_sum, sum);
  }
  const int least = std::max(largest_sum, 2 * largest_component_) + 1;
  plan_ = fft::Plan::create(comm, even_smooth_size(static_cast<std::size_t>(least)));
}

std::size_t Bispectrum::smallest_mesh_n() const {
  return 2 * static_cast<std::size_t>(largest_component_) + 1;
}

void Bispectrum::require_mesh(const par::Comm& comm, std::size_t mesh_n) const {
  par::agree(comm, [&] {
    if (mesh_n >= smallest_mesh_n()) return;
    throw UsageError(
        "a mesh of {}^3 does not contain the triangles of the bispectrum, with k up to {:.4g} "
        "h/Mpc: "
        "at least {} points per side are needed (stats.mesh)",
        mesh_n, largest_component_ * 2.0 * units::pi / box_size_mpch_, smallest_mesh_n());
  });
}

BispectrumTable Bispectrum::measure(const fft::MeshField& modes,
                                    field::Assignment assignment) const {
  if (modes.is_real() || modes.box_size_mpch() != box_size_mpch_) {
    throw InternalError("the bispectrum is measured from Fourier modes in its own box");
  }
  require_mesh(modes.comm(), modes.n());
  const double volume = std::pow(box_size_mpch_, 3);
  const LowModes low(modes, assignment, largest_component_, *plan_);
  BispectrumTable table;
  table.power = shell_powers(modes.comm(), low, list_.shells, volume);
  const auto means = mean_products(low, list_, counts_, plan_, box_size_mpch_);
  for (std::size_t t = 0; t < means.size(); ++t) {
    const auto [i, j, k] = list_.triangles[t];
    const double p1 = table.power[i], p2 = table.power[j], p3 = table.power[k];
    const double b = counts_[t] == 0 ? not_a_number
                                     : volume * volume * means[t] / static_cast<double>(counts_[t]);
    table.b.push_back(b);
    table.q.push_back(b / (p1 * p2 + p2 * p3 + p3 * p1));
  }
  return table;
}

std::size_t even_smooth_size(std::size_t least) {
  for (std::size_t n = least + least % 2;; n += 2) {
    std::size_t rest = n;
    for (const std::size_t factor : {2, 3, 5}) {
      while (rest % factor == 0) rest /= factor;
    }
    if (rest == 1) return n;
  }
}

}  // namespace nubox::stats
