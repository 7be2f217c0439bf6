"""tools/nubox_study: the pieces of the accuracy study that need no run."""

import pathlib
import sys
import unittest

import numpy as np

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tools"))

from nubox_study import page  # noqa: E402
from nubox_study.runs import RUNS, Power, Run, linear_ratio  # noqa: E402

TABLES = ROOT / "configs/cosmology/hades"


class SimulatorStudy(unittest.TestCase):
    def test_linear_ratio_has_the_published_values(self):
        # CAMB, z = 0: P_cb(0.15)/P_cb(0) = .9656 at k = .02, .9383 at .1; narrow bins around them.
        box = 4000.0
        unit = 2 * np.pi / box
        for k, published in ((0.02, 0.9656), (0.1, 0.9383)):
            n = np.floor(k / unit)
            edges = np.array([n, n + 1]) * unit
            self.assertAlmostEqual(linear_ratio(TABLES, "0.150", 0, box, edges)[0], published, delta=1e-3)

    def test_bins_of_a_larger_box_are_averaged_over_modes(self):
        unit = 0.1
        small = Power(unit * np.arange(1, 4), None, np.array([8, 26]), np.zeros(2))
        fine = np.arange(1, 7)  # bins from 1 to 6 half units
        large = Power(unit / 2 * np.arange(1, 8), None, fine * 10, fine.astype(float))
        np.testing.assert_allclose(large.in_bins_of(small), [(2 * 2 + 3 * 3) / 5, (4 * 4 + 5 * 5) / 9])

    def test_runs_differ_from_the_base_as_their_names_say(self):
        runs = {run.name: run for run in RUNS}
        self.assertIn("--simulate.steps=60", runs["steps-60"].stage(pathlib.Path("w")).arguments())
        self.assertIn("--simulate.mesh_factor=6", runs["mesh-6N"].stage(pathlib.Path("w")).arguments())
        path = runs["linear-low"].box_file(pathlib.Path("w"), 1, "0.600", 1)
        self.assertEqual(path, pathlib.Path("w/linear-low/pair-1/mnu-0.600-z1.000.h5"))
        self.assertEqual(len(Run("x", seeds=(1, 2)).files(pathlib.Path("w"))), 4)

    def test_page_and_figure_show_every_curve_and_miss(self):
        k = np.linspace(0.05, 1.6, 40)
        linear = [{"title": "full A_s", "mass": 0.15, "redshift": 0, "k_max": 0.02, "k": k[:4],
                   "percent": np.full(4, 0.05)}]
        ratio = {name: (k, np.full(40, 0.2)) for name in page.NAMES}
        power = {name: (k, np.full(40, -2.0)) for name in ("steps-60", "mesh-3N", "mesh-6N", "cola-15")}
        text = page.readme({run.name: run for run in RUNS}, linear, ratio, (k, k, k), power,
                           ["nubox 0.1.0"])
        self.assertIn("| SuperEasy against table source, k <= 1 | 0.200 % | 0.1 % | **missed** |", text)
        self.assertIn("k < 0.02 | 0.050 % | 0.1 % | holds |", text)
        for name in page.NAMES.values():
            self.assertIn(name, text)
        self.assertTrue(page.figure(linear, ratio, power).startswith(b"\x89PNG"))


if __name__ == "__main__":
    unittest.main()
