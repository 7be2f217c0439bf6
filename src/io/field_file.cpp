#include "nubox/io/field_file.hpp"

#include "nubox/core/fault.hpp"
#include "nubox/io/bytes.hpp"
#include "nubox/io/field_header.hpp"
#include "nubox/io/hdf5_attributes.hpp"
#include "nubox/io/publish.hpp"
#include "nubox/par/agree.hpp"

#include "io/field_skeleton.hpp"
#include "io/slab_dataset.hpp"

#include <algorithm>
#include <fcntl.h>

namespace nubox::io {
namespace {

/// A dataset to write with its shape and its layout on this communicator.
struct Part {
  const FieldDataset* data;
  GridShape shape;
  par::SlabLayout layout;

  Part(const par::SlabLayout& lattice, const FieldDataset& dataset)
      : data(&dataset),
        shape{known_dataset(dataset.name).components,
              dataset.mesh_n == 0 ? lattice.n() : dataset.mesh_n},
        layout(lattice.comm(), shape.n) {}
  [[nodiscard]] std::size_t local_values() const {
    return shape.components * layout.local().count * shape.plane();
  }
};

/// All ranks write their slabs. Collective; only opening and closing synchronise the ranks.
void write_values(const par::Comm& comm, const std::filesystem::path& path,
                  const std::vector<Part>& parts, std::size_t transfer_bytes) {
  // A rank that cannot open the file must report that before the others wait for it in MPI-IO.
  par::agree(comm, [&] { (void)hdf5::open_file(path, hdf5::Access::read); });
  hdf5::File file = par::agree(comm, [&] { return hdf5::open_file_parallel(path, comm); });
  par::agree(comm, [&] {
    for (const Part& part : parts) {
      const hdf5::Dataset dataset(H5Dopen2(file.id(), part.data->name.c_str(), H5P_DEFAULT),
                                  "open a dataset");
      write_slab(dataset.id(), part.shape, part.layout.local(), part.data->values, transfer_bytes);
    }
  });
  par::agree(comm, [&] { file.close("close " + path.string()); });
}

/// Reads the last plane of every component of this rank back, because MPI-IO layers have written
/// wrong bytes without an error. Rank-local.
void verify_sample(const std::filesystem::path& path, const std::vector<Part>& parts,
                   std::size_t transfer_bytes) {
  const hdf5::File file = hdf5::open_file(path, hdf5::Access::read);
  for (const auto& [data, shape, layout] : parts) {
    const par::Slab& slab = layout.local();
    if (slab.count == 0) continue;
    const std::size_t plane = shape.plane(), last = slab.count - 1;
    std::vector<float> sample(shape.components * plane);
    const hdf5::Dataset dataset(H5Dopen2(file.id(), data->name.c_str(), H5P_DEFAULT),
                                "open a dataset");
    read_slab(dataset.id(), shape, {slab.start + last, 1}, sample, transfer_bytes);
    for (std::size_t c = 0; c < shape.components; ++c) {
      const auto written =
          std::as_bytes(data->values.subspan((c * slab.count + last) * plane, plane));
      const auto found = std::as_bytes(std::span<const float>(sample).subspan(c * plane, plane));
      if (!std::equal(written.begin(), written.end(), found.begin())) {
        throw FileSystemError(
            "{}: dataset '{}' reads back other values than were written (another MPI-IO "
            "layer may help: OMPI_MCA_io)",
            path.string(), data->name);
      }
    }
  }
}

}  // namespace

struct FieldFile::Impl {
  par::Comm comm;
  std::filesystem::path path;
  FieldHeader header;
  std::map<std::string, NamedChecksum> datasets;

