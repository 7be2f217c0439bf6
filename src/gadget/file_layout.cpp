#include "gadget/file_layout.hpp"

#include "nubox/core/units.hpp"
#include "nubox/io/hdf5.hpp"
#include "nubox/io/hdf5_attributes.hpp"

#include "gadget/block_sums.hpp"

#include <array>
#include <bit>
#include <cstring>
#include <span>
#include <string>

namespace nubox::gadget {
namespace {

static_assert(std::endian::native == std::endian::little, "files are written in native order");

constexpr std::size_t header_types = 6;
constexpr double kpc_per_mpc = 1000;

// Units as Gadget's parameter files state them: kpc/h, 1e10 Msun/h, km/s. The constants are those
// of Gadget, which readers compare with. pynbody takes lengths for Mpc/h where they are missing.
constexpr double unit_length_cm = 3.085678e21;
constexpr double unit_mass_g = 1.989e43;
constexpr double unit_velocity_cms = 1e5;

template <class T>
using PerType = std::array<T, header_types>;

/// A value of the CDM type, zero for the others.
template <class T>
PerType<T> of_cdm(T value) {
  PerType<T> values{};
  values[cdm_type] = value;
  return values;
}

std::uint32_t low_word(std::uint64_t count) { return static_cast<std::uint32_t>(count); }
std::uint32_t high_word(std::uint64_t count) { return static_cast<std::uint32_t>(count >> 32); }

// --- HDF5 ---

template <class T>
hid_t native_type();
template <>
hid_t native_type<std::int32_t>() {
  return H5T_NATIVE_INT32;
}
template <>
hid_t native_type<std::uint32_t>() {
  return H5T_NATIVE_UINT32;
}
template <>
hid_t native_type<double>() {
  return H5T_NATIVE_DOUBLE;
}

/// A scalar for a span of one, else an array.
template <class T>
void write_values(hid_t object, const char* name, std::span<const T> values) {
  const std::string what = std::string("write attribute ") + name;
  const hsize_t length = values.size();
  const io::hdf5::Space space(
      length == 1 ? H5Screate(H5S_SCALAR) : H5Screate_simple(1, &length, nullptr), what);
  const io::hdf5::Attribute attribute(
      H5Acreate2(object, name, native_type<T>(), space.id(), H5P_DEFAULT, H5P_DEFAULT), what);
  io::hdf5::check(H5Awrite(attribute.id(), native_type<T>(), values.data()), what);
}
template <class T>
void write_one(hid_t object, const char* name, T value) {
  write_values<T>(object, name, {&value, 1});
}

io::hdf5::Group make_group(hid_t file, const char* name) {
  const io::hdf5::PropertyList creation = io::hdf5::creation_without_times(H5P_GROUP_CREATE);
  return {H5Gcreate2(file, name, H5P_DEFAULT, creation.id(), H5P_DEFAULT),
          std::string("make group ") + name};
}

/// Arrays of six and plain numbers, as Pylians and yt expect them.
void write_hdf5_header(hid_t file, const WriterOptions& options, std::uint64_t count,
                       std::size_t files) {
  const io::hdf5::Group header = make_group(file, "Header");
  const hid_t id = header.id();
  write_values<std::int32_t>(id, "NumPart_ThisFile", of_cdm(static_cast<std::int32_t>(count)));
  write_values<std::uint32_t>(id, "NumPart_Total", of_cdm(low_word(options.particles)));
  write_values<std::uint32_t>(id, "NumPart_Total_HighWord", of_cdm(high_word(options.particles)));
  write_values<double>(id, "MassTable", of_cdm(options.mass_1e10_msunh));
  write_one<double>(id, "Time", units::scale_factor(options.redshift));
  write_one<double>(id, "Redshift", options.redshift);
  write_one<double>(id, "BoxSize", options.box_size_mpch * kpc_per_mpc);
  write_one<std::int32_t>(id, "NumFilesPerSnapshot", static_cast<std::int32_t>(files));
  write_one<double>(id, "Omega0", options.Omega_m);
  write_one<double>(id, "OmegaLambda", options.Omega_lambda);
  write_one<double>(id, "HubbleParam", options.h);
  write_one<double>(id, "UnitLength_in_cm", unit_length_cm);
  write_one<double>(id, "UnitMass_in_g", unit_mass_g);
  write_one<double>(id, "UnitVelocity_in_cm_per_s", unit_velocity_cms);
  for (const char* name : {"Flag_Sfr", "Flag_Cooling", "Flag_StellarAge", "Flag_Metals",
                           "Flag_Feedback", "Flag_DoublePrecision", "Flag_IC_Info"}) {
    write_one<std::int32_t>(id, name, 0);
  }
}

/// Makes a contiguous dataset that is allocated but not filled; returns its location in the file.
io::Extent make_array(hid_t group, const char* name, hid_t type, std::uint64_t rows,
                      hsize_t columns) {
  const std::string what = std::string("create dataset ") + name;
  const std::array<hsize_t, 2> extents{rows, columns};
  const io::hdf5::Space space(H5Screate_simple(columns == 1 ? 1 : 2, extents.data(), nullptr),
                              what);
  const io::hdf5::PropertyList creation = io::hdf5::creation_without_times(H5P_DATASET_CREATE);
  io::hdf5::check(H5Pset_layout(creation.id(), H5D_CONTIGUOUS), what);
  io::hdf5::check(H5Pset_alloc_time(creation.id(), H5D_ALLOC_TIME_EARLY), what);
  io::hdf5::check(H5Pset_fill_time(creation.id(), H5D_FILL_TIME_NEVER), what);
  const io::hdf5::Dataset dataset(
      H5Dcreate2(group, name, type, space.id(), H5P_DEFAULT, creation.id(), H5P_DEFAULT), what);
  return {H5Dget_offset(dataset.id()), H5Dget_storage_size(dataset.id())};
}

void make_hdf5_frame(const WriterOptions& options, const BlockSums& sums, std::size_t files,
                     FileLayout& made) {
  const io::RawFile memory = io::RawFile::in_memory();
  io::hdf5::File file = io::hdf5::create_file_in_memory(memory.path());
  write_hdf5_header(file.id(), options, made.count, files);
  io::write_attributes(make_group(file.id(), "Nubox").id(), options.provenance);
  io::write_attributes(make_group(file.id(), sums_group).id(), attributes_of(sums));
  const hid_t id_type = id_bytes_of(options) == 4 ? H5T_STD_U32LE : H5T_STD_U64LE;
  std::vector<io::Extent> extents;
  {
    const io::hdf5::Group cdm = make_group(file.id(), "PartType1");
    extents = {make_array(cdm.id(), "Coordinates", H5T_IEEE_F32LE, made.count, 3),
               make_array(cdm.id(), "Velocities", H5T_IEEE_F32LE, made.count, 3),
               make_array(cdm.id(), "ParticleIDs", id_type, made.count, 1)};
  }
  file.close("close a snapshot file in memory");
  made.position_offset = extents[0].offset;
  made.velocity_offset = extents[1].offset;
  made.id_offset = extents[2].offset;
  made.frame = io::frame_around(memory, extents);
}

// --- Gadget-2 binary ---

/// A file built by appending values, with gaps for the arrays, which are written later.
class BinaryFrame {
 public:
  template <class T>
  void put(const T& value) {
    std::vector<std::byte>& bytes = pieces_.back().bytes;
    const std::size_t end = bytes.size();
    bytes.resize(end + sizeof(T));
    std::memcpy(bytes.data() + end, &value, sizeof(T));
  }
  /// The record of 16 bytes in front of each block of format 2: name and distance to the next name
  /// (payload and its two length markers).
  void put_name(const char (&name)[5], std::size_t block_bytes) {
    put(std::uint32_t{8});
    for (std::size_t i = 0; i < 4; ++i) put(name[i]);
    put(static_cast<std::uint32_t>(block_bytes + 8));
    put(std::uint32_t{8});
  }
  /// Reserves a named block of particle data; returns the offset of its payload.
  std::size_t put_gap(const char (&name)[5], std::size_t block_bytes) {
    put_name(name, block_bytes);
    put(static_cast<std::uint32_t>(block_bytes));
    const std::size_t start = pieces_.back().offset + pieces_.back().bytes.size();
    pieces_.push_back({start + block_bytes, {}});
    put(static_cast<std::uint32_t>(block_bytes));
    return start;
  }
  [[nodiscard]] io::FileFrame finish() && {
    const std::size_t size = pieces_.back().offset + pieces_.back().bytes.size();
    return {size, std::move(pieces_)};
  }

