"""tools/make_linear_tables.py: refusals, and what it does beside running CLASS."""

import os
import pathlib
import subprocess
import sys
import tempfile
import types
import unittest

import numpy as np

ROOT = pathlib.Path(__file__).resolve().parents[2]
SCRIPT = ROOT / "tools/make_linear_tables.py"
sys.path.insert(0, str(ROOT / "tools"))

import make_linear_tables as tool  # noqa: E402


def run(*arguments, modules=""):
    """modules: a directory of Python modules that are found first."""
    return subprocess.run([sys.executable, str(SCRIPT), *arguments], capture_output=True, text=True,
                          env={**os.environ, "PYTHONPATH": str(modules)})


def parameters(**changed):
    return types.SimpleNamespace(**{key: default for key, (default, _) in tool.KEYS.items()} | changed)


class MakeLinearTables(unittest.TestCase):
    def test_help_needs_no_package(self):
        result = subprocess.run([sys.executable, "-S", str(SCRIPT), "--help"], capture_output=True, text=True)
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertIn("--Omega_m", result.stdout)

    def test_impossible_input_is_refused_before_anything_is_made(self):
        for arguments, words in ((("--masses", "-1"), "-1"), (("--masses", "0.12345678"), "digits"),
                                 (("--masses", "0", "--Omega_b", "0.5"), "Omega_b = 0.5"),
                                 (("--masses", "0", "--N_eff", "3"), "N_eff = 3.0")):
            result = run("--out", "/nonexistent/tables", *arguments)
            self.assertEqual(result.returncode, 2, result.stderr)
            self.assertIn(words, result.stderr)

    def test_another_package_of_the_name_classy_is_told_from_class(self):
        with tempfile.TemporaryDirectory() as directory:
            for name in ("classy", "scipy", "numpy"):
                package = pathlib.Path(directory) / name
                package.mkdir()
                (package / "__init__.py").write_text("class Classifier: pass\n")
            result = run("--out", f"{directory}/tables", "--masses", "0", modules=directory)
            self.assertEqual(result.returncode, 1, result.stderr)
            self.assertIn(f"{directory}/classy/__init__.py is not the Boltzmann code CLASS", result.stderr)
            self.assertIn("pip install classy", result.stderr)
            self.assertFalse((pathlib.Path(directory) / "tables").exists())

    def test_masses_join_a_directory_of_the_same_cosmology_only(self):
        with tempfile.TemporaryDirectory() as directory:
            path = pathlib.Path(directory) / "cosmology.ini"
            self.assertEqual(tool.known_sigma8(path, parameters()), {})
            tool.write_cosmology(path, parameters(), {0.0: 0.83312, 0.15: 0.80654})
            self.assertEqual(tool.known_sigma8(path, parameters()), {0.0: 0.83312, 0.15: 0.80654})
            with self.assertRaisesRegex(SystemExit, "h = 0.6711, not 0.7"):
                tool.known_sigma8(path, parameters(h=0.7))

    def test_tail_continues_free_streaming(self):
        k = np.geomspace(0.1, 10, 50)
        T_cb = k ** -1.5
        T_nu = T_cb / (1 + k / 0.05) ** 2
        noisy = np.where(k > 1, -T_nu, T_nu)
        np.testing.assert_allclose(tool.free_streaming_tail(k, T_cb, noisy, k > 1), T_nu, rtol=1e-12)
        np.testing.assert_array_equal(tool.free_streaming_tail(k, T_cb, T_nu, k > 100), T_nu)

    def test_massive_settings_supply_the_same_n_eff(self):
        massless, massive = (tool.boltzmann_settings(parameters(), mass) for mass in (0, 0.15))
        self.assertAlmostEqual(massive["N_ur"] + tool.N_EFF_MASSIVE, massless["N_ur"])
        self.assertAlmostEqual(massive["N_ur"], 0.00641, places=4)
        self.assertAlmostEqual(massive["m_ncdm"], 0.05)


if __name__ == "__main__":
    unittest.main()
