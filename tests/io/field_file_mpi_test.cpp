#include "nubox/io/field_file.hpp"

#include "io/io_test_support.hpp"

#include <algorithm>
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <gtest/gtest.h>

namespace nubox::test {
namespace {

constexpr std::size_t lattice_n = 7;  // divisible by no rank count of the suite

void write_example(const par::SlabLayout& layout, const std::filesystem::path& path,
                   std::size_t transfer_bytes = io::default_transfer_bytes) {
  const std::vector<float> displacement = example_slab(layout);
  std::vector<float> velocity = displacement;
  for (float& value : velocity) value *= 100;
  const std::vector<io::FieldDataset> datasets{{"displacement", displacement},
                                               {"velocity", velocity}};
  io::write_field_file(layout, path, example_header(layout.n()), datasets, transfer_bytes).finish();
}

/// Writes with all ranks or with rank 0 alone; reads back with all ranks and, on each, alone.
TEST(FieldFile, values_and_header_come_back_in_any_layout) {
  const auto world = par::Comm::world();
  const auto self = par::Comm::self();
  const TemporaryDirectory directory(world);
  const auto path = directory / "field.h5";
  for (const bool alone : {false, true}) {
    if (!alone) write_example(par::SlabLayout(world, lattice_n), path);
    if (alone && world.is_root()) write_example(par::SlabLayout(self, lattice_n), path);
    world.barrier();
    for (const par::Comm* comm : {&world, &self}) {
      const par::SlabLayout layout(*comm, lattice_n);
      const io::FieldFile file(*comm, path);
      EXPECT_TRUE(same_bits(file.read("displacement", layout), example_slab(layout)));
      EXPECT_EQ(file.header().n, lattice_n);
      EXPECT_EQ(file.header().cosmology.A_s, 2.13e-9);
      EXPECT_EQ(file.header().seed, 7);
      EXPECT_EQ(file.header().origin, "simulate");
      EXPECT_EQ(file.header().extra, example_header(lattice_n).extra);
      EXPECT_TRUE(file.has("velocity"));
      EXPECT_FALSE(file.has("density_nu"));
    }
    world.barrier();
  }
}

TEST(FieldFile, bytes_do_not_depend_on_the_rank_count) {
  const auto world = par::Comm::world();
  const auto self = par::Comm::self();
  const TemporaryDirectory directory(world);
  write_example(par::SlabLayout(world, lattice_n), directory / "all.h5");
  if (world.is_root()) {
    write_example(par::SlabLayout(self, lattice_n), directory / "alone.h5");
    EXPECT_TRUE(contents_of(directory / "all.h5") == contents_of(directory / "alone.h5"));
  }
}

TEST(FieldFile, more_ranks_than_planes) {
  const auto world = par::Comm::world();
  const TemporaryDirectory directory(world);
  const par::SlabLayout layout(world, 2);
  write_example(layout, directory / "thin.h5");
  EXPECT_TRUE(same_bits(io::FieldFile(world, directory / "thin.h5").read("displacement", layout),
                        example_slab(layout)));
}

/// Share of a file's pages that the system holds in memory.
double resident_share(const std::filesystem::path& path) {
  const int descriptor = ::open(path.c_str(), O_RDONLY);
  const std::size_t bytes = std::filesystem::file_size(path);
  void* memory = ::mmap(nullptr, bytes, PROT_READ, MAP_SHARED, descriptor, 0);
  const auto page = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
  std::vector<unsigned char> pages((bytes + page - 1) / page);
  ::mincore(memory, bytes, pages.data());
  ::munmap(memory, bytes);
  ::close(descriptor);
  const auto held = std::ranges::count_if(pages, [](unsigned char state) { return state & 1; });
  return static_cast<double>(held) / static_cast<double>(pages.size());
}

TEST(FieldFile, reading_ahead_brings_the_values_into_memory) {
  const auto world = par::Comm::world();
  const TemporaryDirectory directory(world);
  const auto path = directory / "field.h5";
  write_example(par::SlabLayout(world, 64), path);
  double forgotten = 0;
  if (world.is_root()) {
    const int descriptor = ::open(path.c_str(), O_RDONLY);
    ::posix_fadvise(descriptor, 0, 0, POSIX_FADV_DONTNEED);
    ::close(descriptor);
    forgotten = 1 - resident_share(path);
  }
  if (world.all_reduce(forgotten, par::Reduction::max) < 0.9) {
    GTEST_SKIP() << "this file system keeps its files in memory";
  }
  io::FieldFile(world, path).read_ahead();
  world.barrier();
  if (!world.is_root()) return;
  for (int tenth = 0; tenth < 100 && resident_share(path) < 0.99; ++tenth) ::usleep(100000);
  EXPECT_GT(resident_share(path), 0.99);
}

TEST(FieldFile, transfers_in_small_pieces_give_the_same_values) {
  const auto world = par::Comm::world();
  const TemporaryDirectory directory(world);
  const par::SlabLayout layout(world, lattice_n);
  const std::size_t two_planes = 2 * lattice_n * lattice_n * sizeof(float);
  for (const std::size_t cap : {std::size_t{1}, two_planes}) {
    write_example(layout, directory / "pieces.h5", cap);
    const io::FieldFile file(world, directory / "pieces.h5");
    EXPECT_TRUE(same_bits(file.read("displacement", layout, cap), example_slab(layout)));
    EXPECT_TRUE(same_bits(file.read("displacement", layout), example_slab(layout)));
  }
}

TEST(FieldFile, an_absent_dataset_is_an_input_error_on_all_ranks) {
  const auto world = par::Comm::world();
  const TemporaryDirectory directory(world);
  const par::SlabLayout layout(world, lattice_n);
  const std::vector<float> values = example_slab(layout);
  const std::vector<io::FieldDataset> datasets{{"displacement", values}};
  io::write_field_file(layout, directory / "field.h5", example_header(lattice_n), datasets)
      .finish();
  const io::FieldFile file(world, directory / "field.h5");
  const auto error = error_of([&] { (void)file.read("velocity", layout); });
  ASSERT_TRUE(error);
  EXPECT_EQ(error->code(), ExitCode::input);
  EXPECT_TRUE(error->agreed());
}

/// Opens and reads everything; the error on every rank, or none.
std::optional<Error> reading_error(const par::Comm& comm, const std::filesystem::path& path) {
  return error_of([&] {
    const io::FieldFile file(comm, path);
    const par::SlabLayout layout(comm, file.header().n);
    (void)file.read("displacement", layout);
    if (file.has("velocity")) (void)file.read("velocity", layout);
  });
}

void expect_refused(const par::Comm& comm, const std::filesystem::path& path, ExitCode code,
                    const std::string& part) {
  const auto error = reading_error(comm, path);
  ASSERT_TRUE(error) << path;
  EXPECT_EQ(error->code(), code) << error->what();
  EXPECT_TRUE(error->agreed());
  EXPECT_NE(std::string(error->what()).find(part), std::string::npos) << error->what();
  EXPECT_NE(std::string(error->what()).find(path.filename()), std::string::npos) << error->what();
}

TEST(FieldFile, missing_foreign_and_truncated_files_have_their_own_messages) {
  const auto world = par::Comm::world();
  const TemporaryDirectory directory(world);
  write_example(par::SlabLayout(world, lattice_n), directory / "good.h5");
  if (world.is_root()) {
    const std::string good = contents_of(directory / "good.h5");
    overwrite(directory / "half.h5", good.substr(0, good.size() / 2));
    overwrite(directory / "less.h5", good.substr(0, good.size() - 1));
    overwrite(directory / "empty.h5", "");
    overwrite(directory / "text.h5", "not an HDF5 file at all");
    std::filesystem::create_directory(directory / "folder.h5");
  }
  world.barrier();
  expect_refused(world, directory / "absent.h5", ExitCode::filesystem, "No such file");
  expect_refused(world, directory / "folder.h5", ExitCode::filesystem, "no regular file");
  expect_refused(world, directory / "half.h5", ExitCode::input, "truncated");
  expect_refused(world, directory / "less.h5", ExitCode::input, "truncated");
  expect_refused(world, directory / "empty.h5", ExitCode::input, "no HDF5 file");
  expect_refused(world, directory / "text.h5", ExitCode::input, "no HDF5 file");
  EXPECT_FALSE(reading_error(world, directory / "good.h5"));
}

TEST(FieldFile, a_value_flipped_on_the_last_rank_is_refused_by_all) {
  const auto world = par::Comm::world();
  const TemporaryDirectory directory(world);
  const auto path = directory / "flip.h5";
  write_example(par::SlabLayout(world, lattice_n), path);
  if (world.is_root()) {
    std::string bytes = contents_of(path);
    const float last = 100 * example_value(2, lattice_n - 1, lattice_n - 1, lattice_n - 1);
    const std::string pattern(reinterpret_cast<const char*>(&last), sizeof(last));
    const auto position = bytes.rfind(pattern);
    ASSERT_NE(position, std::string::npos);
    bytes[position] = static_cast<char>(bytes[position] ^ 1);
    overwrite(path, bytes);
  }
  world.barrier();
  expect_refused(world, path, ExitCode::input, "dataset 'velocity' has checksum");
}

TEST(FieldFile, pairs_must_share_box_lattice_cosmology_and_redshift_but_not_mass) {
  const io::FieldHeader a = example_header(8);
  io::FieldHeader b = a;
  b.cosmology.M_nu_eV = 0;
  b.redshift += 5e-4;
  b.cosmology.h *= 1 + 5e-6;
  EXPECT_NO_THROW(io::require_same_box(a, "a.h5", b, "b.h5"));
  const auto message = [&](const io::FieldHeader& other) {
    const auto error = error_of([&] { io::require_same_box(a, "a.h5", other, "b.h5"); });
    return error && error->code() == ExitCode::input ? std::string(error->what()) : "no InputError";
  };
  io::FieldHeader box = b;
  box.box_size_mpch = 250;
  EXPECT_NE(message(box).find("box_size_mpch is 125 in the first and 250"), std::string::npos)
      << message(box);
  io::FieldHeader lattice = b;
  lattice.n = 16;
  EXPECT_NE(message(lattice).find("n is 8 in the first and 16"), std::string::npos);
  io::FieldHeader later = b;
  later.redshift = 0;
  EXPECT_NE(message(later).find("redshift is 0.5"), std::string::npos);
  io::FieldHeader denser = b;
  denser.cosmology.Omega_m = 0.3176;
  EXPECT_NE(message(denser).find("Omega_m"), std::string::npos);
}

}  // namespace
}  // namespace nubox::test
