"""tools/bench_scaling.sh on this machine, and the tables that tools/compare_bench.py makes of JSON files."""

import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

from project import BINARY, SOURCE, environment

COMPARE = SOURCE / "tools/compare_bench.py"
BENCH = SOURCE / "tools/bench_scaling.sh"


def document(n, ranks, rows, what="fft"):
    """A file of nubox bench; rows: (quantity, value, unit, limit value or None)."""
    written = []
    for quantity, value, unit, limit in rows:
        row = {"component": what, "quantity": quantity, "value": value, "unit": unit}
        if limit is not None:
            row.update(limit=f"limit of {quantity}", limit_value=limit, ratio=value / limit)
        written.append(row)
    return {"format": "nubox-bench", "format_version": 1, "what": what, "n": n, "ranks": ranks, "rows": written}


class Directory(unittest.TestCase):
    def setUp(self):
        self.directory = pathlib.Path(tempfile.mkdtemp(prefix="nubox-bench-"))
        self.addCleanup(shutil.rmtree, self.directory)

    def written(self, name, content):
        path = self.directory / name
        path.write_text(json.dumps(content))
        return path

    def compare(self, *arguments):
        return subprocess.run([sys.executable, COMPARE, *map(str, arguments)], text=True, capture_output=True)


class Tables(Directory):
    def test_ratios_say_how_much_faster_the_second_file_is(self):
        rows = (("forward, 64^3", 2.0, "s", 1.0), ("write", 1.0, "GB/s", None), ("step", 3.0, "us/particle/step", None),
                ("memory", 100.0, "B/particle", None))
        a = self.written("a.json", document(64, 1, rows))
        b = self.written("b.json", document(64, 1, [(quantity, value / 2, unit, limit)
                                                    for quantity, value, unit, limit in rows]))
        lines = self.compare(a, b).stdout.splitlines()
        for line, words in zip(lines[1:], ("2 times as fast", "0.5 times as fast", "2 times as fast",
                                           "0.5 times as much")):
            self.assertIn(words, line)
        self.assertIn("2 -> 1", lines[1])

    def test_scaling_separates_strong_from_weak(self):
        # 64^3 in 8 s; on 8 ranks in 2 s (speed-up 4, efficiency 1/2); 128^3 on 8 ranks in 10 s (weak efficiency 0.8).
        paths = [self.written(f"{n}-{ranks}.json", document(n, ranks, [(f"forward, {n}^3", seconds, "s", seconds / 2)]))
                 for n, ranks, seconds in ((64, 1, 8.0), (64, 8, 2.0), (128, 8, 10.0))]
        out = self.directory / "scaling.json"
        done = self.compare("--scaling", *paths, "--out", out, "--plot", self.directory / "scaling.png")
        self.assertEqual(done.returncode, 0, done.stderr)
        found = {(row["mode"], row["n"], row["ranks"]): (row["speed_up"], row["efficiency"])
                 for row in json.loads(out.read_text())["rows"]}
        self.assertEqual(found, {("strong", 64, 1): (1, 1), ("strong", 64, 8): (4, 0.5), ("weak", 64, 1): (1, 1),
                                 ("weak", 128, 8): (6.4, 0.8)})
        self.assertEqual((self.directory / "scaling.png").read_bytes()[:8], b"\x89PNG\r\n\x1a\n")

    def test_core_time_and_rates_scale_with_all_ranks(self):
        for unit, alone, shared in (("us/particle/step", 1.0, 1.25), ("GB/s", 1.0, 1.6)):
            paths = [self.written(f"{ranks}.json", document(64, ranks, [("step", value, unit, 1.0)], "simulate"))
                     for ranks, value in ((1, alone), (2, shared))]
            out = self.directory / "scaling.json"
            self.compare("--scaling", *paths, "--out", out)
            self.assertAlmostEqual(json.loads(out.read_text())["rows"][1]["speed_up"], 1.6)

    def test_rows_that_name_their_scaling_are_taken_at_their_word(self):
        paths = [self.written(f"{ranks}.json", document(64, ranks, [("net: weak, step of 4 crops", weak, "s", 1.0),
                                                                    ("net: strong, step of 4 crops", strong, "s", None),
                                                                    ("net: forward", 1.0, "s", None)], "train"))
                 for ranks, weak, strong in ((1, 1.0, 1.0), (2, 1.25, 0.625))]
        out = self.directory / "scaling.json"
        self.compare("--scaling", *paths, "--out", out)
        self.assertEqual([(row["mode"], row["ranks"], row["speed_up"]) for row in json.loads(out.read_text())["rows"]],
                         [("strong", 1, 1), ("strong", 2, 1.6), ("weak", 1, 1), ("weak", 2, 1.6)])

    def test_a_line_per_component_beside_its_limit(self):
        path = self.written("a.json", document(64, 2, [("forward", 3.0, "s", 2.0), ("plain", 1.0, "s", None)]))
        lines = self.compare("--roofline", path).stdout.splitlines()
        self.assertEqual(len(lines), 2)
        self.assertEqual(lines[1].split()[:7], ["fft:", "forward", "2", "3", "2", "s", "1.5"])

    def test_foreign_files_and_files_with_nothing_in_common_are_refused(self):
        a = self.written("a.json", document(64, 1, [("forward", 1.0, "s", 1.0)]))
        b = self.written("b.json", document(64, 1, [("backward", 1.0, "s", 1.0)]))
        self.assertIn("no row in common", self.compare(a, b).stderr)
        self.assertIn("no file of nubox bench", self.compare(self.written("c.json", {}), a).stderr)
        self.assertEqual(self.compare(a).returncode, 2)


