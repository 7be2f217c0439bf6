#pragma once

#include "nubox/field/box.hpp"
#include "nubox/train/pair_list.hpp"

#include "prior/support.hpp"
#include "support/temporary_directory.hpp"

#include <string>
#include <vector>

namespace nubox::train {

/// A massless box and its massive twins by linear theory, as files of a directory pair-<seed>.
class PairFiles {
 public:
  explicit PairFiles(const par::Comm& comm) : comm_(comm), directory_(comm) {}

  /// Collective.
  Realisation write(const std::string& name, const field::Box& massless,
                    const std::vector<field::Box>& massive) const {
    if (comm_.is_root()) {
      std::filesystem::remove_all(directory_ / name);
      std::filesystem::create_directories(directory_ / name);
    }
    comm_.barrier();
    Realisation realisation{name, directory_ / name / "mnu-0.000.h5", {}};
    field::write_box(realisation.massless, massless).finish();
    for (std::size_t i = 0; i < massive.size(); ++i) {
      realisation.massive.push_back(directory_ / name /
                                    ("mnu-" + std::to_string(i) + "-massive.h5"));
      field::write_box(realisation.massive.back(), massive[i]).finish();
    }
    return realisation;
  }
  /// Twins of these masses. Collective.
  Realisation write_twins(const std::string& name, const field::Box& massless,
                          const std::vector<double>& masses_eV) const {
    std::vector<field::Box> massive;
    for (const double mass_eV : masses_eV) massive.push_back(twin_of(massless, mass_eV));
    return write(name, massless, massive);
  }

  [[nodiscard]] static field::Box twin_of(const field::Box& massless, double mass_eV) {
    return prior::apply(prior::Kind::linear, massless, prior::test::theories_of(mass_eV));
  }

  [[nodiscard]] const test::TemporaryDirectory& directory() const { return directory_; }

 private:
  par::Comm comm_;
  test::TemporaryDirectory directory_;
};

}  // namespace nubox::train
