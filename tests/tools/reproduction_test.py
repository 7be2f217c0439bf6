"""Plans of a reproduction, and the numbers of its page against sums written out here."""

import copy
import math
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

import numpy as np

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tools"), str(pathlib.Path(__file__).resolve().parent)]

import synthetic  # noqa: E402
from nubox_report import paper_numbers, residual_figures, shape_figures  # noqa: E402
from nubox_report.measurements import Measurement  # noqa: E402
from nubox_study import reproduction_page  # noqa: E402
from nubox_study.plan import Plan, seeds_of  # noqa: E402

MINIMAL = "[page]\nmain = a\n[pairs a]\nbox.n = 8\nmeasure = linear\n"


def measurement(label, slope, realisations=1, seed=0):
    """A table with everything that the page draws, its columns random around the target's."""
    table = copy.deepcopy(synthetic.stats_table(slope, 0.02, 0.1))
    arrays, random = table.arrays, np.random.default_rng(seed)
    fixed = np.random.default_rng(99)  # the target is the same for every method
    arrays["pdf/counts_model"] = arrays["pdf/counts_target"]
    arrays["bispectrum/theta"] = np.linspace(0, np.pi, 25)
    for name in ("b", "q"):
        arrays[f"bispectrum/{name}_target"] = fixed.uniform(1, 2, 25) * 1e7
        arrays[f"bispectrum/{name}_model"] = arrays[f"bispectrum/{name}_target"] * random.uniform(0.9, 1.2, 25)
    arrays["voids/radii"] = np.linspace(40, 10, 9)
    arrays["voids/vsf_radius"] = 0.5 * (arrays["voids/radii"][1:] + arrays["voids/radii"][:-1])
    arrays["voids/counts_target"] = np.arange(9)
    arrays["voids/vsf_target"] = 1e-6 * np.arange(8.0)
    arrays["voids/vsf_model"] = arrays["voids/vsf_target"] * random.uniform(0.9, 1.1, 8)
    for ending in ("", "_model_independent", "_target_independent", "_independent"):
        arrays[f"residual/edges{ending}"] = np.linspace(-5, 5, 401)
        arrays[f"residual/histogram{ending}"] = np.histogram(random.normal(0.1, 1, 4000), np.linspace(-5, 5, 401))[0]
        arrays[f"residual/moments{ending}"] = np.array([0.1, 1.0, 0.0, 0.0])
    for name in ("target", "residual"):
        arrays[f"residual/map_{name}"] = random.lognormal(0, 0.5, (16, 16))
    arrays["residual/qq"] = np.stack([np.linspace(-3, 3, 21)] * 2, axis=1)
    table.group_attributes["residual"] = {"slab_mpch": 15.0, "mesh": 64, "assignment": "cic", "smoothing": "none"}
    table.group_attributes["voids"] = {"threshold": -0.7, "rule": "exclusive"}
    table.group_attributes["bispectrum"] = {"k1_hmpc": 0.15, "k2_hmpc": 0.25, "mesh": 64, "assignment": "cic",
                                            "interlacing": "none", "shell_rule": "shells", "shot_noise": "raw",
                                            "reduced_bispectrum": "Q = B / (P1 P2 + P2 P3 + P3 P1)"}
    table.attributes["realisations"] = realisations
    return Measurement(label, pathlib.Path(__file__), table)


class Numbers(unittest.TestCase):
    """Five numbers of the page, each worked out again from the arrays alone."""

    def setUp(self):
        self.measurements = [measurement("d3m", 0.05, seed=1), measurement("default", 0.01, seed=2),
                             measurement("linear", -0.03, seed=3)]
        self.rows, self.sources, self.entries = reproduction_page.number_rows(paper_numbers.MAIN, self.measurements)

    def value(self, quantity, method):
        found = [e for e in self.entries if e["quantity"].startswith(quantity) and e["method"] == method]
        self.assertEqual(len(found), 1)
        self.assertTrue(all(":/" in place for place in found[0]["sources"]))
        return found[0]["value"]

    def test_transfer_at_a_wavenumber(self):
        for m in self.measurements[:2]:
            a = m.stats.arrays
            bin_index = int(0.55 / (2 * math.pi / synthetic.BOX_MPCH)) - 1
            expected = math.sqrt(a["power/p_model"][bin_index] / a["power/p_target"][bin_index]) - 1
            self.assertAlmostEqual(self.value("T - 1 at k = 0.55", m.label), expected, places=12)

    def test_largest_transfer_error_of_a_range(self):
        a = self.measurements[0].stats.arrays
        inside = [i for i, k in enumerate(a["power/k"]) if 0.03 < k < 0.5]
        expected = max((math.sqrt(a["power/p_model"][i] / a["power/p_target"][i]) - 1 for i in inside), key=abs)
        self.assertAlmostEqual(self.value("T - 1, furthest", "d3m"), expected, places=12)

    def test_pdf_residual_at_a_density(self):
        a = self.measurements[1].stats.arrays
        i = max(j for j, edge in enumerate(a["pdf/edges"]) if edge <= 0.15)
        expected = a["pdf/fraction_model"][i] / a["pdf/fraction_target"][i] - 1
        self.assertAlmostEqual(self.value("PDF residual at rho/mean = 0.15", "default"), expected, places=12)

    def test_mean_bispectrum_residual(self):
        a = self.measurements[0].stats.arrays
        expected = sum(abs(b / t - 1) for b, t in zip(a["bispectrum/b_model"], a["bispectrum/b_target"])) / 25
        self.assertAlmostEqual(self.value("bispectrum", "d3m"), expected, places=12)

    def test_void_residual_near_a_radius(self):
        a = self.measurements[0].stats.arrays
        i = min(range(8), key=lambda j: abs(a["voids/vsf_radius"][j] - 30))
        self.assertAlmostEqual(self.value("void size function, residual", "d3m"),
                               a["voids/vsf_model"][i] / a["voids/vsf_target"][i] - 1, places=12)

    def test_the_best_baseline_is_named_and_missing_cells_are_explained(self):
        by_quantity = {row[0]: row for row in self.rows}
        self.assertIn("linear filter: ", by_quantity["T - 1 at k = 0.7 h/Mpc"][-1])
        self.assertEqual(by_quantity["PDF residual at rho/mean = 9"][2], "no cells near 9")

    def test_ratios_of_ensembles_are_ratios_of_means_with_errors(self):
        m = measurement("d3m", 0.05, realisations=4)
        m.stats.arrays["ensemble/bispectrum/b_model/ratio_of_means"] = np.full(25, 1.25)
        m.stats.arrays["ensemble/bispectrum/b_model/ratio_error"] = np.full(25, 0.5)
        ratio, error = m.ratio("bispectrum/b")
        self.assertTrue(np.all(ratio == 1.25) and np.all(error == 0.5))
        self.assertAlmostEqual(paper_numbers.bispectrum_residual(m).value, 0.25, places=12)


