"""simulate -> train -> predict -> stats -> report on a tiny box, and what users expect around it."""

import json
import pathlib
import subprocess
import sys
import unittest

import h5py
import numpy

from harness import SOURCE, TINY, SystemTest, nubox


class Pipeline(SystemTest):
    def run_ok(self, *args, **options):
        outcome = nubox(*args, **options)
        self.assertEqual(outcome.code, 0, str(outcome))
        return outcome

    def test_simulate_train_predict_measure_report(self):
        d = self.directory
        simulate = ["simulate", *TINY, "--simulate.seeds=1-3", f"--simulate.out={d}/pairs"]
        self.run_ok(*simulate)
        for seed in (1, 2, 3):
            for mass in ("0.000", "0.150"):
                self.assertTrue((d / f"pairs/pair-{seed}/mnu-{mass}.h5").exists())
            self.assertTrue((d / f"pairs/pair-{seed}/power.txt").exists())
            self.assertTrue((d / f"pairs/pair-{seed}/config.used.ini").exists())
            json.loads((d / f"pairs/pair-{seed}/provenance.json").read_text())

        # A second run skips what stands; a removed file, and only it, is made again with equal bytes.
        victim = d / "pairs/pair-2/mnu-0.150.h5"
        keeper = d / "pairs/pair-1/mnu-0.150.h5"
        before = {path: (path.stat().st_mtime_ns, h5py.File(path)["displacement"][...]) for path in (victim, keeper)}
        victim.unlink()
        again = self.run_ok(*simulate)
        self.assertEqual(again.err.count("complete, skipped"), 5, str(again))
        self.assertEqual(keeper.stat().st_mtime_ns, before[keeper][0])
        numpy.testing.assert_array_equal(h5py.File(victim)["displacement"][...], before[victim][1])

        self.run_ok("train", f"--data.pairs={d}/pairs/pair-[12]", "--data.split=0.5,0.5,0",
                    "--model.channels=4", "--train.epochs=2", "--train.batch=2", "--train.crop=8",
                    f"--train.out={d}/training")
        model = d / "training/model.h5"
        self.assertTrue(model.exists())
        steps = [json.loads(line) for line in (d / "training/metrics.jsonl").read_text().splitlines()]
        self.assertGreater(len(steps), 1)
        self.run_ok("train", d / "training/config.used.ini", f"--train.out={d}/again")
        first, second = (h5py.File(d / name / "model.h5")["weights"] for name in ("training", "again"))
        for name, weight in first.items():
            numpy.testing.assert_array_equal(second[name][...], weight[...])

        massless = d / "pairs/pair-3/mnu-0.000.h5"
        massive = d / "pairs/pair-3/mnu-0.150.h5"
        stats = []
        for label, options in {
            "identity": ["--model.architecture=none", "--model.prior=none"],
            "linear": ["--model.architecture=none", "--model.prior=linear"],
            "rewind": ["--model.architecture=none", "--model.prior=rewind"],
            "za": ["--model.architecture=none", "--model.prior=za"],
            "network": [f"--predict.model={model}"],
        }.items():
            box = d / label / "predicted.h5"
            self.run_ok("predict", f"--predict.in={massless}", f"--predict.out={box}", "--predict.mnu_eV=0.15",
                        *options)
            self.run_ok("stats", f"--stats.in={box}", f"--stats.target={massive}", f"--stats.out={d}/{label}/stats.h5",
                        "--pdf.radius_mpch=6")
            stats.append(f"{label}={d}/{label}/stats.h5")
        box = {label: h5py.File(d / label / "predicted.h5")["displacement"][...]
               for label in ("identity", "rewind", "network")}
        numpy.testing.assert_array_equal(box["identity"], h5py.File(massless)["displacement"][...])
        # The network does something, and not much after so short a training.
        correction = numpy.abs(box["network"] - box["rewind"]).mean()
        self.assertGreater(correction, 1e-5)
        self.assertLess(correction, 0.05)

        report = subprocess.run([sys.executable, SOURCE / "tools/report.py", "--stats", *stats, "--metrics",
                                 d / "training/metrics.jsonl", "--out", d / "page.html"],
                                capture_output=True, text=True)
        self.assertEqual(report.returncode, 0, report.stderr)
        for label in ("identity", "linear", "za", "network"):
            self.assertIn(label, report.stdout)
        page = (d / "page.html").read_text()
        self.assertGreaterEqual(page.count("data:image/png;base64,"), 3)

    def test_zero_mass_returns_the_input_bit_for_bit(self):
        d = self.directory
        self.run_ok("simulate", *TINY, "--simulate.seeds=9", "--simulate.mnu_eV=0", f"--simulate.out={d}/zero")
        massless = d / "zero/pair-9/mnu-0.000.h5"
        for prior in ("linear", "none"):
            out = d / f"zero-{prior}.h5"
            self.run_ok("predict", f"--predict.in={massless}", "--predict.mnu_eV=0", f"--predict.out={out}",
                        "--model.architecture=none", f"--model.prior={prior}")
            for name in ("displacement", "velocity"):
                numpy.testing.assert_array_equal(h5py.File(out)[name][...], h5py.File(massless)[name][...])

    def test_run_from_its_own_config_gives_the_same_bytes(self):
        d = self.directory
        self.run_ok("simulate", *TINY, "--simulate.mnu_eV=0", f"--simulate.out={d}/first")
        used = d / "first/pair-1/config.used.ini"
        self.run_ok("simulate", used, f"--simulate.out={d}/second")
        first, second = (h5py.File(d / name / "pair-1/mnu-0.000.h5") for name in ("first", "second"))
        for name in ("displacement", "velocity"):
            numpy.testing.assert_array_equal(first[name][...], second[name][...])

    def test_check_and_dry_run_do_nothing(self):
        d = self.directory
        for flag in ("--check", "--dry-run"):
            outcome = self.run_ok("simulate", *TINY, flag, f"--simulate.out={d}/none")
            self.assertFalse((d / "none").exists())
        self.assertIn("per rank", outcome.err)

    def test_a_bare_output_name_is_written_where_the_command_runs(self):
        d = self.directory
        self.run_ok("simulate", *TINY, "--simulate.seeds=4", "--simulate.mnu_eV=0", f"--simulate.out={d}/bare")
        massless = d / "bare/pair-4/mnu-0.000.h5"
        here = d / "here"
        here.mkdir()
        self.run_ok("predict", f"--predict.in={massless}", "--model.architecture=none", "--predict.out=box.h5", cwd=here)
        self.run_ok("stats", "--stats.in=box.h5", "--pdf.radius_mpch=6", cwd=here)
        self.assertTrue((here / "box.h5").exists() and (here / "stats.h5").exists())

    def test_help_and_version_come_from_the_program(self):
        self.assertIn("simulate", self.run_ok("--help", ranks=1).out)
        for args in (["--version"], ["simulate", "--version"]):
            self.assertIn("LibTorch", self.run_ok(*args, ranks=1).out)
        for command in ("simulate", "train", "predict", "stats", "info"):
            self.assertIn("--", self.run_ok(command, "--help", ranks=1).out)
            config = self.directory / f"{command}.ini"
            config.write_text(self.run_ok(command, "--help-config", ranks=1).out)
            self.assertIn("[", config.read_text())


if __name__ == "__main__":
    unittest.main()
