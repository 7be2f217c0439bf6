"""tools/compare_variants.py: figures of merit against sums written out here, verdicts, command line."""

import copy
import math
import pathlib
import sys
import tempfile
import unittest

import numpy as np

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tools"), str(pathlib.Path(__file__).resolve().parent)]

import compare_variants  # noqa: E402
import synthetic  # noqa: E402
from nubox_study import bars, figures_of_merit as merit  # noqa: E402
from nubox_study.variants import Method, PairSet, predict  # noqa: E402


class Orders:
    """Stands in for the workshop: keeps the stages that it is asked to run."""

    def __init__(self):
        self.work, self.stages = pathlib.Path("work"), []

    def run(self, stage):
        self.stages.append(stage)


class Predictions(unittest.TestCase):
    def test_a_set_of_another_cosmology_says_so_to_every_method(self):
        pairs = PairSet("other", [pathlib.Path("pair-1")], {"cosmology.n_s": "0.99"})
        orders = Orders()
        predict(orders, Method("linear", {"model.prior": "linear"}), pairs.directories[0], pairs, "0.150")
        self.assertEqual(orders.stages[0].settings, {"predict.mnu_eV": "0.15", "cosmology.n_s": "0.99",
                                                     "model.prior": "linear", "model.architecture": "none"})


def realisation(slope, noise=0.02, error=0.1, seed=0):
    """A synthetic table with mode counts that differ from bin to bin, counts of the model, and a bispectrum."""
    table = copy.deepcopy(synthetic.stats_table(slope, noise, error))
    arrays, random = table.arrays, np.random.default_rng(seed)
    arrays["power/modes"] = random.integers(5, 50, len(arrays["power/k"])).astype(np.uint64)
    arrays["pdf/counts_model"] = np.floor(arrays["pdf/counts_target"] * random.uniform(0.9, 1.1, 99))
    for name in ("b", "q"):
        arrays[f"bispectrum/{name}_target"] = random.uniform(1, 2, 25)
        arrays[f"bispectrum/{name}_model"] = arrays[f"bispectrum/{name}_target"] * random.uniform(0.9, 1.2, 25)
    return table


class Merits(unittest.TestCase):
    def setUp(self):
        self.tables = [realisation(slope, seed=i) for i, slope in enumerate((0.02, -0.01, 0.03))]

    def transfer_of_band(self, table, low, high):
        a, model, target = table.arrays, 0.0, 0.0
        for k, modes, p, p_target in zip(a["power/k"], a["power/modes"], a["power/p_model"], a["power/p_target"]):
            if low <= k < high:
                model += modes * p
                target += modes * p_target
        return math.sqrt(model / target)

    def test_largest_transfer_error_is_that_of_the_worst_band_of_the_mean(self):
        for k_max, count in ((0.7, 6), (1.0, 9)):
            means, errors = [], []
            for i in range(count):
                values = [self.transfer_of_band(t, 0.1 * (i + 1), 0.1 * (i + 2)) for t in self.tables]
                means.append(sum(values) / 3)
                errors.append(np.std(values, ddof=1) / math.sqrt(3))
            worst = max(range(count), key=lambda i: abs(means[i] - 1))
            found = merit.transfer_merit(self.tables, k_max)
            self.assertAlmostEqual(found.value, abs(means[worst] - 1), places=12)
            self.assertAlmostEqual(found.error, errors[worst], places=12)

    def test_one_realisation_has_no_error(self):
        for found in merit.merits(self.tables[:1]).values():
            self.assertTrue(math.isnan(found.error))
            self.assertTrue(math.isfinite(found.value))

    def test_a_perfect_method_has_figures_of_zero(self):
        perfect = realisation(0.0, noise=0.0, error=0.0)
        for name in ("pdf/counts", "bispectrum/b", "bispectrum/q"):
            perfect.arrays[f"{name}_model"] = perfect.arrays[f"{name}_target"]
        for name, found in merit.merits([perfect, perfect]).items():
            self.assertAlmostEqual(found.value, 0, places=12, msg=name)

    def test_pdf_sums_cells_and_leaves_out_thin_bins(self):
        residuals = []
        edges = self.tables[0].arrays["pdf/edges"]
        for i in range(99):
            model = sum(t.arrays["pdf/counts_model"][i] for t in self.tables)
            target = sum(int(t.arrays["pdf/counts_target"][i]) for t in self.tables)
            if edges[i] >= 0.2 and edges[i + 1] <= 8 and target >= 100:
                residuals.append(abs(model / target - 1))
        self.assertLess(len(residuals), np.sum((edges[:-1] >= 0.2) & (edges[1:] <= 8)))
        self.assertAlmostEqual(merit.pdf_merit(self.tables).value, sum(residuals) / len(residuals), places=12)

    def test_bispectrum_is_a_ratio_of_means_with_a_jackknife_error(self):
        def mean_residual(tables):
            return sum(abs(sum(t.arrays["bispectrum/b_model"][i] for t in tables) /
                           sum(t.arrays["bispectrum/b_target"][i] for t in tables) - 1) for i in range(25)) / 25

        left_out = [mean_residual([t for j, t in enumerate(self.tables) if j != i]) for i in range(3)]
        centre = sum(left_out) / 3
        found = merit.bispectrum_merit(self.tables)
        self.assertAlmostEqual(found.value, mean_residual(self.tables), places=12)
        self.assertAlmostEqual(found.error, math.sqrt(2 / 3 * sum((x - centre) ** 2 for x in left_out)), places=12)

    def test_correlation_weighs_modes_around_one(self):
        table = self.tables[0]
        a = table.arrays
        near = [i for i, k in enumerate(a["power/k"]) if 0.95 <= k < 1.05]
        model, target, cross = (sum(float(a["power/modes"][i]) * a[f"power/p_{n}"][i] for i in near)
                                for n in ("model", "target", "cross"))
        self.assertAlmostEqual(merit.correlation_merit([table]).value, 1 - cross / math.sqrt(model * target), places=12)


