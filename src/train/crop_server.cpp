#include "nubox/train/crop_server.hpp"

#include "nubox/core/error.hpp"
#include "nubox/field/periodic.hpp"

#include "train/octahedral_transform.hpp"

#include <algorithm>

namespace nubox::train {
namespace {

/// Input or target of a crop: a cube of `edge` sites per side from `start`, periodic.
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

/// Calls visit(component, j, values along z) for the rows of plane i of a cube in this rank's slab.
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

/// Copies plane i of a cube, [C][edge][edge], into a message.
void pack_plane(const Cube& cube, std::size_t i, float* out) {
  for_each_row(cube, i, [&](std::size_t, std::size_t, const float* row) {
    out = std::copy_n(row, cube.edge, out);
  });
}

/// Copies plane i of a cube from this rank's slab into the transformed crop.
void place_own(const Cube& cube, std::size_t i, const OctahedralTransform& transform, float* crop) {
  for_each_row(cube, i, [&](std::size_t c, std::size_t j, const float* row) {
    transform.place(c, i, j, row, crop);
  });
}

/// The same from a plane packed by pack_plane().
void place_packed(const Cube& cube, std::size_t i, const OctahedralTransform& transform,
                  const float* in, float* crop) {
  for (std::size_t c = 0; c < cube.field->components(); ++c) {
    for (std::size_t j = 0; j < cube.edge; ++j, in += cube.edge) transform.place(c, i, j, in, crop);
  }
}

/// First channels of the vectors of a target: each three channels are one.
std::vector<std::size_t> target_vectors(std::size_t channels) {
  std::vector<std::size_t> starts;
  for (std::size_t start = 0; start + 3 <= channels; start += 3) starts.push_back(start);
  return starts;
}

/// Plane i of one of the cubes of a crop.
struct CropPlane {
  Cube cube;
  std::size_t i;
  std::size_t crop;  ///< number in the share of its rank
};

/// Planes of the crops of a rank's share of a batch, crop by crop.
std::vector<CropPlane> planes_of(const CropServer& server, const std::vector<Sample>& batch,
                                 int rank, int ranks) {
  const std::size_t tile = server.tile(), halo = (server.edge() - tile) / 2;
  std::vector<CropPlane> planes;
  const std::vector<Sample> samples =
      share(batch, static_cast<std::size_t>(rank), static_cast<std::size_t>(ranks));
  for (std::size_t crop = 0; crop < samples.size(); ++crop) {
    const Sample& sample = samples[crop];
    const CropSource& source = server.sources().at(sample.pair);
    for (const Cube& cube :
         {features_of(source, sample, tile, halo), target_of(source, sample, tile)}) {
      for (std::size_t i = 0; i < cube.edge; ++i) planes.push_back({cube, i, crop});
    }
  }
  return planes;
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

PendingCrops CropServer::begin(std::vector<Sample> batch) const {
  std::vector<std::vector<CropPlane>> planes;  // by rank
  for (int rank = 0; rank < comm_.size(); ++rank)
    planes.push_back(planes_of(*this, batch, rank, comm_.size()));
  field::ExchangePlan plan(comm_, [&](int rank) {
    std::vector<field::NeededPlane> needed;
    for (const auto& [cube, i, crop] : planes[static_cast<std::size_t>(rank)]) {
      needed.push_back({cube.plane(i), cube.owner(i), cube.plane_size()});
    }
    return needed;
  });
  std::vector<float> send(plan.send_size()), received(plan.receive_size());
  for (const auto& sent : plan.sent()) {
    const CropPlane& plane = planes[static_cast<std::size_t>(sent.receiver)][sent.item];
    pack_plane(plane.cube, plane.i, send.data() + sent.start);
  }
  auto exchange = std::make_unique<par::AsyncBlocks>(comm_, send, plan.send_counts(),
                                                     std::span(received), plan.receive_counts());
  return {std::move(batch), std::move(plan), std::move(send), std::move(received),
          std::move(exchange)};
}

Crops CropServer::finish(PendingCrops pending) const {
  const std::vector<Sample>& batch = pending.batch;
  pending.exchange->wait();
  const std::vector<Sample> mine =
      share(batch, static_cast<std::size_t>(comm_.rank()), static_cast<std::size_t>(comm_.size()));
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
  const std::vector<CropPlane> planes = planes_of(*this, batch, comm_.rank(), comm_.size());
  for (std::size_t item = 0; item < planes.size(); ++item) {
    const auto& [cube, i, crop] = planes[item];
    const bool is_feature = cube.field == &sources_.at(mine[crop].pair).features;
    const OctahedralTransform& transform = is_feature ? features[crop] : targets[crop];
    float* into = is_feature ? crops.features.data() + crop * feature_size
                             : crops.targets.data() + crop * target_size;
    if (cube.owner(i) == comm_.rank()) {
      place_own(cube, i, transform, into);
    } else {
      const float* packed = pending.received.data() + pending.plan.received_at(item);
      place_packed(cube, i, transform, packed, into);
    }
  }
  return crops;
}

}  // namespace nubox::train
