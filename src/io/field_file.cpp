#include "nubox/io/field_file.hpp"

#include "nubox/core/fault.hpp"
#include "nubox/io/publish.hpp"
#include "nubox/par/agree.hpp"

#include "io/attributes.hpp"
#include "io/bytes.hpp"
#include "io/field_header.hpp"
#include "io/field_skeleton.hpp"
#include "io/slab_dataset.hpp"

#include <algorithm>
#include <fcntl.h>

namespace nubox::io {
namespace {

/// All ranks write their slabs. Collective; only opening and closing wait for other ranks.
void write_values(const par::SlabLayout& layout, const std::filesystem::path& path,
                  std::span<const FieldDataset> datasets, std::size_t transfer_bytes) {
  const par::Comm& comm = layout.comm();
  // A rank that cannot reach the file must say so before the others wait for it in MPI-IO.
  par::agree(comm, [&] { (void)hdf5::open_file(path, hdf5::Access::read); });
  hdf5::File file = par::agree(comm, [&] { return hdf5::open_file_parallel(path, comm); });
  par::agree(comm, [&] {
    for (const FieldDataset& data : datasets) {
      const hdf5::Dataset dataset(H5Dopen2(file.id(), data.name.c_str(), H5P_DEFAULT),
                                  "open a dataset");
      write_slab(dataset.id(), layout.n(), layout.local(), data.values, transfer_bytes);
    }
  });
  par::agree(comm, [&] { file.close("close " + path.string()); });
}

/// Reads each rank's last plane of every component back: MPI-IO layers have written wrong bytes
/// without an error. Rank-local.
void verify_sample(const par::SlabLayout& layout, const std::filesystem::path& path,
                   std::span<const FieldDataset> datasets, std::size_t transfer_bytes) {
  if (layout.local().count == 0) return;
  const std::size_t plane = layout.n() * layout.n();
  const std::size_t last = layout.local().count - 1;
  const hdf5::File file = hdf5::open_file(path, hdf5::Access::read);
  std::vector<float> sample(vector_components * plane);
  for (const FieldDataset& data : datasets) {
    const hdf5::Dataset dataset(H5Dopen2(file.id(), data.name.c_str(), H5P_DEFAULT),
                                "open a dataset");
    read_slab(dataset.id(), layout.n(), {layout.local().start + last, 1}, sample, transfer_bytes);
    for (std::size_t c = 0; c < vector_components; ++c) {
      const auto written =
          std::as_bytes(data.values.subspan((c * layout.local().count + last) * plane, plane));
      const auto found = std::as_bytes(std::span<const float>(sample).subspan(c * plane, plane));
      if (!std::equal(written.begin(), written.end(), found.begin())) {
        throw FileSystemError(
            "{}: dataset '{}' reads back other values than were written (another MPI-IO "
            "layer may help: OMPI_MCA_io)",
            path.string(), data.name);
      }
    }
  }
}

}  // namespace

struct FieldFile::Impl {
  const par::Comm* comm;
  std::filesystem::path path;
  FieldHeader header;
  std::map<std::string, std::string> checksums;  // by dataset

  /// Rank 0's part of opening: the root attributes, with the datasets' checksums as "/<name>".
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
      if (hdf5::shape_of(dataset.id()) != std::vector<std::size_t>{vector_components, n, n, n}) {
        throw InputError("{} does not have the shape [3][{}][{}][{}] of the header", dataset_where,
                         n, n, n);
      }
      if (!own.contains("checksum")) throw InputError("{} has no checksum", dataset_where);
      attributes[fmt::format("/{}", about.name)] = own.at("checksum");
    }
    return attributes;
  });
}

FieldFile::FieldFile(const par::Comm& comm, const std::filesystem::path& path)
    : impl_(std::make_unique<Impl>()) {
  impl_->comm = &comm;
  impl_->path = path;
  const std::string text = par::agree(comm, [&] {
    fault::point("open");
    return comm.is_root() ? canonical_text(Impl::inspect(path)) : std::string();
  });
  Attributes attributes = parse_canonical_text(comm.broadcast(text));
  for (const KnownDataset& about : known_datasets) {
    const auto entry = attributes.extract(fmt::format("/{}", about.name));
    if (!entry.empty()) impl_->checksums[about.name] = std::get<std::string>(entry.mapped());
  }
  impl_->header = header_of(attributes, path.string());
}

FieldFile::~FieldFile() = default;

const FieldHeader& FieldFile::header() const { return impl_->header; }

bool FieldFile::has(const std::string& dataset) const { return impl_->checksums.contains(dataset); }

const std::string& FieldFile::checksum(const std::string& dataset) const {
  return impl_->checksums.at(dataset);
}

std::vector<float> FieldFile::read(const std::string& dataset, const par::SlabLayout& layout,
                                   std::size_t transfer_bytes) const {
  const std::string where = impl_->path.string();
  if (!has(dataset)) throw InputError("{} has no dataset '{}'", where, dataset).agreed_from(0);
  std::vector<float> values;
  const auto planes = par::agree(*impl_->comm, [&] {
    fault::point("read");
    if (layout.n() != impl_->header.n) {
      throw InternalError("{}: layout of {} planes for a lattice of {}", where, layout.n(),
                          impl_->header.n);
    }
    values.resize(vector_components * layout.local().count * layout.n() * layout.n());
    // Every rank opens the file for itself: reading then has no step in which ranks wait.
    const hdf5::File file = open_existing(impl_->path);
    reading(where, [&] {
      const hdf5::Dataset source(H5Dopen2(file.id(), dataset.c_str(), H5P_DEFAULT),
                                 "open a dataset");
      read_slab(source.id(), layout.n(), layout.local(), values, transfer_bytes);
    });
    return plane_checksums(layout, values);
  });
  const std::string computed = dataset_checksum(layout, planes);
  const std::string& stored = impl_->checksums.at(dataset);
  if (computed != stored) {
    throw InputError("{} is damaged: dataset '{}' has checksum {}, the file says {}", where,
                     dataset, computed, stored)
        .agreed_from(0);
  }
  return values;
}

void write_field_file(const par::SlabLayout& layout, const std::filesystem::path& path,
                      const FieldHeader& header, std::span<const FieldDataset> datasets,
                      std::size_t transfer_bytes) {
  const par::Comm& comm = layout.comm();
  std::vector<NamedChecksum> checksums;
  for (const FieldDataset& data : datasets) {
    const auto planes = par::agree(comm, [&] {
      const std::size_t expected =
          vector_components * layout.local().count * layout.n() * layout.n();
      if (header.n != layout.n() || data.values.size() != expected) {
        throw InternalError("{}: dataset '{}' has {} values on this rank, its slab has {}",
                            path.string(), known_dataset(data.name).name, data.values.size(),
                            expected);
      }
      return plane_checksums(layout, data.values);
    });
    checksums.push_back({data.name, dataset_checksum(layout, planes)});
  }
  publish(comm, path, [&](const std::filesystem::path& temporary) {
    par::agree(comm, [&] {
      if (comm.is_root()) lay_down_skeleton(temporary, header, checksums);
    });
    write_values(layout, temporary, datasets, transfer_bytes);
    // Every node's values reach the disk before the end mark.
    par::agree(comm, [&] {
      verify_sample(layout, temporary, datasets, transfer_bytes);
      RawFile(temporary, O_RDWR).sync();
    });
    par::agree(comm, [&] {
      if (comm.is_root()) complete_skeleton(temporary, header, checksums);
    });
  });
}

}  // namespace nubox::io
