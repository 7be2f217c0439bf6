"""The report's table, maps and page against numbers worked out here."""

import base64
import contextlib
import io
import json
import math
import pathlib
import re
import sys
import tempfile
import unittest

import numpy as np

SOURCE = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(SOURCE / "tools"), str(pathlib.Path(__file__).resolve().parent)]

import report  # noqa: E402
import synthetic  # noqa: E402
from nubox_report import maps, training  # noqa: E402
from nubox_report.measurements import Measurement, require_same_target, summary_rows, summary_text  # noqa: E402


def measurement(label, *numbers, **options):
    return Measurement(label, pathlib.Path(__file__), synthetic.stats_table(*numbers, **options))


class Table(unittest.TestCase):
    def test_transfer_and_correlation_are_those_of_the_bin_that_contains_k(self):
        m = measurement("network", 0.05, 0.02, 0.1)
        arrays, fundamental = m.stats.arrays, 2 * math.pi / synthetic.BOX_MPCH
        row = summary_rows([m])[0]
        for i, k in enumerate((0.1, 0.3, 0.5, 0.7, 1.0)):
            bin_index = math.floor(k / fundamental) - 1  # bins [n, n+1) from n = 1
            transfer = math.sqrt(arrays["power/p_model"][bin_index] / arrays["power/p_target"][bin_index])
            correlation = arrays["power/p_cross"][bin_index] / math.sqrt(
                arrays["power/p_model"][bin_index] * arrays["power/p_target"][bin_index])
            self.assertAlmostEqual(row["transfer"][i], transfer, places=12)
            self.assertAlmostEqual(row["correlation"][i], correlation, places=12)
        self.assertAlmostEqual(row["error_mpch"], 0.1, places=12)

    def test_wavenumbers_outside_the_mesh_have_no_value(self):
        m = measurement("network", 0.05, 0.02, 0.1)
        self.assertTrue(math.isnan(m.in_bin_of("transfer", 0.01)))
        self.assertTrue(math.isnan(m.in_bin_of("transfer", 50.0)))
        self.assertEqual(m.in_bin_of("transfer", m.array("power/k_edges")[3]), m.array("power/transfer")[3])

    def test_terminal_table_has_a_row_per_method(self):
        rows = summary_rows([measurement("identity", 0.05, 0.02, 0.3), measurement("network", 0.0, 0.0, 0.05)])
        text = summary_text(rows).splitlines()
        self.assertTrue(text[1].startswith("identity") and "0.30000" in text[1])
        self.assertTrue(text[2].startswith("network") and "1.0000" in text[2])

    def test_the_closest_to_the_target_is_marked_in_each_column(self):
        rows = summary_rows([measurement("identity", 0.05, 0.02, 0.3), measurement("network", -0.01, 0.005, 0.05)])
        marked = report.table_for_page(rows)
        self.assertFalse(any(cell["best"] for cell in marked[0]["cells"]))
        self.assertTrue(all(cell["best"] for cell in marked[1]["cells"]))

    def test_measurements_against_different_targets_are_refused(self):
        one, other = measurement("a", 0.1, 0.1, 1.0), measurement("b", 0.1, 0.1, 1.0)
        require_same_target([one, other])
        other.stats.arrays["power/p_target"] = 2 * other.array("power/p_target")
        with self.assertRaisesRegex(SystemExit, "p_target differs"):
            require_same_target([one, other])


