#include "nubox/train/crop_server.hpp"

#include "nubox/core/error.hpp"
#include "nubox/field/periodic.hpp"

#include "train/octahedral_transform.hpp"

#include <algorithm>
#include <numeric>

namespace nubox::train {
namespace {

/// One of the two cubes that make a crop: `edge` sites per side from `start` on, periodic.
struct Cube {
  const field::LatticeField* field;
  std::array<std::size_t, 3> start;
  std::size_t edge;

  [[nodiscard]] std::size_t plane(std::size_t i) const { return (start[0] + i) % field->n(); }
  [[nodiscard]] int owner(std::size_t i) const { return field->layout().owner(plane(i)); }
  [[nodiscard]] std::size_t plane_size() const { return field->components() * edge * edge; }
};

Cube features_of(const CropSource& source, const Sample& sample, std::size_t tile,
                 std::size_t halo) {
  const std::size_t n = source.features.n();
  std::array<std::size_t, 3> start{};
  for (std::size_t a = 0; a < 3; ++a) {
    start[a] = field::haloed_start(sample.origin[a], halo, n);
  }
  return {&source.features, start, tile + 2 * halo};
}

Cube target_of(const CropSource& source, const Sample& sample, std::size_t tile) {
  return {&source.target, sample.origin, tile};
}

/// Rows of plane i of a cube, from this rank's slab: visit(component, j, values along z).
template <class Visit>
void for_each_row(const Cube& cube, std::size_t i, Visit&& visit) {
  const std::size_t n = cube.field->n();
  const std::size_t ix = cube.plane(i) - cube.field->layout().local().start;
  std::vector<float> row(cube.edge);
  for (std::size_t c = 0; c < cube.field->components(); ++c) {
    const float* values = cube.field->component(c).data();
    for (std::size_t j = 0; j < cube.edge; ++j) {
      const std::size_t iy = (cube.start[1] + j) % n;
      field::copy_periodic_row(values + cube.field->site(ix, iy, 0), n, cube.start[2], cube.edge,
                               row.data());
      visit(c, j, row.data());
    }
  }
}

/// Plane i of a cube, [C][edge][edge], as it travels. Returns where the next one goes.
float* pack_plane(const Cube& cube, std::size_t i, float* out) {
  for_each_row(cube, i, [&](std::size_t, std::size_t, const float* row) {
    out = std::copy_n(row, cube.edge, out);
  });
  return out;
}

/// Puts plane i of a cube, from this rank's slab, into the turned crop.
void place_own(const Cube& cube, std::size_t i, const OctahedralTransform& turn, float* crop) {
  for_each_row(cube, i, [&](std::size_t c, std::size_t j, const float* row) {
    turn.place(c, i, j, row, crop);
  });
}

/// The same for a plane as pack_plane made it. Returns what follows it.
const float* place_packed(const Cube& cube, std::size_t i, const OctahedralTransform& turn,
                          const float* in, float* crop) {
  for (std::size_t c = 0; c < cube.field->components(); ++c) {
    for (std::size_t j = 0; j < cube.edge; ++j, in += cube.edge) turn.place(c, i, j, in, crop);
  }
  return in;
}

/// Every three channels of a target are a vector.
std::vector<std::size_t> target_vectors(std::size_t channels) {
  std::vector<std::size_t> starts;
  for (std::size_t start = 0; start + 3 <= channels; start += 3) starts.push_back(start);
  return starts;
}

}  // namespace

CropServer::CropServer(const par::Comm& comm, std::vector<CropSource> sources, std::size_t tile,
                       std::size_t halo, std::vector<std::size_t> feature_vectors)
    : comm_(comm.duplicate()),
      sources_(std::move(sources)),
      tile_(tile),
      halo_(halo),
      channels_(sources_.empty() ? 0 : sources_.front().features.components()),
      target_channels_(sources_.empty() ? 3 : sources_.front().target.components()),
      feature_vectors_(std::move(feature_vectors)),
      target_vectors_(target_vectors(target_channels_)) {
  for (const CropSource& source : sources_) {
    if (source.features.components() != channels_ ||
        source.target.components() != target_channels_ ||
        source.target.n() != source.features.n()) {
      throw InternalError("crop sources differ in channels or lattice");
    }
  }
}

template <class Visit>
void CropServer::for_each_plane(const std::vector<Sample>& batch, int rank, Visit&& visit) const {
  const auto ranks = static_cast<std::size_t>(comm_.size());
  for (auto s = static_cast<std::size_t>(rank); s < batch.size(); s += ranks) {
    const CropSource& source = sources_.at(batch[s].pair);
    for (const Cube& cube :
         {features_of(source, batch[s], tile_, halo_), target_of(source, batch[s], tile_)}) {
      for (std::size_t i = 0; i < cube.edge; ++i) visit(cube, i, s / ranks);
    }
  }
}

ComingCrops CropServer::begin(std::vector<Sample> batch) const {
  const auto ranks = static_cast<std::size_t>(comm_.size());
  std::vector<std::size_t> send_counts(ranks, 0), counts(ranks, 0);
  for (int rank = 0; rank < comm_.size(); ++rank) {
    for_each_plane(batch, rank, [&](const Cube& cube, std::size_t i, std::size_t) {
      const int owner = cube.owner(i);
      if (owner == rank) return;
      if (owner == comm_.rank()) send_counts[static_cast<std::size_t>(rank)] += cube.plane_size();
      if (rank == comm_.rank()) counts[static_cast<std::size_t>(owner)] += cube.plane_size();
    });
  }
  std::vector<float> send(std::reduce(send_counts.begin(), send_counts.end()));
  float* out = send.data();
  for (int rank = 0; rank < comm_.size(); ++rank) {
    if (rank == comm_.rank()) continue;
    for_each_plane(batch, rank, [&](const Cube& cube, std::size_t i, std::size_t) {
      if (cube.owner(i) == comm_.rank()) out = pack_plane(cube, i, out);
    });
  }
  std::vector<float> arriving(std::reduce(counts.begin(), counts.end()));
  auto exchange =
      std::make_unique<par::AsyncBlocks>(comm_, send, send_counts, std::span(arriving), counts);
  return {std::move(batch), std::move(counts), std::move(send), std::move(arriving),
          std::move(exchange)};
}

Crops CropServer::finish(ComingCrops coming) const {
  const std::vector<Sample>& batch = coming.batch;
  coming.exchange->wait();
  std::vector<const float*> cursor;
  for (const std::size_t start : par::block_starts(coming.counts)) {
    cursor.push_back(coming.arriving.data() + start);
  }
  const std::vector<Sample> mine =
      share(batch, static_cast<std::size_t>(comm_.rank()), coming.counts.size());
  const std::size_t feature_size = channels_ * edge() * edge() * edge();
  const std::size_t target_size = target_channels_ * tile_ * tile_ * tile_;
  Crops crops{mine.size(), std::vector<float>(mine.size() * feature_size),
              std::vector<float>(mine.size() * target_size)};
  std::vector<OctahedralTransform> features, targets;
  for (const Sample& sample : mine) {
    const Octahedral element = octahedral(sample.element);
    features.emplace_back(element, channels_, edge(), feature_vectors_);
    targets.emplace_back(element, target_channels_, tile_, target_vectors_);
  }
  for_each_plane(batch, comm_.rank(), [&](const Cube& cube, std::size_t i, std::size_t crop) {
    const bool is_feature = cube.field == &sources_.at(mine[crop].pair).features;
    const OctahedralTransform& turn = is_feature ? features[crop] : targets[crop];
    float* into = is_feature ? crops.features.data() + crop * feature_size
                             : crops.targets.data() + crop * target_size;
    const int owner = cube.owner(i);
    if (owner == comm_.rank()) {
      place_own(cube, i, turn, into);
    } else {
      const float*& from = cursor[static_cast<std::size_t>(owner)];
      from = place_packed(cube, i, turn, from, into);
    }
  });
  return crops;
}

}  // namespace nubox::train