class Verdicts(unittest.TestCase):
    def verdict(self, table, **wanted):
        rows = bars.verdicts(table, {})
        return [row["verdict"] for row in rows if all(row[key] == value for key, value in wanted.items())]

    def table(self, **values):
        """Every figure of merit of method M has one value, at 0.15, 0.3 and 0.6 eV alike."""
        return {("2N", mass, method): {name: merit.Merit(value, math.nan, ()) for name in bars.COLUMNS}
                for mass in ("0.150", "0.300", "0.600") for method, value in values.items()}

    def test_limits_shares_and_baselines(self):
        good, bad = self.table(default=0.001, rewind=0.005), self.table(default=0.0047, rewind=0.005)
        self.assertEqual(self.verdict(good, pairs="2N", mass="0.150", method="default"), ["holds"] * 6)
        self.assertEqual(self.verdict(bad, pairs="2N", mass="0.150", method="default"),
                         ["missed", "missed", "missed", "holds", "holds", "holds"])

    def test_what_was_not_measured_is_no_verdict(self):
        self.assertEqual(set(self.verdict(self.table(rewind=0.005), method="default")), {"not measured"})

    def test_an_absent_mass_is_judged_by_its_neighbours(self):
        table = self.table(default=0.001)
        table["2N", "0.300", "default"]["transfer_0.7"].value = 0.0016
        self.assertEqual(self.verdict(table, mass="0.300"), ["missed", "holds"])

    def test_a_changed_massless_box_is_a_miss(self):
        rows = bars.verdicts({}, {("2N", "default"): False, ("fine", "default"): True})
        self.assertEqual([row["verdict"] for row in rows[-2:]], ["missed", "holds"])


class CommandLine(unittest.TestCase):
    def test_a_model_may_serve_one_mass_only(self):
        methods = compare_variants.methods_of(["linear"], ["d3m@0.15=a.h5", "d3m@0.6=b.h5", "default=c.h5"],
                                              ["default:predict.tile=32"])
        linear, d3m, default = methods
        self.assertEqual(str(d3m.model_for("0.150")), "a.h5")
        self.assertFalse(d3m.applies_to("0.300"))
        self.assertTrue(linear.applies_to("0.300") and default.applies_to("0.300"))
        self.assertEqual(default.settings, {"predict.tile": "32"})

    def test_pairs_are_found_in_the_order_of_seeds(self):
        with tempfile.TemporaryDirectory() as directory:
            for seed, masses in ((9, ("0.000", "0.150")), (10, ("0.000",)), (11, ())):
                pair = pathlib.Path(directory) / f"pair-{seed}"
                pair.mkdir()
                for mass in masses:
                    (pair / f"mnu-{mass}.h5").touch()
            found = compare_variants.PairSet.found("x", [directory])
            self.assertEqual(found.seeds(), ["9", "10"])
            self.assertEqual(found.having("0.150").seeds(), ["9"])


if __name__ == "__main__":
    unittest.main()