class Structure(unittest.TestCase):
    """Figures of the statistics that need no power spectrum of their own."""

    def setUp(self):
        m = measurement("network", 0.05, 0.02, 0.1)
        arrays, groups = m.stats.arrays, m.stats.group_attributes
        mass_edges, radius = np.logspace(13, 15, 6), np.linspace(1, 20, 10)
        k = arrays["power/k"]
        arrays |= {"haloes/mass_edges": mass_edges, "haloes/counts_target": np.array([90, 40, 20, 5, 0]),
                   "haloes/match_mass_scatter": np.full(5, 0.1), "haloes/power/k": k,
                   "haloes/pairs/distance_edges": np.arange(6.0), "knn/k": np.array([1, 2]), "knn/radius": radius,
                   "correlation/r": radius, "minkowski/threshold": radius, "marked/k": k}
        columns = {"haloes/hmf": np.array([9, 4, 2, 0.5, 0.0]), "haloes/pairs/velocity": -np.arange(5.0),
                   "knn/cdf": np.stack([radius / 20, radius**2 / 400]), "correlation/xi": 1 / radius,
                   "marked/m": 1 / k}
        columns |= {f"haloes/power/{name}": 1 + k for name in ("bias", "p0", "p2")}
        columns |= {f"minkowski/v{order}": radius for order in range(4)}
        for name, values in columns.items():
            arrays[name + "_model"], arrays[name + "_target"] = 1.02 * values, values
        groups["haloes"] = {"linking_length": 0.2, "least_particles": 20}
        groups["haloes/power"] = {"min_mass_msunh": 0.0, "weights": "all haloes alike", "line_of_sight": "z",
                                  "shot_noise": "raw", "interlacing": "none"}
        groups["knn"] = {"points_per_side": 100}
        groups["correlation"] = {"estimator": "sum", "smoothing_mpch": 2.0, "mesh": 64, "assignment": "cic",
                                 "shot_noise": "raw"}
        groups["marked"] = {"mark": "m", "radius_mpch": 10.0, "delta_s": 0.25, "p": 2.0, "shot_noise": "raw",
                            "k_nyquist_hmpc": groups["power"]["k_nyquist_hmpc"]}
        groups["minkowski"] = {"filter": "Gaussian", "radius_mpch": 10.0, "estimator": "Crofton"}
        self.measurement = m

    def test_each_measured_statistic_has_a_figure_with_its_settings(self):
        drawn = {name: (picture, caption) for name, _, picture, caption in
                 report.page_figures([self.measurement], None, None, None)}
        for name, words in (("haloes", "155 haloes"), ("halo-clustering", "along z"), ("correlation", "R = 2 Mpc/h"),
                            ("marked", "delta_s = 0.25"), ("minkowski", "R = 10 Mpc/h"), ("knn", "k = 1, 2")):
            picture, caption = drawn[name]
            self.assertIn(words, caption)
            self.assertTrue(picture.png.startswith(b"\x89PNG") and picture.pdf.startswith(b"%PDF"))

    def test_a_target_without_haloes_has_no_figure_of_them(self):
        for name in ("haloes/hmf_target", "haloes/counts_target"):
            self.measurement.stats.arrays[name] = np.zeros(5)
        names = [name for name, *_ in report.page_figures([self.measurement], None, None, None)]
        self.assertNotIn("haloes", names)
        self.assertIn("knn", names)


class Map(unittest.TestCase):
    def test_undisplaced_lattice_is_uniform_wherever_its_origin_lies(self):
        for offset in (0.0, 0.5, 0.3):
            np.testing.assert_allclose(maps.density_map(np.zeros((3, 8, 8, 8)), 40.0, offset), 1.0, atol=1e-12)

    def test_painting_agrees_with_a_loop_over_particles(self):
        n, box = 6, 45.0
        displacement = np.random.default_rng(3).normal(0, 9, (3, n, n, n))
        mesh = np.zeros((n, n, n))
        for site in np.ndindex(n, n, n):
            x = [site[a] + displacement[(a, *site)] * n / box for a in range(3)]
            for node in np.ndindex(n, n, n):
                distance = [abs((x[a] - node[a] + n / 2) % n - n / 2) for a in range(3)]
                mesh[node] += math.prod(max(0.0, 1 - d) for d in distance)
        self.assertEqual(maps.slab_cells(n, box), 2)
        np.testing.assert_allclose(maps.density_map(displacement, box, 0.0), mesh[:, :, :2].mean(axis=2), atol=1e-12)