  /// Reads the root attributes, and adds the checksums of the datasets as "/<name>" and their
  /// points per side as "/<name>/n". Called on rank 0 when a file is opened.
  static Attributes inspect(const std::filesystem::path& path);
};

Attributes FieldFile::Impl::inspect(const std::filesystem::path& path) {
  const std::string where = path.string();
  const hdf5::File file = open_existing(path);
  return reading(where, [&] {
    Attributes attributes =
        read_signed_attributes(file.id(), where, field_format, field_format_version);
    const std::size_t n = header_of(attributes, where).n;
    for (const KnownDataset& about : known_datasets) {
      if (hdf5::check(H5Lexists(file.id(), about.name, H5P_DEFAULT), "look for a dataset") == 0)
        continue;
      const hdf5::Dataset dataset(H5Dopen2(file.id(), about.name, H5P_DEFAULT), "open a dataset");
      const std::string dataset_where = where + ":/" + about.name;
      const Attributes own = read_attributes(dataset.id(), dataset_where);
      const std::vector<std::size_t> found = hdf5::shape_of(dataset.id());
      const GridShape shape{about.components,
                            about.components == 1 && !found.empty() ? found.back() : n};
      if (found != shape.extents() || shape.n == 0) {
        throw InputError("{} does not have the shape [{}]", dataset_where,
                         fmt::join(shape.extents(), "]["));
      }
      if (!own.contains("checksum")) throw InputError("{} has no checksum", dataset_where);
      attributes[fmt::format("/{}", about.name)] = own.at("checksum");
      attributes[fmt::format("/{}/n", about.name)] = static_cast<std::int64_t>(shape.n);
    }
    return attributes;
  });
}

FieldFile::FieldFile(const par::Comm& comm, const std::filesystem::path& path)
    : impl_(std::make_unique<Impl>(comm)) {
  impl_->path = path;
  const std::string text = par::agree(comm, [&] {
    fault::point("open");
    return comm.is_root() ? canonical_text(Impl::inspect(path)) : std::string();
  });
  Attributes attributes = parse_canonical_text(comm.broadcast(text));
  for (const KnownDataset& about : known_datasets) {
    const std::string key = fmt::format("/{}", about.name);
    if (!attributes.contains(key)) continue;
    auto checksum = take<std::string>(attributes, key, path.string());
    const auto n = take<std::int64_t>(attributes, key + "/n", path.string());
    impl_->datasets[about.name] = {about.name, std::move(checksum), static_cast<std::size_t>(n)};
  }
  impl_->header = header_of(attributes, path.string());
}

FieldFile::~FieldFile() = default;

const FieldHeader& FieldFile::header() const { return impl_->header; }

bool FieldFile::has(const std::string& dataset) const { return impl_->datasets.contains(dataset); }

std::size_t FieldFile::n_of(const std::string& dataset) const {
  return has(dataset) ? impl_->datasets.at(dataset).n : 0;
}

const std::string& FieldFile::checksum(const std::string& dataset) const {
  return impl_->datasets.at(dataset).checksum;
}

std::vector<float> FieldFile::read(const std::string& dataset, const par::SlabLayout& layout,
                                   std::size_t transfer_bytes) const {
  const std::string where = impl_->path.string();
  if (!has(dataset)) {
    par::throw_agreed(impl_->comm, InputError("{} has no dataset '{}'", where, dataset));
  }
  const NamedChecksum& about = impl_->datasets.at(dataset);
  const GridShape shape = about.shape();
  std::vector<float> values;
  const auto planes = par::agree(impl_->comm, [&] {
    fault::point("read");
    if (layout.n() != shape.n) {
      throw InternalError("{}: layout of {} planes for a grid of {}", where, layout.n(), shape.n);
    }
    values.resize(shape.components * layout.local().count * shape.plane());
    // Every rank opens the file on its own: no synchronisation while reading.
    const hdf5::File file = open_existing(impl_->path);
    reading(where, [&] {
      const hdf5::Dataset source(H5Dopen2(file.id(), dataset.c_str(), H5P_DEFAULT),
                                 "open a dataset");
      read_slab(source.id(), shape, layout.local(), values, transfer_bytes);
    });
    return plane_checksums(shape, values);
  });
  const std::string computed = dataset_checksum(layout, shape.components, planes);
  if (computed != about.checksum) {
    par::throw_agreed(impl_->comm,
                      InputError("{} is damaged: dataset '{}' has checksum {}, the file says {}",
                                 where, dataset, computed, about.checksum));
  }
  return values;
}

void FieldFile::read_ahead() const {
  const par::SlabLayout layout(impl_->comm, impl_->header.n);
  par::agree(impl_->comm, [&] {
    const hdf5::File file = open_existing(impl_->path);
    const RawFile bytes(impl_->path, O_RDONLY);
    for (const auto& [name, about] : impl_->datasets) {
      if (about.n != layout.n()) continue;
      const hdf5::Dataset dataset(H5Dopen2(file.id(), name.c_str(), H5P_DEFAULT), "open a dataset");
      const haddr_t start = H5Dget_offset(dataset.id());
      if (start == HADDR_UNDEF) continue;  // chunked: not written by nubox
      const GridShape shape = about.shape();
      for (std::size_t c = 0; c < shape.components; ++c) {
        bytes.read_ahead(
            start + (c * shape.n + layout.local().start) * shape.plane() * sizeof(float),
            layout.local().count * shape.plane() * sizeof(float));
      }
    }
  });
}

Publication write_field_file(const par::SlabLayout& layout, const std::filesystem::path& path,
                             const FieldHeader& header, std::span<const FieldDataset> datasets,
                             std::size_t transfer_bytes) {
  const par::Comm comm = layout.comm();
  // What readers would refuse is refused before it is written.
  par::agree(comm, [&] { (void)header_of(attributes_of(header), path.string()); });
  std::vector<NamedChecksum> checksums;
  std::vector<Part> parts;
  for (const FieldDataset& data : datasets) {
    const Part part(layout, data);
    const auto planes = par::agree(comm, [&] {
      if (header.n != layout.n() || data.values.size() != part.local_values()) {
        throw InternalError("{}: dataset '{}' has {} values on this rank, its slab has {}",
                            path.string(), data.name, data.values.size(), part.local_values());
      }
      return plane_checksums(part.shape, data.values);
    });
    checksums.push_back(
        {data.name, dataset_checksum(part.layout, part.shape.components, planes), part.shape.n});
    parts.push_back(part);
  }
  const auto write = [&](std::span<const std::filesystem::path> temporaries) {
    const std::filesystem::path& temporary = temporaries.front();
    par::agree(comm, [&] {
      if (comm.is_root()) write_incomplete_skeleton(temporary, header, checksums);
    });
    write_values(comm, temporary, parts, transfer_bytes);
    par::agree(comm, [&] { verify_sample(temporary, parts, transfer_bytes); });
  };
  return {comm,
          {path},
          field_kind(header.origin),
          Publication::Writers::all_ranks,
          write,
          [header, checksums](std::span<const std::filesystem::path> temporaries) {
            complete_skeleton(temporaries.front(), header, checksums);
          }};
}

}  // namespace nubox::io
