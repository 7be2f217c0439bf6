#include "nubox/snapshot/id_map.hpp"

#include "snapshot/wave_box.hpp"

namespace nubox::test {
namespace {

// Positions of up to 2e5 kpc/h as floats: half a unit in the last place is 7.8e-6 Mpc/h; the float
// displacement, up to 20 Mpc/h from a corner, adds 1e-6, and its correction to a centre once more.
constexpr double position_rounding_mpch = 1e-5;
// Two conversions of up to 1700 km/s in float.
constexpr double velocity_rounding_kms = 3e-4;

field::Box import(const par::Comm& comm, const std::filesystem::path& base,
                  const snapshot::ImportOptions& options = {}) {
  const auto reader = gadget::Snapshot::open(comm, base);
  io::FieldHeader header;
  header.cosmology.Omega_m = reader.header().Omega_m;
  return snapshot::import_cdm(comm, reader, header, options);
}

void expect_waves(const par::Comm& comm, const field::Box& found) {
  const field::Box box = wave_box(comm);
  ASSERT_TRUE(found.velocity);
  EXPECT_LT(largest_difference(found.displacement, box.displacement), position_rounding_mpch);
  EXPECT_LT(largest_difference(*found.velocity, *box.velocity), velocity_rounding_kms);
  EXPECT_EQ(found.header.origin, "import");
  EXPECT_EQ(found.header.n, box_n);
}

std::string map_of(const field::Box& box) {
  return std::get<std::string>(box.header.extra.at("id_map"));
}

std::string refusal(const par::Comm& comm, const std::filesystem::path& base,
                    const snapshot::ImportOptions& options = {}) {
  try {
    (void)import(comm, base, options);
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::input) << error.what();
    EXPECT_TRUE(error.agreed());
    return error.what();
  }
  return "accepted";
}

void expect_says(const std::string& text, const std::string& part) {
  EXPECT_NE(text.find(part), std::string::npos) << text;
}

TEST(Import, shuffled_particles_with_tiled_ids_give_the_displacements_back) {
  const auto world = par::Comm::world();
  const TemporaryDirectory directory(world);
  for (const std::size_t tile : {std::size_t{8}, std::size_t{4}}) {
    const snapshot::IdMap map(box_n, tile, 1, false);
    const std::string name = fmt::format("tiles{}", tile);
    write_waves(world, directory / name, {.id = [&](auto site) { return map.id(site); }});
    const field::Box found = import(world, directory / name);
    expect_waves(world, found);
    EXPECT_EQ(map_of(found), map.name());
    EXPECT_EQ(found.header.lattice_offset_cells, 0);
  }
}

TEST(Import, row_major_ids_from_0_and_from_1_are_told_apart) {
  const auto world = par::Comm::world();
  const TemporaryDirectory directory(world);
  for (const std::uint64_t first : {0, 1}) {
    const std::string name = fmt::format("rows{}", first);
    write_waves(world, directory / name,
                {.id = [&](auto site) { return site + first; }, .format = gadget::Format::gadget2});
    const field::Box found = import(world, directory / name);
    expect_waves(world, found);
    EXPECT_EQ(map_of(found), fmt::format("row-major from ID {}", first));
  }
}

TEST(Import, cdm_ids_of_a_massive_run_leave_out_those_of_neutrinos) {
  const auto world = par::Comm::world();
  const TemporaryDirectory directory(world);
  const snapshot::IdMap map(box_n, 8, 1, true);
  write_waves(world, directory / "massive", {.id = [&](auto site) { return map.id(site); }});
  const field::Box found = import(world, directory / "massive");
  expect_waves(world, found);
  EXPECT_EQ(map_of(found), "tiles of 8^3 from ID 1, neutrinos between");
}

TEST(Import, any_ids_are_joined_with_the_initial_conditions) {
  const auto world = par::Comm::world();
  const TemporaryDirectory directory(world);
  for (const double offset : {0.0, 0.5}) {
    const std::string name = fmt::format("any{}", offset > 0 ? 1 : 0);
    const auto id = [](std::uint64_t site) { return 100 + (site * 2731) % 4096; };
    write_waves(world, directory / name, {.id = id, .offset_cells = offset});
    // Displacements of at most 4 % of a cell.
    write_waves(world, directory / (name + "_ics"),
                {.id = id, .offset_cells = offset, .displacement_factor = 0.04, .files = 1});
    const auto ics = gadget::Snapshot::open(world, directory / (name + "_ics"));
    const field::Box found = import(world, directory / name, {.ics = &ics});
    expect_waves(world, found);
    EXPECT_EQ(found.header.lattice_offset_cells, offset);
    EXPECT_EQ(map_of(found), "initial conditions");
    expect_says(refusal(world, directory / name), "IDs from 100 to 4195");
  }
}

TEST(Import, a_lattice_on_cell_centres_is_found_and_taken_out) {
  const auto world = par::Comm::world();
  const TemporaryDirectory directory(world);
  write_waves(world, directory / "centres", {.offset_cells = 0.5});
  const field::Box found = import(world, directory / "centres");
  expect_waves(world, found);
  EXPECT_EQ(found.header.lattice_offset_cells, 0.5);
  write_waves(world, directory / "elsewhere", {.offset_cells = 0.25});
  expect_says(refusal(world, directory / "elsewhere"),
              "mean displacement 0.2500, 0.2500, 0.2500 cells");
}

TEST(Import, a_wrong_map_is_refused_with_its_numbers) {
  const auto world = par::Comm::world();
  const TemporaryDirectory directory(world);
  write_waves(world, directory / "rows", {});
  const std::string text =
      refusal(world, directory / "rows", {.id_map = snapshot::MapChoice::tiles, .tile = 8});
  expect_says(text, "tiles of 8^3 from ID 1");
  expect_says(text, "Mpc/h (random sites: 57.7)");
  const snapshot::IdMap tiles(box_n, 4, 1, false);
  write_waves(world, directory / "tiles", {.id = [&](auto site) { return tiles.id(site); }});
  expect_says(refusal(world, directory / "tiles", {.id_map = snapshot::MapChoice::row_major}),
              "row-major from ID 1");
}

TEST(Import, a_scrambled_numbering_is_refused) {
  const auto world = par::Comm::world();
  const TemporaryDirectory directory(world);
  // Neighbours within 2^3 sites change places: rms and mean stay as they were.
  write_waves(world, directory / "scrambled", {.id = [](std::uint64_t site) {
                return (site ^ (site * 40503 >> 4 & 1) ^ ((site * 30011 >> 5 & 1) << 4)) % 4096 + 1;
              }});
  EXPECT_NE(refusal(world, directory / "scrambled"), "accepted");
}

TEST(Import, twice_the_same_id_and_one_missing_are_refused_by_name) {
  const auto world = par::Comm::world();
  const TemporaryDirectory directory(world);
  write_waves(world, directory / "twice",
              {.id = [](std::uint64_t site) { return site == 1000 ? 18 : site + 1; }});
  const std::string text = refusal(world, directory / "twice");
  expect_says(text, "fill 4095 of 4096 lattice sites: 1 are empty (first ID 1001)");
  expect_says(text, "1 particles meet a site that is taken (first ID 18)");
  write_waves(world, directory / "beyond",
              {.id = [](std::uint64_t site) { return site == 1000 ? 4097 : site + 1; }});
  expect_says(refusal(world, directory / "beyond"), "IDs from 1 to 4097 of 4096 particles");
}

TEST(Import, velocities_in_wrong_units_are_refused) {
  const auto world = par::Comm::world();
  const TemporaryDirectory directory(world);
  for (const double factor : {std::sqrt(0.5), std::sqrt(2.0), 10.0}) {
    const std::string name = fmt::format("v{:.0f}", 10 * factor);
    write_waves(world, directory / name, {.velocity_factor = factor});
    expect_says(refusal(world, directory / name), "growth rate from velocities");
  }
}

TEST(Import, an_rms_that_linear_theory_does_not_expect_is_refused) {
  const auto world = par::Comm::world();
  const TemporaryDirectory directory(world);
  write_waves(world, directory / "rows", {});
  // The waves have (36 + 16 + 9)/2 Mpc^2/h^2 on each axis.
  const double rms = std::sqrt(30.5);
  const auto expecting = [&](double mpch) {
    return snapshot::ImportOptions{.expected = snapshot::ExpectedRms{mpch, 0.01 * mpch}};
  };
  expect_waves(world, import(world, directory / "rows", expecting(1.1 * rms)));
  expect_says(refusal(world, directory / "rows", expecting(1.5 * rms)), "linear theory 8.284");
}

TEST(Export, comes_back_by_import_in_both_formats_and_any_number_of_files) {
  const auto world = par::Comm::world();
  const TemporaryDirectory directory(world);
  for (const double offset : {0.0, 0.5}) {
    const field::Box box = wave_box(world, offset);
    for (const auto format : {gadget::Format::hdf5, gadget::Format::gadget2}) {
      for (const std::size_t files : {1, 2, 7}) {
        const std::string name =
            fmt::format("set{}{}{}", files, format == gadget::Format::hdf5, offset > 0);
        snapshot::export_snapshot(box, directory / name, format, files).finish();
        const auto reader = gadget::Snapshot::open(world, directory / name);
        EXPECT_EQ(reader.files().size(), files);
        EXPECT_DOUBLE_EQ(reader.header().redshift, box_redshift);
        EXPECT_DOUBLE_EQ(reader.header().box_size_mpch, box_mpch);
        const field::Box found = import(world, directory / name);
        expect_waves(world, found);
        EXPECT_EQ(found.header.lattice_offset_cells, offset);
        const io::Attributes noted = gadget::read_provenance(world, reader.files().front());
        EXPECT_EQ(noted.contains("A_s"), format == gadget::Format::hdf5);
      }
    }
  }
}

TEST(Export, refuses_names_and_numbers_that_readers_stumble_over) {
  const auto world = par::Comm::world();
  const TemporaryDirectory directory(world);
  const field::Box box = wave_box(world);
  const auto refused = [&](const std::string& name, std::size_t files, ExitCode code) {
    try {
      snapshot::export_snapshot(box, directory / name, gadget::Format::hdf5, files).finish();
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), code) << error.what();
      EXPECT_TRUE(error.agreed());
      return std::string(error.what());
    }
    return std::string("written");
  };
  expect_says(refused("z0.5", 1, ExitCode::usage), "without a dot");
  expect_says(refused("many", 5000, ExitCode::usage), "too many");
  EXPECT_EQ(refused("set", 4, ExitCode::usage), "written");
  EXPECT_EQ(refused("set", 4, ExitCode::usage), "written");
  expect_says(refused("set", 2, ExitCode::filesystem), "belongs to another set");
}

TEST(Neutrinos, are_missed_where_there_are_none) {
  const auto world = par::Comm::world();
  const TemporaryDirectory directory(world);
  write_waves(world, directory / "cdm", {});
  const auto reader = gadget::Snapshot::open(world, directory / "cdm");
  try {
    (void)snapshot::import_neutrinos(world, reader, 8);
    FAIL() << "not refused";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::input);
    EXPECT_TRUE(error.agreed());
  }
}

}  // namespace
}  // namespace nubox::test
