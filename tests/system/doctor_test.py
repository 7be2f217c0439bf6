"""nubox doctor: a sound machine passes, and every check finds the defect that is planted for it."""

import json
import subprocess
import unittest

from harness import BINARY, TINY, SystemTest, nubox

HAS_TORCH = "LibTorch not built in" not in subprocess.run(
    [BINARY, "--version"], capture_output=True, text=True, check=True).stdout

# Places of seeded faults: check, exit code, part of the line that must tell, and whether the value is
# wrong (a failure) or only bad (a warning).
WRONG = [
    ("all_reduce", "mpi", 6, "all-reduce"),
    ("all_to_all", "mpi", 6, "all-to-all"),
    ("file", "hdf5", 4, "read back"),
    ("wave", "fft", 5, "plane wave"),
    ("round_trip", "fft", 5, "forward and backward"),
    ("steady_clock", "clock", 6, "steady clock"),
    ("memory", "needs", 2, "memory of simulate"),
    ("disk", "needs", 2, "disk"),
]
BAD = [
    ("latency", "mpi", 6, "latency"),
    ("bandwidth", "mpi", 6, "bandwidth"),
    ("file_speed", "hdf5", 4, "speed of the shared file"),
    ("locks", "hdf5", 4, "locks"),
    ("wall_clock", "clock", 6, "wall clocks"),
    ("threads", "binding", 2, "threads per allowed CPU"),
    ("binding", "binding", 2, "CPUs of others"),
]
if HAS_TORCH:
    WRONG += [("conv", "conv", 5, "error"), ("sums", "sums", 6, "gradient sums by mpi")]
    BAD += [("conv_speed", "conv", 5, "speed")]


class Doctor(SystemTest):
    def examine(self, *args, ranks=2, box=TINY, directory=None, **options):
        """Outcome and rows of a run with JSON beside the table."""
        path = self.directory / "doctor.json"
        path.unlink(missing_ok=True)
        outcome = nubox("doctor", *box, f"--doctor.directory={directory or self.directory}", "--doctor.n=16",
                        f"--json={path}", *args, ranks=ranks, **options)
        return outcome, json.loads(path.read_text())["rows"] if path.exists() else []

    def line(self, rows, check, text):
        found = [row for row in rows if row["check"] == check and text in row["quantity"]]
        self.assertTrue(found, f"no line '{text}' of {check} in {rows}")
        return found

    def test_this_machine_computes_right_on_any_number_of_ranks(self):
        for ranks in (1, 2, 3):
            with self.subTest(ranks=ranks):
                outcome, rows = self.examine(ranks=ranks)
                self.assertEnds(outcome, 0)
                # Tests share their cores: what they run on may be slow, but never wrong.
                self.assertEqual([row for row in rows if row["verdict"] == "FAIL"], [])
                self.assertEqual([row for row in rows if row["verdict"] == "warn"
                                  and not set(row["quantity"].split()) & {"speed", "latency", "bandwidth", "threads",
                                                                          "locks"}], [])
                for check in ("mpi", "hdf5", "fft", "clock", "binding", "needs"):
                    self.line(rows, check, "")
                for row in rows:  # the table says the same
                    self.assertIn(row["quantity"], outcome.out)

    def test_what_cannot_be_examined_is_said_and_no_failure(self):
        outcome, rows = self.examine("--doctor.checks=conv,sums", ranks=1)
        self.assertEnds(outcome, 0)
        reasons = [row["note"] for row in rows if row["verdict"] == "skipped"]
        if HAS_TORCH:
            self.assertLessEqual(set(reasons), {"no GPU", "no AVX-512 and no GPU of compute capability 8.0: fp32 is used"})
        else:
            self.assertEqual(reasons, ["this nubox was built without LibTorch"])
        outcome = nubox("doctor", "--doctor.checks=needs", ranks=1)
        self.assertEnds(outcome, 0)
        self.assertIn("skipped", outcome.out)

    def test_every_wrong_value_fails_under_its_name(self):
        for point, check, code, text in WRONG:
            with self.subTest(point=point):
                outcome, rows = self.examine(f"--doctor.checks={check}",
                                             env={"NUBOX_FAULT": f"doctor.{point}:1:bitflip"})
                self.assertEnds(outcome, code, f"doctor: {check}: ", text)
                self.assertIn("FAIL", [row["verdict"] for row in self.line(rows, check, text)])
                self.assertIn("FAIL", outcome.out)

    def test_every_bad_figure_fails_a_strict_examination(self):
        for point, check, code, text in BAD:
            with self.subTest(point=point):
                outcome, rows = self.examine(f"--doctor.checks={check}", "--doctor.strict=true",
                                             env={"NUBOX_FAULT": f"doctor.{point}:1:bitflip"})
                self.assertEnds(outcome, code, f"doctor: {check}: ", text)
                self.assertIn("FAIL", [row["verdict"] for row in self.line(rows, check, text)])

    def test_a_bad_figure_warns_where_nobody_is_strict(self):
        outcome, rows = self.examine("--doctor.checks=clock", env={"NUBOX_FAULT": "doctor.wall_clock:1:bitflip"})
        self.assertEnds(outcome, 0)
        self.assertEqual([row["verdict"] for row in rows], ["ok", "warn"])

    def test_a_check_that_cannot_be_made_fails_and_the_others_are_made(self):
        blocker = self.directory / "blocker"
        blocker.write_text("a file where a directory should be")
        outcome, rows = self.examine("--doctor.checks=hdf5,fft", directory=blocker)
        self.assertEnds(outcome, 4, "hdf5", str(blocker))
        self.assertEqual([row["verdict"] for row in rows if row["check"] == "fft"], ["ok", "ok"])
        outcome, rows = self.examine("--doctor.checks=hdf5", env={"NUBOX_FAULT": "write:1:enospc"})
        self.assertEnds(outcome, 4, "no space left")

    def test_ranks_on_one_cpu_are_found(self):
        one_cpu = {"rank_prefix": "taskset -cp 0 $$ > /dev/null"}
        outcome, rows = self.examine("--doctor.checks=binding", **one_cpu)
        self.assertEnds(outcome, 0)
        (row,) = self.line(rows, "binding", "threads per allowed CPU")
        self.assertEqual((row["verdict"], row["value"]), ("warn", 2))
        # One rank bound, one free to run there too.
        outcome, rows = self.examine("--doctor.checks=binding",
                                     rank_prefix='[ "$RANK" = 0 ] || taskset -cp 0 $$ > /dev/null')
        (row,) = self.line(rows, "binding", "CPUs of others")
        self.assertEqual((row["verdict"], row["value"]), ("warn", 1))

    def test_a_run_that_does_not_fit_is_found(self):
        outcome, rows = self.examine("--doctor.checks=needs", box=["--box.n=4096", "--box.size_mpch=8000"])
        self.assertEnds(outcome, 2, "memory of simulate, 4096^3", "GiB of")
        self.assertEqual([row["verdict"] for row in rows], ["FAIL", "FAIL"])

    def test_json_alone_on_stdout(self):
        outcome = nubox("doctor", "--doctor.checks=fft", "--json")
        self.assertEnds(outcome, 0)
        document = json.loads(outcome.out)
        self.assertEqual((document["format"], document["ranks"], len(document["rows"])), ("nubox-doctor", 2, 2))
        self.assertEnds(nubox("simulate", "--json"), 2, "doctor.json")
        self.assertEnds(nubox("doctor", "--doctor.checks=everything"), 2, "doctor.checks")


if __name__ == "__main__":
    unittest.main()