class Drawn(unittest.TestCase):
    def test_figures_come_as_png_and_pdf(self):
        measurements = [measurement(label, 0.01, seed=i) for i, label in enumerate(("identity", "d3m", "default"))]
        for drawn in (residual_figures.residual_figure(measurements, ["identity", "d3m", "default"]),
                      shape_figures.bispectrum_figure(measurements), shape_figures.voids_figure(measurements)):
            self.assertTrue(drawn.png.startswith(b"\x89PNG"))
            self.assertTrue(drawn.pdf.startswith(b"%PDF"))
        self.assertIn("mean 0.1, standard deviation 1", residual_figures.residual_caption(measurements, ["d3m"]))

    def test_distributions_in_wider_bins_keep_their_integral(self):
        x, density = residual_figures.density_of(measurement("d3m", 0.0))
        self.assertLess(len(x), 200)
        self.assertAlmostEqual(float(np.sum(density) * (x[1] - x[0])), 1.0, delta=0.02)


class Plans(unittest.TestCase):
    def plan(self, text, **others):
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        for name, content in others.items():
            pathlib.Path(directory.name, f"{name}.ini").write_text(content)
        path = pathlib.Path(directory.name) / "plan.ini"
        path.write_text(text)
        return Plan(path)

    def test_shipped_plans_are_sound(self):
        for path in sorted((ROOT / "configs/reproduce").glob("*.ini")):
            plan = Plan(path)
            test, train = (set(plan.pairs[label].seeds) for label in ("test", "train"))
            self.assertFalse(test & train, path)
            self.assertEqual(plan.model_of["d3m"], {"0.150": "d3m", "0.600": "d3m-0.6"})
            self.assertNotIn("0.300", plan.pairs["train"].masses)

    def test_a_plan_adds_to_its_base_and_overrides_it(self):
        plan = self.plan("[plan]\nbase = base.ini\n[pairs a]\nbox.n = 16\n", base=MINIMAL)
        self.assertEqual(plan.pairs["a"].settings, {"box.n": "16"})
        self.assertEqual(plan.pairs["a"].measured, ["linear"])

    def test_a_section_is_like_another_but_for_its_own_keys(self):
        plan = self.plan("[plan]\nbase = base.ini\n[model m]\ntrain.epochs = 7\n", base=MINIMAL + (
            "[model m]\npairs = a\nmasses = 0.15\nmodel.architecture = d3m\ntrain.epochs = 5\n"
            "[model n]\nlike = m\nmasses = 0.6\nmodel.padding = halo\n[method n]\nmodel = n\n"))
        model = plan.models["n"]
        self.assertEqual((model.pairs, model.masses), ("a", ["0.600"]))
        self.assertEqual(model.settings, {"model.architecture": "d3m", "train.epochs": "7", "model.padding": "halo"})
        self.assertEqual(plan.models["m"].masses, ["0.150"])
        self.assertEqual((plan.architecture_of("n"), plan.architecture_of("linear")), ("d3m", ""))

    def test_lists_of_seeds(self):
        self.assertEqual(seeds_of("1-3, 7,9-9"), [1, 2, 3, 7, 9])

    def test_what_a_plan_cannot_mean_is_refused_by_name(self):
        for text, complaint in ((MINIMAL + "[pairs b]\nmeasure = vnet\n", "'vnet' is no method"),
                                (MINIMAL + "[model m]\npairs = c\n", "'c' is no set of pairs"),
                                (MINIMAL + "[method m]\nmodel 0.15 = n\n", "'n' is no model"),
                                (MINIMAL + "[pairs c]\nseed = 1\n", r"\[pairs c\] has no key seed"),
                                (MINIMAL + "[model m]\nlike = n\n", r"like \[model n\], which is not there"),
                                (MINIMAL + "[figure]\n", r"\[figure\] is no section"),
                                ("[pairs a]\n", "main names no set")):
            with self.assertRaisesRegex(SystemExit, complaint):
                self.plan(text)


class Chain(unittest.TestCase):
    def test_a_dry_run_says_what_the_plan_takes(self):
        done = subprocess.run([sys.executable, ROOT / "tools/reproduce.py", ROOT / "configs/reproduce/paper.ini",
                               "--out", "unused", "--dry-run"], capture_output=True, text=True,
                              env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"})
        self.assertEqual(done.returncode, 0, done.stderr)
        # 90 seeds x 3 masses x 512^3 x 24 bytes = 810 GiB.
        self.assertIn("pairs train: 270 boxes to simulate", done.stdout)
        self.assertIn("810 GiB", done.stdout)


if __name__ == "__main__":
    unittest.main()
