"""The package nubox: labels, conversions, plots and what it refuses; the files themselves are in nubox_file_test."""

import importlib.util
import math
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

import numpy as np

SOURCE = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(SOURCE / "tools"))

import nubox  # noqa: E402
from nubox import map2map  # noqa: E402

HEADER = {"box_size_mpch": 8.0, "redshift": 1.0, "Omega_m": 0.3175, "Omega_b": 0.049, "h": 0.6711, "n_s": 0.9624,
          "A_s": 2.13e-9, "M_nu_eV": 0.0, "origin": "import"}
FIELD = SOURCE / "tests/io/fixtures/field-v1.h5"


def random_arrays(n=4, seed=1):
    rng = np.random.default_rng(seed)
    return (rng.normal(size=(3, n, n, n)).astype(np.float32), 100 * rng.normal(size=(3, n, n, n)).astype(np.float32))


class TemporaryDirectory(unittest.TestCase):
    def setUp(self):
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.directory = pathlib.Path(directory.name)


class Layout(unittest.TestCase):
    def test_import_finds_the_package_although_a_script_of_that_name_lies_beside_it(self):
        self.assertEqual(pathlib.Path(nubox.__file__), SOURCE / "tools/nubox/__init__.py")
        command = [sys.executable, "-B", str(SOURCE / "tools/nubox.py"), "--help"]
        done = subprocess.run(command, capture_output=True, text=True)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("usage: nubox.py [-h] [--verify] file", done.stdout)
        self.assertIn("nubox.to_pylians", done.stdout)

    def test_the_version_of_the_package_is_that_of_the_program(self):
        if not (SOURCE / "CMakeLists.txt").exists():
            self.skipTest("an installation has no CMakeLists.txt")
        program = re.search(r"project\(nubox VERSION (\S+)", (SOURCE / "CMakeLists.txt").read_text())[1]
        package = re.search(r'^version = "(.*)"', (SOURCE / "tools/pyproject.toml").read_text(), re.MULTILINE)[1]
        self.assertEqual(package, program)


class Refusals(TemporaryDirectory):
    def test_arrays_that_are_no_field(self):
        psi, _ = random_arrays()
        for message, bad in {
                "masked array": np.ma.masked_array(psi, mask=psi > 1), "complex": psi.astype(np.complex64),
                "empty": np.empty((3, 0, 0, 0)), "type object": np.full((3, 4, 4, 4), None),
                "type bool": psi > 0, "type <U1": np.full((3, 4, 4, 4), "a"),
                r"shape \(3, 4, 4, 5\), not \(3, N, N, N\)": np.zeros((3, 4, 4, 5)),
                r"shape \(\)": np.float32(1)}.items():
            with self.assertRaisesRegex(nubox.ArrayError, message):
                nubox.write_field(self.directory / "a.h5", bad, HEADER)
            with self.assertRaisesRegex(nubox.ArrayError, message.replace("displacement", "velocity")):
                nubox.write_field(self.directory / "a.h5", psi, HEADER, velocity=bad)
        with self.assertRaisesRegex(nubox.ArrayError, "velocity has the shape"):
            nubox.write_field(self.directory / "a.h5", psi, HEADER, velocity=np.zeros((3, 5, 5, 5)))
        with self.assertRaisesRegex(nubox.ArrayError, "None|object"):
            nubox.write_field(self.directory / "a.h5", None, HEADER)
        self.assertEqual(list(self.directory.iterdir()), [])

    def test_numbers_of_the_header_that_are_none(self):
        psi, _ = random_arrays()
        for message, bad in {"h = '0.67' is text": {"h": "0.67"}, "h = True": {"h": True}, "h = .*1j": {"h": 0.7 + 1j},
                             "extra = .*neither a number nor text": {"extra": [1, 2]},
                             "seed = inf is no int": {"seed": math.inf}, "Omega_m = 31": {"Omega_m": 31.75},
                             "lattice_offset_cells = 2.0": {"lattice_offset_cells": 2}}.items():
            with self.assertRaisesRegex(nubox.HeaderError, message):
                nubox.write_field(self.directory / "a.h5", psi, {**HEADER, **bad})
        self.assertTrue(issubclass(nubox.HeaderError, nubox.NuboxError) and issubclass(nubox.NuboxError, ValueError))

    def test_numpy_scalars_are_numbers(self):
        psi, _ = random_arrays()
        header = {**HEADER, "h": np.float32(0.5), "redshift": np.array(0), "seed": np.int32(3)}
        nubox.write_field(self.directory / "a.h5", psi, header)
        read = nubox.read_field(self.directory / "a.h5").header
        self.assertEqual([(read[name], type(read[name])) for name in ("h", "redshift", "seed")],
                         [(0.5, float), (0.0, float), (3, int)])

    def test_a_file_with_a_number_out_of_range_is_refused(self):
        from nubox import header, writing
        psi, _ = random_arrays()
        ranges, header.RANGES["h"] = header.RANGES["h"], (0, 100)
        try:
            writing.write_field(self.directory / "a.h5", psi, {**HEADER, "h": 67.11})
        finally:
            header.RANGES["h"] = ranges
        with self.assertRaisesRegex(nubox.NuboxFileError, "a.h5 has a header without meaning: h = 67.11 is outside"):
            nubox.read_field(self.directory / "a.h5")


