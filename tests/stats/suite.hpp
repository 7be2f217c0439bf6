#pragma once

#include "nubox/config/config.hpp"
#include "nubox/stats/suite.hpp"

#include "stats/fields.hpp"

#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

namespace nubox::stats::testing {

inline constexpr double box_mpch = 100.0;
inline constexpr std::size_t lattice_n = 12;

/// Runs the middle part of `nubox stats` on made boxes.
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
  /// Runs the command's middle part with options as on its command line.
  static Run measure(const Tracers& model, const Tracers* target, std::vector<std::string> options,
                     io::TableFile table = {}) {
    if (target != nullptr) options.emplace_back("--stats.target=given");
    const auto config = config::Config::parse("stats", options);
    const auto statistics = statistics_of(config);
    drop_stale(table, statistics, config, "inputs");
    SharedMeshes shared(model, target, config.size("stats.mesh"),
                        assignment_of(config.text("stats.assignment")), "a.h5", "b.h5");
    Run run;
    table.attributes = describe_run(model.header(), target ? &target->header() : nullptr, "inputs");
    run.failures =
        measure_all(shared, statistics, config, table, [&](const io::TableFile&) { ++run.saved; });
    run.table = std::move(table);
    return run;
  }

  template <class T>
  static const std::vector<T>& column(const io::TableFile& table, const std::string& path) {
    return std::get<std::vector<T>>(table.arrays.at(path).values);
  }
};

}  // namespace nubox::stats::testing
