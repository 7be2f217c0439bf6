#include "nubox/train/crop_server.hpp"

#include "nubox/core/error.hpp"

#include <algorithm>

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
  for (std::size_t a = 0; a < 3; ++a) start[a] = (sample.origin[a] + n - halo % n) % n;
  return {&source.features, start, tile + 2 * halo};
}

Cube target_of(const CropSource& source, const Sample& sample, std::size_t tile) {
  return {&source.target, sample.origin, tile};
}

/// Copies a row of `edge` sites from a periodic row of n, beginning at `start`.
float* copy_row(const float* row, std::size_t n, std::size_t start, std::size_t edge, float* out) {
  while (edge > 0) {
    const std::size_t piece = std::min(edge, n - start);
    out = std::copy_n(row + start, piece, out);
    edge -= piece;
    start = 0;
  }
  return out;
}

/// Plane i of a cube, [C][edge][edge], from this rank's slab.
float* pack_plane(const Cube& cube, std::size_t i, float* out) {
  const std::size_t n = cube.field->n();
  const std::size_t ix = cube.plane(i) - cube.field->layout().local().start;
  for (std::size_t c = 0; c < cube.field->components(); ++c) {
    const float* values = cube.field->component(c).data();
    for (std::size_t j = 0; j < cube.edge; ++j) {
      const std::size_t iy = (cube.start[1] + j) % n;
      out = copy_row(values + cube.field->site(ix, iy, 0), n, cube.start[2], cube.edge, out);
    }
  }
  return out;
}

/// Puts plane i into a crop [C][edge][edge][edge].
const float* unpack_plane(const Cube& cube, std::size_t i, const float* in, float* crop) {
  const std::size_t area = cube.edge * cube.edge;
  for (std::size_t c = 0; c < cube.field->components(); ++c) {
    std::copy_n(in, area, crop + (c * cube.edge + i) * area);
    in += area;
  }
  return in;
}

}  // namespace

CropServer::CropServer(const par::Comm& comm, std::vector<CropSource> sources, std::size_t tile,
                       std::size_t halo)
    : comm_(comm.duplicate()),
      sources_(std::move(sources)),
      tile_(tile),
      halo_(halo),
      channels_(sources_.empty() ? 0 : sources_.front().features.components()),
      target_channels_(sources_.empty() ? 3 : sources_.front().target.components()) {
  for (const CropSource& source : sources_) {
    if (source.features.components() != channels_ ||
        source.target.components() != target_channels_ ||
        source.target.n() != source.features.n()) {
      throw InternalError("crop sources differ in channels or lattice");
    }
  }
}

Crops CropServer::gather(const std::vector<Sample>& batch) const {
  const auto ranks = static_cast<std::size_t>(comm_.size());
  const auto self = static_cast<std::size_t>(comm_.rank());
  const auto for_each_plane = [&](std::size_t rank, auto&& visit) {
    for (std::size_t s = rank; s < batch.size(); s += ranks) {
      const CropSource& source = sources_.at(batch[s].pair);
      for (const Cube& cube :
           {features_of(source, batch[s], tile_, halo_), target_of(source, batch[s], tile_)}) {
        for (std::size_t i = 0; i < cube.edge; ++i) visit(cube, i, s / ranks);
      }
    }
  };

  std::vector<std::size_t> send_counts(ranks, 0);
  for (std::size_t rank = 0; rank < ranks; ++rank) {
    for_each_plane(rank, [&](const Cube& cube, std::size_t i, std::size_t) {
      if (cube.owner(i) == comm_.rank()) send_counts[rank] += cube.plane_size();
    });
  }
  std::size_t total = 0;
  for (const std::size_t count : send_counts) total += count;
  std::vector<float> send(total);
  float* out = send.data();
  for (std::size_t rank = 0; rank < ranks; ++rank) {
    for_each_plane(rank, [&](const Cube& cube, std::size_t i, std::size_t) {
      if (cube.owner(i) == comm_.rank()) out = pack_plane(cube, i, out);
    });
  }

  std::vector<std::size_t> counts;
  const std::vector<float> received = comm_.all_to_all(send, send_counts, &counts);
  std::vector<const float*> cursor(ranks, received.data());
  for (std::size_t rank = 1; rank < ranks; ++rank)
    cursor[rank] = cursor[rank - 1] + counts[rank - 1];

  Crops crops;
  crops.count = share(batch, self, ranks).size();
  const std::size_t feature_size = channels_ * edge() * edge() * edge();
  const std::size_t target_size = target_channels_ * tile_ * tile_ * tile_;
  crops.features.resize(crops.count * feature_size);
  crops.targets.resize(crops.count * target_size);
  for_each_plane(self, [&](const Cube& cube, std::size_t i, std::size_t crop) {
    const CropSource& source = sources_.at(batch[crop * ranks + self].pair);
    float* into = cube.field == &source.features ? crops.features.data() + crop * feature_size
                                                 : crops.targets.data() + crop * target_size;
    const float*& from = cursor[static_cast<std::size_t>(cube.owner(i))];
    from = unpack_plane(cube, i, from, into);
  });
  return crops;
}

}  // namespace nubox::train
