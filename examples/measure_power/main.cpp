// measure_power <Gadget snapshot or field file> <M_nu in eV> <directory of linear tables>
// Applies the rewind prior to a massless box and prints the power spectrum of the massive one.
#include "nubox/core/error.hpp"
#include "nubox/gadget/snapshot_set.hpp"
#include "nubox/gadget/snapshot_writer.hpp"
#include "nubox/par/agree.hpp"
#include "nubox/par/session.hpp"
#include "nubox/prior/prior.hpp"
#include "nubox/prior/theories.hpp"
#include "nubox/snapshot/import.hpp"
#include "nubox/snapshot/imported_header.hpp"
#include "nubox/stats/density.hpp"
#include "nubox/stats/power.hpp"

#include <cstdio>
#include <string>

using namespace nubox;

field::Box read(const par::Comm& comm, const std::string& path) {
  if (!par::root_decides(comm, [&] { return gadget::is_snapshot(path); })) {
    return field::read_box(comm, path);
  }
  const auto snapshot = gadget::Snapshot::open(comm, path);
  const auto stored = gadget::read_provenance(comm, snapshot.files().front());
  const snapshot::SuppliedHeader quijote{.Omega_b = {0.049}, .n_s = {0.9624}, .A_s = {2.13e-9}};
  auto header = snapshot::imported_header(snapshot.header(), stored, quijote);
  return snapshot::import_cdm(comm, snapshot, std::move(header), {});
}

int measure(const par::Comm& comm, int argc, char** argv) {
  if (argc != 4) throw UsageError("usage: measure_power BOX M_NU_EV TABLES");
  field::Box box = read(comm, argv[1]);
  const auto tables = cosmology::LinearTables::load(comm, argv[3], box.header.cosmology);
  const auto theories =
      prior::make_theories(box.header.cosmology, tables, box.header, std::stod(argv[2]));
  const stats::Tracers massive(prior::apply(prior::Kind::rewind, std::move(box), theories));

  const auto plan = fft::Plan::create(comm, massive.per_side());
  const auto modes = stats::density_modes(massive, plan, field::Assignment::cic);
  const stats::PowerTable power = stats::measure_power(modes, nullptr, {});
  for (std::size_t i = 0; comm.is_root() && i < power.k_hmpc.size(); ++i) {
    std::printf("%.6e %.6e\n", power.k_hmpc[i], power.p_model[i]);
  }
  return 0;
}

int main(int argc, char** argv) {
  par::Session session(&argc, &argv);
  return par::run_guarded([&](const par::Comm& world) { return measure(world, argc, argv); });
}