class Labels(unittest.TestCase):
    def test_axes_of_a_box_are_its_lattice(self):
        box = nubox.read_field(FIELD)
        labelled = box.labelled("velocity")
        self.assertEqual((labelled.dims, labelled.units), (("component", "x", "y", "z"), "km/s"))
        step = box.attributes["box_size_mpch"] / 3
        np.testing.assert_allclose(labelled.coords["y"], (np.arange(3) + box.attributes["lattice_offset_cells"]) * step)
        np.testing.assert_array_equal(np.asarray(labelled), box.velocity)
        with self.assertRaisesRegex(KeyError, "holds no density_nu; it holds displacement, velocity"):
            box.labelled("density_nu")

    def test_columns_of_a_spectrum_have_k_as_coordinate(self):
        k = np.array([0.1, 0.2])
        table = nubox.Table("nubox-stats", {}, arrays={"power/k": k, "power/p": k * 2, "pdf/x": k},
                            units={"power/p": "(Mpc/h)^3"})
        labelled = table.labelled("power/p")
        self.assertEqual((labelled.dims, labelled.title), (("k",), "power/p [(Mpc/h)^3]"))
        np.testing.assert_array_equal(labelled.coords["k"], k)
        self.assertEqual(table.labelled("pdf/x").dims, ("axis0",))
        with self.assertRaisesRegex(KeyError, "holds no power/q; it holds pdf/x"):
            table.labelled("power/q")


    @unittest.skipUnless(importlib.util.find_spec("xarray"), "xarray is not installed")
    def test_xarray_takes_labels_and_units(self):
        box = nubox.read_field(FIELD)
        array = box.labelled("displacement").to_xarray()
        self.assertEqual(array.attrs["units"], "Mpc/h")
        np.testing.assert_array_equal(array.sel(component="y").values, box.displacement[1])


class Pylians(unittest.TestCase):
    def test_particles_are_rows_within_the_box(self):
        psi, velocity = random_arrays()
        psi[:, 0, 0, 0] = -1e-9  # rounds to L in float32
        box = nubox.Field({**HEADER, "n": 4, "lattice_offset_cells": 0.0}, psi, velocity)
        particles = nubox.to_pylians(box)
        self.assertEqual((particles.positions.shape, particles.positions.dtype), ((64, 3), np.float32))
        self.assertTrue(particles.positions.flags.c_contiguous)
        np.testing.assert_array_equal(particles.positions[0], 0)
        site = 1 * 16 + 2 * 4 + 3
        np.testing.assert_allclose(particles.positions[site], (np.array([2, 4, 6]) + psi[:, 1, 2, 3]) % 8, atol=1e-6)
        np.testing.assert_array_equal(particles.velocities[site], velocity[:, 1, 2, 3])
        self.assertLess(particles.positions.max(), 8)
        self.assertEqual((particles.box_size_mpch, particles.redshift), (8.0, 1.0))