class Bench(Directory):
    def test_one_machine_without_slurm(self):
        out = self.directory / "bench"
        for _ in range(2):  # the second call finds all files
            done = subprocess.run([BENCH, "--out", out, "--n", "32", "--repeats", "1", "fft", "simulate"], text=True,
                                  capture_output=True, env=environment(NUBOX_BINARY=BINARY))
            self.assertEqual(done.returncode, 0, done.stderr)
            rows = [line for line in done.stdout.splitlines() if "^3" in line]
            self.assertEqual(len(rows), 12, done.stdout)  # three quantities, two modes, two rank counts
        self.assertNotIn("== fft", done.stderr)
        self.assertTrue((out / "scaling.png").exists())
        done = subprocess.run([BENCH, "--out", out, "--n", "32", "--repeats", "2", "--strong", "fft"], text=True,
                              capture_output=True, env=environment(NUBOX_BINARY=BINARY))
        self.assertEqual(done.stderr.count("== fft"), 2, done.stderr)  # other repeats: other work

    def test_the_job_script_runs_on_one_machine_as_well(self):
        out = self.directory / "bench"
        done = subprocess.run(["bash", "jobs/bench_scaling.slurm", out, "--n", "16", "--repeats", "1", "--strong",
                               "fft"], text=True, capture_output=True, cwd=SOURCE,
                              env=environment(NUBOX_BINARY=BINARY, NUBOX_RANKS="2"))
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(sum("^3" in line for line in done.stdout.splitlines()), 2, done.stdout)

    def test_under_slurm_every_run_gets_its_share_of_the_nodes(self):
        launcher = self.directory / "bin/srun"
        launcher.parent.mkdir()
        launcher.write_text('#!/bin/bash\necho "$*" >>"$CALLS"\nexit 1\n')
        launcher.chmod(0o755)
        calls = self.directory / "calls.txt"
        subprocess.run([BENCH, "--out", self.directory / "out", "--ranks-per-node", "8", "--nodes", "6", "--n", "64",
                        "fft"], capture_output=True, env=environment(NUBOX_LAUNCH="srun --mpi=pmix", CALLS=str(calls),
                                                            PATH=f"{launcher.parent}:{os.environ['PATH']}"))
        asked = [line.split(" ", 4)[1:3] + [line.split("--bench.n=")[1].split()[0]] for line in
                 calls.read_text().splitlines()]
        strong = [[f"--nodes={nodes}", f"--ntasks={8 * nodes}", "64"] for nodes in (1, 2, 4, 6)]
        self.assertEqual(asked[:4], strong)
        self.assertEqual([size for *_, size in asked[4:]], ["64", "80", "104", "120"])

    def test_options_that_do_not_exist_are_usage_errors(self):
        self.assertEqual(subprocess.run([BENCH, "--speed"], capture_output=True).returncode, 2)
        self.assertEqual(subprocess.run([BENCH], capture_output=True).returncode, 2)


if __name__ == "__main__":
    unittest.main()
