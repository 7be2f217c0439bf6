#include "nubox/field/box.hpp"

#include "nubox/core/error.hpp"
#include "nubox/par/agree.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

namespace nubox::field {
namespace {

constexpr std::size_t vector_components = 3;

/// @throws InputError with dataset, component and global lattice site of the first bad value on
/// this
///         rank: not finite, or beyond `limit`. Rank-local.
void require_bounded(const LatticeField& field, const std::string& dataset, float limit,
                     const std::filesystem::path& path) {
  const std::size_t n = field.n();
  for (std::size_t c = 0; c < field.components(); ++c) {
    const auto values = field.component(c);
    const auto bad = std::find_if(values.begin(), values.end(), [&](float value) {
      return !std::isfinite(value) || std::abs(value) > limit;
    });
    if (bad == values.end()) continue;
    const auto site = static_cast<std::size_t>(bad - values.begin());
    const std::string place =
        fmt::format("{}: {}[{}] at lattice site ({}, {}, {})", path.string(), dataset, c,
                    field.layout().local().start + site / (n * n), site / n % n, site % n);
    if (!std::isfinite(*bad)) throw InputError("{} is {}, not a finite number", place, *bad);
    throw InputError("{} is {} Mpc/h, beyond half the box ({} Mpc/h): not a minimum image", place,
                     *bad, limit);
  }
}

LatticeField read_field(const io::FieldFile& file, const par::SlabLayout& layout,
                        const std::string& dataset, float limit, const std::filesystem::path& path,
                        std::size_t components = vector_components) {
  LatticeField field(layout, components, file.header().box_size_mpch);
  std::ranges::copy(file.read(dataset, layout), field.values().begin());
  par::agree(layout.comm(), [&] { require_bounded(field, dataset, limit, path); });
  return field;
}

}  // namespace

Box read_box(const par::Comm& comm, const std::filesystem::path& path) {
  return read_box(comm, io::FieldFile(comm, path), path);
}

Box read_box(const par::Comm& comm, const io::FieldFile& file, const std::filesystem::path& path) {
  const par::SlabLayout layout(comm, file.header().n);
  const auto half_box = static_cast<float>(file.header().box_size_mpch / 2);
  Box box{file.header(), read_field(file, layout, "displacement", half_box, path), std::nullopt};
  if (file.has("velocity")) {
    box.velocity = read_field(file, layout, "velocity", std::numeric_limits<float>::max(), path);
  }
  return box;
}

std::optional<LatticeField> read_density_nu(const par::Comm& comm,
                                            const std::filesystem::path& path) {
  const io::FieldFile file(comm, path);
  if (!file.has("density_nu")) return std::nullopt;
  const par::SlabLayout mesh(comm, file.n_of("density_nu"));
  return read_field(file, mesh, "density_nu", std::numeric_limits<float>::max(), path, 1);
}

io::Publication write_box(const std::filesystem::path& path, const Box& box,
                          const LatticeField* density_nu) {
  std::vector<io::FieldDataset> datasets{{"displacement", box.displacement.values()}};
  if (box.velocity) datasets.push_back({"velocity", box.velocity->values()});
  if (density_nu != nullptr) {
    datasets.push_back({"density_nu", density_nu->values(), density_nu->n()});
  }
  return io::write_field_file(box.displacement.layout(), path, box.header, datasets);
}

}  // namespace nubox::field
