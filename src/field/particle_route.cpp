#include "nubox/field/particle_route.hpp"

#include "nubox/core/error.hpp"
#include "nubox/core/timer.hpp"
#include "nubox/field/particle_positions.hpp"

#include "field/ghost_planes.hpp"
#include "field/particle_kernels.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <functional>
#include <numeric>
#include <utility>
#include <vector>

namespace nubox::field {
namespace {

/// Particles per piece of interpolated values: 64 kB, which fit into the cache of a core.
constexpr std::size_t piece_particles = 16384;

/// Sum modulo 2^32 of two fixed-point numbers whose bits are stored as floats in a mesh.
float add_fixed(float a, float b) {
  return std::bit_cast<float>(std::bit_cast<std::uint32_t>(a) + std::bit_cast<std::uint32_t>(b));
}

/// Fixed-point steps per particle for which the mean density has 2^bits_of_mean steps; at most 24
/// bits, as many as a float weight has.
int first_fixed_bits(double mean, int bits_of_mean) {
  return std::min(24, bits_of_mean - static_cast<int>(std::ceil(std::log2(mean))));
}

}  // namespace

/// Particles owned by other ranks are sent once, each block in the order of the sender. The sender
/// assigns the returned values by iterating over its particles in the same order.
struct ParticleRoute::Parts {
  par::SlabLayout mesh;
  std::size_t order;
  std::vector<ParticlePosition> own;
  NodeTables tables{mesh, order};
  std::vector<std::size_t> sent_counts{};      ///< particles sent to each other rank
  std::vector<std::size_t> imported_counts{};  ///< particles imported from each rank
  std::vector<ParticlePosition> imported{};
  mutable double exchange_s = 0;

