#pragma once

#include "nubox/stats/suite.hpp"

#include "stats/fields.hpp"

#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

namespace nubox::stats::testing {

inline constexpr double box_mpch = 100.0;
inline constexpr std::size_t lattice_n = 12;

/// Measures and tabulates the statistics of synthetic boxes.
class Measuring : public ::testing::Test {
 protected:
  par::Comm comm_ = par::Comm::world();
  par::SlabLayout layout_{comm_, lattice_n};

  Tracers tracers(std::uint64_t seed, double M_nu_eV = 0) {
    return Tracers(field::Box{header(M_nu_eV), poisson_displacement(layout_, box_mpch, seed),
                              field::LatticeField(layout_, 3, box_mpch)});
  }

  static io::FieldHeader header(double M_nu_eV) {
    io::FieldHeader header;
    header.box_size_mpch = box_mpch;
    header.n = lattice_n;
    header.cosmology.Omega_m = 0.3;
    header.cosmology.Omega_b = 0.05;
    header.cosmology.h = 0.7;
    header.cosmology.n_s = 1.0;
    header.cosmology.A_s = 2e-9;
    header.cosmology.M_nu_eV = M_nu_eV;
    return header;
  }

  struct Run {
    io::TableFile table;
    std::vector<Failure> failures;
    int saved = 0;
  };
  /// Power, PDF and residual, as the command measures them by default.
  static StatsOptions usual() { return {.statistics = {"power", "pdf", "residual"}}; }
  /// The usual options but for the statistics.
  static StatsOptions only(std::vector<std::string> statistics) {
    return {.statistics = std::move(statistics)};
  }

  /// Measures what `table` of an earlier run lacks.
  static Run measure(const Tracers& model, const Tracers* target, StatsOptions options,
                     io::TableFile table = {}) {
    options.has_target = target != nullptr;
    const auto statistics = statistics_of(options);
    drop_stale(table, statistics, "inputs");
    SharedMeshes shared(model, target, options.mesh_n, options.assignment, "a.h5", "b.h5");
    Run run;
    table.attributes = describe_run(model.header(), target ? &target->header() : nullptr, "inputs");
    run.failures =
        measure_all(shared, statistics, table, [&](const io::TableFile&) { ++run.saved; });
    run.table = std::move(table);
    return run;
  }

  template <class T>
  static const std::vector<T>& column(const io::TableFile& table, const std::string& path) {
    return std::get<std::vector<T>>(table.arrays.at(path).values);
  }
};

}  // namespace nubox::stats::testing