 private:
  std::vector<io::FileFrame::Piece> pieces_{{0, {}}};
};

/// The 256 bytes of a Gadget-2 header.
struct BinaryHeader {
  PerType<std::uint32_t> count;
  PerType<double> mass;
  double time, redshift;
  std::int32_t flag_sfr = 0, flag_feedback = 0;
  PerType<std::uint32_t> total;
  std::int32_t flag_cooling = 0, files;
  double box_size, Omega_m, Omega_lambda, h;
  std::int32_t flag_stellar_age = 0, flag_metals = 0;
  PerType<std::uint32_t> total_high_word;
  std::int32_t flag_entropy = 0;
  std::array<char, 60> fill{"Nubox"};  ///< read by no code; marks the file as an export
};
static_assert(sizeof(BinaryHeader) == 256);

void make_binary_frame(const WriterOptions& options, const BlockSums& sums, std::size_t files,
                       FileLayout& made) {
  BinaryHeader header{.count = of_cdm(low_word(made.count)),
                      .mass = of_cdm(options.mass_1e10_msunh),
                      .time = units::scale_factor(options.redshift),
                      .redshift = options.redshift,
                      .total = of_cdm(low_word(options.particles)),
                      .files = static_cast<std::int32_t>(files),
                      .box_size = options.box_size_mpch * kpc_per_mpc,
                      .Omega_m = options.Omega_m,
                      .Omega_lambda = options.Omega_lambda,
                      .h = options.h,
                      .total_high_word = of_cdm(high_word(options.particles))};
  write_sums_tail(sums, std::as_writable_bytes(std::span(&header, 1)));
  BinaryFrame frame;
  frame.put_name("HEAD", sizeof(header));
  frame.put(static_cast<std::uint32_t>(sizeof(header)));
  frame.put(header);
  frame.put(static_cast<std::uint32_t>(sizeof(header)));
  made.position_offset = frame.put_gap("POS ", made.count * 3 * sizeof(float));
  made.velocity_offset = frame.put_gap("VEL ", made.count * 3 * sizeof(float));
  made.id_offset = frame.put_gap("ID  ", made.count * id_bytes_of(options));
  made.frame = std::move(frame).finish();
}

}  // namespace

std::size_t id_bytes_of(const WriterOptions& options) {
  return options.particles >> 32 == 0 ? 4 : 8;
}

FileLayout file_layout(const WriterOptions& options, const BlockSums& sums, std::size_t index,
                       std::size_t files) {
  // Equal parts i N / F, computed without overflow of i N.
  const auto start = [&](std::size_t i) {
    return options.particles / files * i + options.particles % files * i / files;
  };
  FileLayout made;
  made.first = start(index);
  made.count = start(index + 1) - made.first;
  if (options.format == Format::hdf5) {
    make_hdf5_frame(options, sums, files, made);
  } else {
    make_binary_frame(options, sums, files, made);
  }
  return made;
}

}  // namespace nubox::gadget