class Page(unittest.TestCase):
    def test_page_is_one_file_with_its_figures_inside(self):
        methods = [measurement("identity", 0.05, 0.02, 0.3), measurement("za", -0.2, 0.5, 1.2),
                   measurement("network", 0.004, 0.003, 0.05), measurement("<other>", 0.01, 0.01, 0.1)]
        metrics = [{"step": i, "loss": 1 / (i + 1), **({"validation_loss": 1 / (i + 2)} if i % 5 == 0 else {})}
                   for i in range(20)]
        target = np.random.default_rng(1).lognormal(0, 0.5, (16, 16))
        with tempfile.TemporaryDirectory() as directory:
            path = pathlib.Path(directory) / "new" / "page.html"
            figures = report.page_figures(methods, metrics, target, {m.label: target + 0.1 for m in methods})
            report.report_page(path, "title", methods, list(figures))
            page = path.read_text(encoding="utf-8")
            self.assertEqual([p.name for p in path.parent.iterdir()], ["page.html"])
        images = re.findall(r'src="data:image/png;base64,([^"]+)"', page)
        self.assertEqual(len(images), 5)
        for image in images:
            self.assertTrue(base64.b64decode(image).startswith(b"\x89PNG"))
        self.assertNotRegex(page, r"(src|href)=\"(?!data:)")
        self.assertIn("&lt;other&gt;", page)
        self.assertNotIn("<other>", page)

    def test_training_caption_names_the_best_validation(self):
        metrics = [{"step": 1, "loss": 3.0}, {"step": 2, "validation_loss": 0.5}, {"step": 3, "validation_loss": 0.7}]
        self.assertIn("0.5 at step 2", training.caption(metrics))

    def test_broken_lines_of_a_metrics_log_are_named_and_the_others_are_read(self):
        whole = [json.dumps({"kind": "step", "step": i, "loss": 1.0 / i}).encode() for i in range(1, 5)]
        broken = [whole[1][:-9], whole[1][:-9] + whole[2], b"17", b'{"kind": "step", "loss": 1}',
                  b'{"step": 5, "loss": "low"}', b'{"step": 5, "forward_seconds": 1}', b'{"step": 5, "loss": \xff}']
        with tempfile.TemporaryDirectory() as directory:
            path = pathlib.Path(directory) / "metrics.jsonl"
            path.write_bytes(b"\n".join([whole[0], *broken, b"", *whole[1:], b'{"step": 5, "loss": null}', whole[0][:-3]]))
            said = io.StringIO()
            with contextlib.redirect_stderr(said):
                metrics = training.read_metrics(path)
            self.assertEqual([record["step"] for record in metrics], [1, 2, 3, 4, 5])
            lines = said.getvalue().splitlines()
            self.assertEqual([re.search(r"metrics.jsonl, line (\d+): no ", line)[1] for line in lines],
                             ["2", "3", "4", "5", "6", "7", "8", "14"])
            self.assertIn("no number 'step'", lines[3])
            self.assertIn("no number 'loss'", lines[4])
        self.assertEqual(training.series(metrics, "loss")[0], [1, 2, 3, 4])
        self.assertTrue(training.training_figure(metrics).png.startswith(b"\x89PNG"))

    def test_training_figure_shows_where_the_time_of_a_step_goes(self):
        times = {"data_seconds": 0.1, "forward_seconds": 0.3, "backward_seconds": 0.5, "communication_seconds": 0.05,
                 "optimizer_seconds": 0.05, "seconds": 1.0, "gflop_per_second": 80.0, "samples_per_second": 4.0,
                 "memory_bytes": 2e9}
        metrics = [{"step": i, "loss": 1.0, **times} for i in range(1, 450)]
        steps, shares = training.time_shares(metrics)
        self.assertEqual(len(steps), 150)
        self.assertEqual(steps[-1], 449)
        self.assertAlmostEqual(shares["backward"][7], 0.5)
        self.assertTrue(training.training_figure(metrics).png.startswith(b"\x89PNG"))
        self.assertIn("80 GFLOP/s in convolutions, 10 % waiting for data", training.caption(metrics))


if __name__ == "__main__":
    unittest.main()