class Map2map(TemporaryDirectory):
    def test_a_round_trip_keeps_every_bit(self):
        psi, velocity = random_arrays()
        box = nubox.from_map2map(psi, HEADER, velocity)
        nubox.to_map2map(box, self.directory / "dis.npy", self.directory / "vel.npy")
        again = nubox.from_map2map(self.directory / "dis.npy", HEADER, self.directory / "vel.npy")
        np.testing.assert_array_equal(again.displacement, psi)
        np.testing.assert_array_equal(again.velocity, velocity)
        nubox.write_field(self.directory / "box.h5", again.displacement, again.header, again.velocity)
        self.assertEqual(nubox.read_field(self.directory / "box.h5").header, again.header)

    def test_six_normalised_channels_are_displacement_and_velocity(self):
        psi, velocity = random_arrays()
        scales = map2map.norms(1.0)
        box = nubox.from_map2map(np.concatenate([psi / scales[0], velocity / scales[1]]), HEADER, normalised=True)
        np.testing.assert_allclose(box.displacement, psi, rtol=1e-6)
        np.testing.assert_allclose(box.velocity, velocity, rtol=1e-6)
        nubox.to_map2map(box, self.directory / "dis.npy", normalised=True)
        np.testing.assert_allclose(np.load(self.directory / "dis.npy"), psi / scales[0], rtol=1e-6)
        with self.assertRaisesRegex(nubox.ArrayError, "given twice"):
            nubox.from_map2map(np.concatenate([psi, psi]), HEADER, velocity)

    def test_norms_of_an_einstein_de_sitter_universe(self):
        for z in (0.0, 1.0, 9.0):
            displacement, velocity = map2map.norms(z, omega_m=1.0)
            self.assertAlmostEqual(displacement, 6 / (1 + z), places=12)  # D = a, f = 1
            self.assertAlmostEqual(velocity, 6 / (1 + z) * 100 * (1 + z) ** 0.5, places=9)

    def test_growth_is_the_hypergeometric_function_of_map2map(self):
        def series(a, b, c, x):
            total = term = 1.0
            for i in range(200):
                term *= (a + i) * (b + i) / (c + i) / (i + 1) * x
                total += term
            return total

        def growth_and_slope(z):  # D not normalised, dlnD/dlna; the series converges for z > 0.31
            x = 0.69 / 0.31 / (1 + z) ** 3
            whole = series(1, 1 / 3, 11 / 6, -x)
            return whole / (1 + z), 1 - 6 / 11 * x * series(2, 4 / 3, 17 / 6, -x) / whole

        (d1, f1), (d3, _) = growth_and_slope(1.0), growth_and_slope(3.0)
        self.assertAlmostEqual(map2map.norms(1.0)[0] / map2map.norms(3.0)[0], d1 / d3, places=11)
        hubble = 100 * math.sqrt(0.31 * 8 + 0.69)
        self.assertAlmostEqual(map2map.norms(1.0)[1] / map2map.norms(1.0)[0], hubble * f1 / 2, places=8)


class Plots(unittest.TestCase):
    def setUp(self):
        import matplotlib
        matplotlib.use("Agg")
        import matplotlib.pyplot as plt
        self.addCleanup(plt.close, "all")
        k = np.array([0.1, 0.2, 0.4])
        self.table = nubox.Table("nubox-stats", {}, {"power": {"k_nyquist_hmpc": 0.3}},
                                 {"power/k": k, "power/p_model": 1 / k, "power/p_target": 2 / k, "power/transfer": k})

    def test_spectra_are_the_columns_of_the_table_up_to_nyquist(self):
        axis = nubox.plot.power(self.table).axes[0]
        np.testing.assert_array_equal(axis.lines[0].get_ydata(), self.table.arrays["power/p_model"][:2])
        np.testing.assert_array_equal(axis.lines[1].get_ydata(), self.table.arrays["power/p_target"][:2])
        axis = nubox.plot.transfer({"a": self.table, "b": self.table}).axes[0]
        self.assertEqual([text.get_text() for text in axis.get_legend().get_texts()], ["a", "b"])

    def test_a_map_is_the_density_of_the_box(self):
        psi, _ = random_arrays()
        box = nubox.Field({**HEADER, "n": 4, "lattice_offset_cells": 0.0}, psi)
        shown = nubox.plot.density(box).axes[0].images[0].get_array()
        expected = nubox.density_map(psi, 8.0, 0.0)
        self.assertAlmostEqual(expected.mean(), 1.0, places=12)
        np.testing.assert_array_equal(shown, np.log10(np.maximum(expected, 1e-2)).T)

    def test_what_cannot_be_drawn_is_named(self):
        del self.table.arrays["power/transfer"]
        with self.assertRaisesRegex(nubox.NuboxError, "'a': the table holds no power/transfer"):
            nubox.plot.transfer({"a": self.table})
        with self.assertRaisesRegex(nubox.NuboxError, "dict is empty"):
            nubox.plot.power({})
        with self.assertRaisesRegex(TypeError, "a Field or the name of its file"):
            nubox.plot.density(self.table)
        with self.assertRaisesRegex(nubox.NuboxFileError, "is a nubox-field file"):
            nubox.plot.power(FIELD)


if __name__ == "__main__":
    unittest.main()
