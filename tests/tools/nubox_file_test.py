"""tools/nubox.py against files that the C++ side wrote (tests/io/fixtures, format version 1)."""

import contextlib
import io
import math
import pathlib
import subprocess
import sys
import tempfile
import unittest

import h5py
import numpy as np

SOURCE = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(SOURCE / "tools"))

import nubox  # noqa: E402

FIXTURES = SOURCE / "tests/io/fixtures"
FIELD = FIXTURES / "field-v1.h5"
TABLE = FIXTURES / "table-v1.h5"


def example_displacement(n):
    """The values of the fixture (example_value in tests/io/io_test_support.hpp)."""
    c, x, y, z = np.meshgrid(np.arange(3), *[np.arange(n)] * 3, indexing="ij")
    return np.sin(c + 0.1 * x) + 0.01 * y - 0.003 * z


class Reading(unittest.TestCase):
    def test_field_values_and_header(self):
        field = nubox.read_field(FIELD)
        # float32 of a double formula: half a unit in the last place of values up to 1
        np.testing.assert_allclose(field.displacement, example_displacement(3), rtol=0, atol=6e-8)
        np.testing.assert_allclose(field.velocity, 100 * field.displacement, rtol=1e-6)
        self.assertEqual(field.displacement.dtype, np.float32)
        self.assertEqual(field.attributes["n"], 3)
        self.assertEqual(field.header["A_s"], 2.13e-9)
        self.assertEqual(field.header["origin"], "simulate")
        self.assertEqual(field.header["method"], "pm, a=b:c\n")

    def test_positions_start_from_the_lattice(self):
        field = nubox.read_field(FIELD)
        self.assertAlmostEqual(field.positions[0, 1, 2, 0], 125 / 3 + math.sin(0.1) + 0.02, places=5)
        self.assertGreaterEqual(field.positions.min(), 0)
        self.assertLess(field.positions.max(), 125)

    def test_table_arrays_units_and_groups(self):
        table = nubox.read(TABLE)
        self.assertEqual(table.format, "nubox-stats")
        self.assertEqual(table.attributes["mesh"], 64)
        self.assertEqual(table.attributes["empty"], "")
        self.assertEqual(table.group_attributes["power"], {"assignment": "cic"})
        np.testing.assert_array_equal(table.arrays["power/k"], [0.1, 0.2, 0.3])
        self.assertEqual(table.units["power/k"], "h/Mpc")
        self.assertEqual(table.arrays["power/modes"][2], 2**64 - 1)
        np.testing.assert_array_equal(table.arrays["weights"], np.array([[0, 1], [-2, 0.5]], dtype=np.float32))

    def test_no_flipped_bit_changes_what_is_read(self):
        for path in (FIELD, TABLE):
            good = path.read_bytes()
            with tempfile.TemporaryDirectory() as directory:
                copy = pathlib.Path(directory) / path.name
                refused = 0
                for flip, position in enumerate(range(0, len(good), 37)):
                    bad = bytearray(good)
                    bad[position] ^= 1 << flip % 8
                    copy.write_bytes(bad)
                    try:
                        np.testing.assert_equal(vars(nubox.read(copy)), vars(nubox.read(path)))
                    except nubox.NuboxFileError:
                        refused += 1
                self.assertGreater(refused, 20)

    def test_foreign_incomplete_and_mistaken_files_are_refused(self):
        with tempfile.TemporaryDirectory() as directory:
            copy = pathlib.Path(directory) / "copy.h5"
            copy.write_bytes(FIELD.read_bytes())
            with h5py.File(copy, "r+") as file:
                file.attrs.modify("complete", 0)
            with self.assertRaisesRegex(nubox.NuboxFileError, "incomplete"):
                nubox.read_field(copy)
            with h5py.File(copy, "w") as file:
                file["x"] = [1]
            with self.assertRaisesRegex(nubox.NuboxFileError, "no nubox file"):
                nubox.read(copy)
            copy.write_text("text")
            with self.assertRaisesRegex(nubox.NuboxFileError, "no sound HDF5"):
                nubox.read(copy)
        with self.assertRaisesRegex(nubox.NuboxFileError, "is a nubox-stats file"):
            nubox.read_field(TABLE)
        with self.assertRaisesRegex(nubox.NuboxFileError, "is a nubox-field file, which holds a box"):
            nubox.read_table(FIELD)
        with self.assertRaises(FileNotFoundError):
            nubox.read(FIXTURES / "absent.h5")


