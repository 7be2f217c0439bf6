"""Import and export of snapshots: files of an independent writer in, a simulated box out and in."""

import pathlib
import sys
import unittest

import h5py
import numpy as np

from harness import SOURCE, SystemTest, files, nubox

sys.path.insert(0, str(SOURCE / "tests/gadget"))

from snapshot_writers import OMEGA_NU, Binary, Box, Hdf5, Particles, split  # noqa: E402

TILE = 8


def row_major(n):
    """Site of every particle, from ID 1, in lattice order."""
    return np.arange(n**3) + 1


def tiled(n, tile, interleaved=False):
    """IDs in lattice order of a generator that writes tiles of tile^3, x slowest."""
    i, j, k = np.meshgrid(*[np.arange(n)] * 3, indexing="ij")
    side = n // tile
    t = (i // tile * side + j // tile) * side + k // tile
    m = (i % tile * tile + j % tile) * tile + k % tile
    return (t * tile**3 * (2 if interleaved else 1) + m + 1).ravel()


def box_of(field, ids):
    """The snapshot that another code would write of a field file's particles."""
    about = field.attributes
    positions = field.positions.reshape(3, -1).T
    velocities = field.velocity.reshape(3, -1).T.astype(float)
    return Box({1: Particles(positions, velocities, ids)}, about["box_size_mpch"], about["redshift"],
               about["Omega_m"], about["h"])


class Snapshots(SystemTest):
    needs_pair = True
    imports = 0

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.field = files.read_field(cls.massless)
        cls.n = cls.field.attributes["n"]
        # Half a unit in the last place of positions up to 31250 kpc/h, and of displacements.
        cls.rounding = 1.0e-6 + 0.5e-6

    def read_back(self, path):
        found = files.read_field(path)
        difference = np.abs(found.displacement - self.field.displacement).max()
        self.assertLess(difference, self.rounding)
        np.testing.assert_allclose(found.velocity, self.field.velocity, rtol=3e-7)
        return found

    def import_ends(self, code, name, *options, text="", ranks=2):
        self.imports += 1
        out = self.directory / f"imported-{self._testMethodName}-{self.imports}.h5"
        outcome = nubox("import", f"--import.snapshot={self.directory / name}", f"--import.out={out}", *options,
                        ranks=ranks)
        self.assertEnds(outcome, code, *([text] if text else []))
        if code != 0:
            self.assertNothingStands(out)
        return out, outcome

    def test_a_cosmology_without_tables_is_imported_and_the_missing_check_is_said(self):
        box = box_of(self.field, row_major(self.n))
        box.omega_m = 0.3
        Binary().write(self.directory / "other-cosmology", box, split(box, 1))
        _, outcome = self.import_ends(0, "other-cosmology")
        self.assertIn("not compared with linear theory", outcome.out + outcome.err)

    def test_ids_joined_with_nothing_are_refused_before_reading(self):
        box = box_of(self.field, row_major(self.n))
        Binary().write(self.directory / "no-ics", box, split(box, 1))
        self.import_ends(2, "no-ics", "--import.id_map=ics", text="import.ics")

    def test_tiled_ids_in_shuffled_files_give_the_displacements_back(self):
        box = box_of(self.field, tiled(self.n, TILE))
        Binary().write(self.directory / "tiled", box, split(box, 3))
        for ranks in (1, 2, 3):
            out, outcome = self.import_ends(0, "tiled", ranks=ranks)
            found = self.read_back(out)
            self.assertEqual(found.attributes["id_map"], "tiles of 8^3 from ID 1")
            self.assertIn("rms displacement of a sample", outcome.out + outcome.err)
        self.import_ends(0, "tiled", "--import.id_map=tiles", "--import.tile=8")
        self.import_ends(3, "tiled", "--import.id_map=rowmajor",
                         text="do not start from the sites that row-major from ID 1 gives them: mean displacement")

    def test_row_major_ids_in_shuffled_files_give_the_displacements_back(self):
        box = box_of(self.field, row_major(self.n))
        Hdf5().write(self.directory / "rows", box, split(box, 2))
        for ranks in (1, 3):
            self.read_back(self.import_ends(0, "rows", ranks=ranks)[0])
        self.import_ends(3, "rows", "--import.id_map=tiles", "--import.tile=8", text="tiles of 8^3 from ID 1")

    def test_ids_of_any_kind_are_joined_with_initial_conditions(self):
        ids = np.random.default_rng(1).permutation(self.n**3) + 1
        box = box_of(self.field, ids)
        Binary(format=2).write(self.directory / "any", box, split(box, 2))
        lattice = np.stack(np.meshgrid(*[np.arange(self.n)] * 3, indexing="ij")).reshape(3, -1).T
        start = (lattice + 0.01 * np.sin(lattice)) * box.size / self.n % box.size
        ics = Box({1: Particles(start, 0 * start, ids)}, box.size, 99)
        Hdf5().write(self.directory / "ics", ics, split(ics, 2))
        out, _ = self.import_ends(0, "any", f"--import.ics={self.directory / 'ics'}")
        self.assertEqual(self.read_back(out).attributes["id_map"], "initial conditions")
        self.import_ends(3, "any", text="do not start from the sites")

    def test_a_particle_far_from_its_neighbours_is_refused_or_counted(self):
        box = box_of(self.field, row_major(self.n))
        box.types[1].x[100, 1] = (box.types[1].x[100, 1] + box.size / 2) % box.size
        Binary(format=2).write(self.directory / "shifted", box, split(box, 2))
        self.import_ends(3, "shifted", text="1 of 4096 particles has a displacement unlike those of the lattice "
                                            "neighbours, a sign of damaged positions: the worst, ID 101 of site")
        out, outcome = self.import_ends(0, "shifted", "--import.outliers=warn", ranks=3)
        self.assertIn("warning: 1 of 4096 particles", outcome.err)
        self.assertTrue(out.exists())

    def test_missing_double_and_uncubed_particles_are_refused(self):
        ids = row_major(self.n)
        ids[10] = 400
        Hdf5().write(self.directory / "double", box_of(self.field, ids))
        self.import_ends(3, "double", text="1 are empty (first ID 11), 1 particles meet a site that is taken "
                                           "(first ID 400)")
        box = box_of(self.field, row_major(self.n))
        box.types[1] = box.types[1][:-1]
        Hdf5().write(self.directory / "uncubed", box)
        self.import_ends(3, "uncubed", text="4095 CDM particles are no cube")

    def test_neutrino_particles_become_a_density(self):
        field = files.read_field(self.massive)
        mass = OMEGA_NU * 93.14 * field.attributes["h"] ** 2
        box = box_of(field, tiled(self.n, TILE, interleaved=True))
        rng = np.random.default_rng(2)
        nu = np.clip(rng.uniform(0, box.size, (1000, 3)), 0, box.size * (1 - 1e-6)).astype(np.float32)
        box.types[2] = Particles(nu.astype(float), 0 * nu, np.arange(1000) + 10**6)
        Hdf5().write(self.directory / "massive", box, split(box, 2))
        out, _ = self.import_ends(0, "massive", "--import.neutrinos=density", "--import.nu_mesh=5")
        found = files.read_field(out)
        self.assertEqual(found.attributes["id_map"], "tiles of 8^3 from ID 1, neutrinos between")
        self.assertAlmostEqual(found.attributes["M_nu_eV"], mass, places=4)
        np.testing.assert_allclose(found.density_nu, cloud_in_cell(nu / box.size, 5) * 125 / 1000 - 1, atol=1e-3)

    def test_an_export_comes_back(self):
        for kind, count in (("hdf5", 1), ("hdf5", 3), ("gadget2", 2)):
            base = self.directory / f"export-{kind}-{count}" / "snap_000"
            outcome = nubox("export", f"--export.in={self.massive}", f"--export.out={base}",
                            f"--export.files={count}", f"--export.format={kind}", ranks=3)
            self.assertEnds(outcome, 0)
            out = self.directory / f"back-{kind}-{count}.h5"
            outcome = nubox("import", f"--import.snapshot={base}", f"--import.out={out}",
                            *([] if kind == "hdf5" else ["--import.mnu_eV=0.15"]))
            self.assertEnds(outcome, 0)
            there, here = files.read_field(self.massive), files.read_field(out)
            self.assertLess(np.abs(here.displacement - there.displacement).max(), self.rounding)
            np.testing.assert_allclose(here.velocity, there.velocity, rtol=3e-7)
            for name in ("box_size_mpch", "redshift", "Omega_m", "h", "A_s", "M_nu_eV"):
                self.assertAlmostEqual(here.attributes[name], there.attributes[name], places=12)

    def test_the_header_of_an_export_is_what_readers_look_for(self):
        base = self.directory / "header" / "snap_004"
        self.assertEnds(nubox("export", f"--export.in={self.massless}", f"--export.out={base}", "--export.files=2"), 0)
        total = 0
        for i in range(2):
            with h5py.File(f"{base}.{i}.hdf5") as file:
                header = dict(file["Header"].attrs)
                self.assertEqual(set(file), {"Header", "Nubox", "PartType1"})
                for name in ("NumPart_ThisFile", "NumPart_Total", "NumPart_Total_HighWord", "MassTable"):
                    self.assertEqual(header[name].shape, (6,))
                particles = file["PartType1"]
                self.assertEqual(particles["Coordinates"].shape, (header["NumPart_ThisFile"][1], 3))
                total += len(particles["ParticleIDs"])
                self.assertEqual(header["NumFilesPerSnapshot"], 2)
                self.assertEqual(header["BoxSize"], 31250)
                self.assertAlmostEqual(header["Time"], 1 / (1 + header["Redshift"]))
                # formats.md of the Gadget world: m = Omega 27.7536627 L^3/N in 1e10 Msun/h
                self.assertAlmostEqual(header["MassTable"][1], 0.3175 * 27.7536627 * 31.25**3 / 4096, places=9)
        self.assertEqual(total, 4096)

    def test_statistics_of_a_snapshot_equal_those_of_its_field_file(self):
        box = box_of(self.field, row_major(self.n))
        Binary().write(self.directory / "measured", box, split(box, 2))
        tables = []
        for name in (self.massless, self.directory / "measured"):
            out = self.directory / f"stats-{pathlib.Path(name).stem}" / "stats.h5"
            self.assertEnds(nubox("stats", f"--stats.in={name}", f"--stats.out={out}", "--stats.statistics=power,pdf",
                                  "--pdf.radius_mpch=4"), 0)
            tables.append(files.read_table(out))
        np.testing.assert_allclose(tables[1].arrays["power/p_model"], tables[0].arrays["power/p_model"], rtol=1e-4)
        np.testing.assert_allclose(tables[1].arrays["pdf/counts_model"], tables[0].arrays["pdf/counts_model"], atol=2)


def cloud_in_cell(fractions, n):
    """Counts of particles at box fractions [count][3] on n^3 mesh points i/n, cloud in cell."""
    mesh = np.zeros((n, n, n))
    cell = np.floor(fractions * n).astype(int)
    far = fractions * n - cell
    for corner in np.ndindex(2, 2, 2):
        weight = np.prod(np.where(corner, far, 1 - far), axis=1)
        np.add.at(mesh, tuple(((cell + corner) % n).T), weight)
    return mesh


if __name__ == "__main__":
    unittest.main()