  void send_remote();
  /// Runs and times work that waits for other ranks.
  template <class Work>
  void exchange(Work&& work) const {
    const Stopwatch watch;
    std::forward<Work>(work)();
    exchange_s += watch.seconds();
  }
  template <class Deposit, class Add>
  void paint(fft::MeshField& field, Deposit&& deposit, Add add) const;
  [[nodiscard]] bool paint_fixed(fft::MeshField& field, int bits) const;
  template <class Value, class Read, class Order, class Use>
  void read(Read&& at, Order compiled, const Use& use) const;
  void check(const fft::MeshField& field) const;
};

void ParticleRoute::Parts::send_remote() {
  const auto self = static_cast<std::size_t>(mesh.comm().rank());
  sent_counts.assign(static_cast<std::size_t>(mesh.comm().size()), 0);
  const auto for_each_leaving = [&](auto&& visit) {
    with_order(order, [&](auto compiled) {
      for (const ParticlePosition& particle : own) {
        const auto x = AssignmentKernel<compiled()>::locate(particle.x, mesh.n());
        if (const std::size_t owner = tables.owner[x.node]; owner != self) visit(owner, particle);
      }
    });
  };
  for_each_leaving([&](std::size_t owner, const ParticlePosition&) { ++sent_counts[owner]; });
  std::vector<std::size_t> cursor = par::block_starts(sent_counts);
  std::vector<ParticlePosition> leaving(cursor.back() + sent_counts.back());
  for_each_leaving([&](std::size_t owner, const ParticlePosition& particle) {
    leaving[cursor[owner]++] = particle;
  });
  exchange([&] { imported = mesh.comm().all_to_all(leaving, sent_counts, &imported_counts); });
}

template <class Deposit, class Add>
void ParticleRoute::Parts::paint(fft::MeshField& field, Deposit&& deposit, Add add) const {
  check(field);
  GhostPlanes ghosts(mesh, {.before = 0, .after = order - 1}, field.row_floats());
  const MeshView<float> view{ghosts.planes(field), field.n(), field.row_floats()};
  with_order(order, [&](auto compiled) {
    for (const auto* particles : {&own, &imported}) {
      paint_particles<compiled()>(view, tables, *particles, deposit);
    }
  });
  exchange([&] { ghosts.add_to_owners(field, add); });
}

/// Paints in steps of 2^-bits particles. False if a cell overflowed, so that the sum over cells is
/// too small.
bool ParticleRoute::Parts::paint_fixed(fft::MeshField& field, int bits) const {
  field.fill(0.0F);  // all bits are zero
  const auto steps_per_particle = static_cast<float>(std::ldexp(1.0, bits));
  std::uint64_t painted = 0, held = 0;
  paint(
      field,
      [&](float& value, float weight) {
        const auto steps = static_cast<std::uint32_t>(
            static_cast<std::int32_t>(weight * steps_per_particle + 0.5F));
        painted += steps;
        value = std::bit_cast<float>(std::bit_cast<std::uint32_t>(value) + steps);
      },
      add_fixed);
  const auto particles_per_step = static_cast<float>(std::ldexp(1.0, -bits));
  for (std::size_t row = 0; row < mesh.local().count * mesh.n(); ++row) {
    for (float& value : std::span(field.data() + row * field.row_floats(), mesh.n())) {
      const auto steps = std::bit_cast<std::uint32_t>(value);
      held += steps;
      value = static_cast<float>(steps) * particles_per_step;
    }
  }
  return mesh.comm().all_reduce(held) == mesh.comm().all_reduce(painted);
}

/// Gives use(first, values) the Value of every particle of this rank, in pieces, as computed by
/// at(plane, x fraction, particle) on the rank that owns it.
template <class Value, class Read, class Order, class Use>
void ParticleRoute::Parts::read(Read&& at, Order compiled, const Use& use) const {
  std::vector<Value> for_imported(imported.size());
  std::vector<Value> returned(
      std::accumulate(sent_counts.begin(), sent_counts.end(), std::size_t{0}));
  std::vector<std::size_t> cursor = par::block_starts(sent_counts);
  read_particles<compiled()>(tables, mesh.n(), imported, for_imported.data(), at,
                             [](std::size_t owner) -> Value {
                               throw InternalError("imported particle owned by rank {}", owner);
                             });
  exchange([&] {
    mesh.comm().template all_to_all<Value>(for_imported, imported_counts, returned, sent_counts);
  });
  std::vector<Value> piece(std::min(piece_particles, own.size()));
  const std::span<const ParticlePosition> particles = own;
  for (std::size_t first = 0; first < own.size(); first += piece_particles) {
    const std::size_t count = std::min(piece_particles, own.size() - first);
    read_particles<compiled()>(tables, mesh.n(), particles.subspan(first, count), piece.data(), at,
                               [&](std::size_t owner) { return returned[cursor[owner]++]; });
    use(first, std::span<const Value>(piece).first(count));
  }
}

void ParticleRoute::Parts::check(const fft::MeshField& field) const {
  if (field.n() != mesh.n() || !field.is_real()) {
    throw InternalError("particles assigned to a real mesh of {}^3 are used with one of {}^3 ({})",
                        mesh.n(), field.n(), field.is_real() ? "real" : "modes");
  }
}

ParticleRoute::ParticleRoute(const par::SlabLayout& mesh, const LatticeField& displacement_mpch,
                             Assignment assignment, double shift_cells)
    : parts_(new Parts{
          mesh, static_cast<std::size_t>(assignment),
          lattice_positions(displacement_mpch, shift_cells / static_cast<double>(mesh.n()))}) {
  parts_->send_remote();
}

ParticleRoute::ParticleRoute(const par::SlabLayout& mesh, double box_size_mpch,
                             std::span<const float> positions_mpch, Assignment assignment,
                             double shift_cells)
    : parts_(new Parts{mesh, static_cast<std::size_t>(assignment),
                       free_positions(mesh.comm(), box_size_mpch, positions_mpch,
                                      shift_cells / static_cast<double>(mesh.n()))}) {
  parts_->send_remote();
}

ParticleRoute::~ParticleRoute() = default;
ParticleRoute::ParticleRoute(ParticleRoute&&) noexcept = default;
ParticleRoute& ParticleRoute::operator=(ParticleRoute&&) noexcept = default;

void ParticleRoute::paint(fft::MeshField& mesh) const {
  parts_->paint(
      mesh, [](float& value, float weight) { value += weight; }, std::plus<float>());
}

void ParticleRoute::paint_exact(fft::MeshField& mesh, int bits_of_mean) const {
  const auto& comm = parts_->mesh.comm();
  const double particles =
      static_cast<double>(comm.all_reduce(static_cast<std::uint64_t>(parts_->own.size())));
  if (particles == 0) return mesh.fill(0.0F);
  int bits = first_fixed_bits(particles / std::pow(static_cast<double>(mesh.n()), 3), bits_of_mean);
  while (!parts_->paint_fixed(mesh, bits)) bits -= 2;
}

void ParticleRoute::interpolate(const fft::MeshField& mesh, std::span<float> values) const {
  if (values.size() != parts_->own.size()) {
    throw InternalError("{} values for {} particles", values.size(), parts_->own.size());
  }
  interpolate_in_pieces(mesh, [&](std::size_t first, std::span<const float> piece) {
    std::copy(piece.begin(), piece.end(), values.begin() + static_cast<std::ptrdiff_t>(first));
  });
}

void ParticleRoute::interpolate_in_pieces(const fft::MeshField& mesh, const UseValues& use) const {
  const std::size_t order = parts_->order;
  parts_->check(mesh);
  GhostPlanes ghosts(parts_->mesh, {.before = 0, .after = order - 1}, mesh.row_floats());
  parts_->exchange([&] { ghosts.fetch_from_owners(mesh); });
  const MeshView<const float> view{std::as_const(ghosts).planes(mesh), mesh.n(), mesh.row_floats()};
  with_order(order, [&](auto compiled) {
    parts_->read<float>(
        [&](std::uint32_t plane, float x_fraction, const ParticlePosition& particle) {
          float sum = 0.0F;
          visit_nodes<compiled()>(
              view, parts_->tables, plane, x_fraction, particle,
              [&sum](const float& value, float weight) { sum += value * weight; });
          return sum;
        },
        compiled, use);
  });
}

void ParticleRoute::differences_in_pieces(const fft::MeshField& mesh,
                                          const UseDifferences& use) const {
  const std::size_t order = parts_->order;
  parts_->check(mesh);
  GhostPlanes ghosts(parts_->mesh,
                     {.before = difference_reach, .after = order - 1 + difference_reach},
                     mesh.row_floats());
  parts_->exchange([&] { ghosts.fetch_from_owners(mesh); });
  const MeshView<const float> view{std::as_const(ghosts).planes(mesh), mesh.n(), mesh.row_floats()};
  const NodeTables tables(parts_->mesh, order + 2 * difference_reach);
  with_order(order, [&](auto compiled) {
    parts_->read<Differences>(
        [&](std::uint32_t plane, float x_fraction, const ParticlePosition& particle) {
          return read_differences<compiled()>(view, tables, plane, x_fraction, particle);
        },
        compiled, use);
  });
}

std::size_t ParticleRoute::sent_particles() const {
  return std::accumulate(parts_->sent_counts.begin(), parts_->sent_counts.end(), std::size_t{0});
}

double ParticleRoute::exchange_seconds() const { return parts_->exchange_s; }

void to_contrast(fft::MeshField& counts, double total_particles) {
  const auto n = static_cast<double>(counts.n());
  const auto per_mean = static_cast<float>(n * n * n / total_particles);
  for (std::size_t row = 0; row < counts.layout().local().count * counts.n(); ++row) {
    float* values = counts.data() + row * counts.row_floats();
    for (std::size_t z = 0; z < counts.n(); ++z) values[z] = values[z] * per_mean - 1.0F;
  }
}

}  // namespace nubox::field