class Writing(unittest.TestCase):
    def setUp(self):
        self.directory = tempfile.TemporaryDirectory()
        self.addCleanup(self.directory.cleanup)
        self.path = pathlib.Path(self.directory.name) / "written.h5"
        self.original = nubox.read_field(FIELD)

    def test_checksums_and_attributes_equal_those_of_the_program(self):
        nubox.write_field(self.path, self.original.displacement, self.original.header, self.original.velocity)
        with h5py.File(self.path) as ours, h5py.File(FIELD) as theirs:
            for name in ("displacement", "velocity"):
                self.assertEqual(dict(ours[name].attrs), dict(theirs[name].attrs))
                self.assertIsNone(ours[name].chunks)
            self.assertEqual(set(ours.attrs), set(theirs.attrs))
        written = nubox.read_field(self.path)
        self.assertEqual(written.header, {**self.original.header, "code_version": "tools/nubox.py"})
        np.testing.assert_array_equal(written.displacement, self.original.displacement)
        self.assertEqual([path.name for path in self.path.parent.iterdir()], ["written.h5"])

    def test_numbers_get_the_type_that_readers_expect(self):
        header = {**self.original.header, "redshift": 1, "mesh_factor": 2.0, "T_cmb": 3}
        nubox.write_field(self.path, self.original.displacement, header)
        written = nubox.read_field(self.path).header
        self.assertEqual([type(written[name]) for name in ("redshift", "mesh_factor", "T_cmb")], [float, int, float])

    def test_a_neutrino_density_on_a_mesh_of_its_own_comes_back(self):
        density = np.arange(64, dtype=np.float32).reshape(4, 4, 4) - 1
        nubox.write_field(self.path, self.original.displacement, self.original.header, density_nu=density)
        written = nubox.read_field(self.path)
        np.testing.assert_array_equal(written.density_nu, density)
        self.assertIsNone(written.velocity)
        with self.assertRaisesRegex(ValueError, r"density_nu has the shape \(4, 4, 3\)"):
            nubox.write_field(self.path, self.original.displacement, self.original.header, density_nu=density[..., :3])

    def test_bad_arguments_leave_no_file(self):
        header = self.original.header
        psi = self.original.displacement
        incomplete = {name: value for name, value in header.items() if name != "h"}
        for message, arguments in {
                "lacks h": (psi, incomplete), "shape": (psi[:2], header),
                "not positive": (psi, {**header, "box_size_mpch": 0}),
                "h = 67.11 is outside 0 to 2": (psi, {**header, "h": 67.11}),
                "A_s = 2.13 is outside": (psi, {**header, "A_s": 2.13}),
                "redshift = -1.5 is outside": (psi, {**header, "redshift": -1.5}),
                "mesh_factor = 2.5 is no int": (psi, {**header, "mesh_factor": 2.5}),
                "noise = 3 is no text": (psi, {**header, "noise": 3}),
                "not finite": (psi, {**header, "redshift": math.nan})}.items():
            with self.assertRaisesRegex(ValueError, message):
                nubox.write_field(self.path, *arguments)
        self.assertEqual(list(self.path.parent.iterdir()), [])


class CommandLine(unittest.TestCase):
    def test_description_and_verification(self):
        output = io.StringIO()
        with contextlib.redirect_stdout(output):
            self.assertEqual(nubox.main([str(FIELD), "--verify"]), 0)
        self.assertIn("/displacement  float32 (3, 3, 3, 3), Mpc/h", output.getvalue())
        self.assertIn("all checksums are right", output.getvalue())

    def test_exit_codes(self):
        def code(path):
            command = [sys.executable, str(SOURCE / "tools/nubox.py"), str(path)]
            return subprocess.run(command, capture_output=True, check=False).returncode
        self.assertEqual(code(SOURCE / "README.md"), 3)
        self.assertEqual(code(FIXTURES / "absent.h5"), 4)


if __name__ == "__main__":
    unittest.main()
