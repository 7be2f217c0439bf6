#include "io/field_skeleton.hpp"

#include "nubox/io/bytes.hpp"
#include "nubox/io/field_header.hpp"
#include "nubox/io/hdf5_attributes.hpp"

#include "io/slab_dataset.hpp"

#include <algorithm>
#include <fcntl.h>

namespace nubox::io {
namespace {

std::vector<Extent> create_structure(const std::filesystem::path& path, const FieldHeader& header,
                                     std::span<const NamedChecksum> datasets, bool complete) {
  hdf5::File file = hdf5::create_file_in_memory(path);
  write_attributes(file.id(), attributes_of(header));
  std::vector<Extent> extents;
  for (const NamedChecksum& entry : datasets) {
    const KnownDataset& about = known_dataset(entry.name);
    const hdf5::Dataset dataset = create_grid_dataset(file.id(), about.name, entry.shape());
    write_attributes(dataset.id(), {{"units", about.units},
                                    {"description", about.description},
                                    {"a_exponent", about.a_exponent},
                                    {"h_exponent", about.h_exponent},
                                    {"checksum", entry.checksum}});
    extents.push_back({H5Dget_offset(dataset.id()), H5Dget_storage_size(dataset.id())});
  }
  write_complete_mark(file.id(), complete);
  file.close("close " + path.string());
  return extents;
}

}  // namespace

const KnownDataset& known_dataset(const std::string& name) {
  const auto* found = std::find_if(known_datasets.begin(), known_datasets.end(),
                                   [&](const KnownDataset& entry) { return entry.name == name; });
  if (found == known_datasets.end()) throw InternalError("a field file has no dataset '{}'", name);
  return *found;
}

FileFrame make_skeleton(const FieldHeader& header, std::span<const NamedChecksum> datasets,
                        bool complete) {
  const RawFile memory = RawFile::in_memory();
  return frame_around(memory, create_structure(memory.path(), header, datasets, complete));
}

void write_incomplete_skeleton(const std::filesystem::path& path, const FieldHeader& header,
                               std::span<const NamedChecksum> datasets) {
  // More than the metadata of any field file.
  constexpr std::size_t metadata_bytes = std::size_t{1} << 20;
  RawFile file(path, O_RDWR | O_CREAT | O_TRUNC);
  // A file-size limit also applies to files in memory: fail here, before HDF5 does.
  std::size_t values = 0;
  for (const NamedChecksum& entry : datasets) values += entry.shape().values();
  file.reserve(values * sizeof(float) + metadata_bytes);
  const FileFrame skeleton = make_skeleton(header, datasets, false);
  file.reserve(skeleton.file_bytes);
  write_frame(file, skeleton);
  file.sync();
  file.close();
}

void complete_skeleton(const std::filesystem::path& path, const FieldHeader& header,
                       std::span<const NamedChecksum> datasets) {
  // The end mark must not reach the disk before the values.
  RawFile file(path, O_RDWR);
  write_frame(file, make_skeleton(header, datasets, true));
  file.close();
}

}  // namespace nubox::io
