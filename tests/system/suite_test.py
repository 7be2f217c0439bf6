"""Suites of predictions: many inputs, many masses, restarts, failures, groups of ranks."""

import pathlib
import random
import signal
import subprocess
import time
import unittest

import h5py
from harness import BINARY, MPIEXEC, TINY, SystemTest, nubox

SEEDS = range(1, 11)
MASSES = ("0.060", "0.150")


class Suite(SystemTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        made = nubox("simulate", *TINY, "--simulate.seeds=1-10", "--simulate.mnu_eV=0",
                     f"--simulate.out={cls.directory}/pairs")
        assert made.code == 0, str(made)

    def options(self, out):
        return [f"--predict.in={self.directory}/pairs/pair-*/mnu-0.000.h5", f"--predict.out={out}",
                "--predict.mnu_eV=0.06,0.15", "--model.architecture=none", "--model.prior=rewind"]

    @staticmethod
    def boxes(out):
        return [out / f"pair-{seed}" / f"mnu-{mass}.h5" for seed in SEEDS for mass in MASSES]

    def start(self, out):
        return subprocess.Popen([MPIEXEC, "--allow-run-as-root", "--oversubscribe", "--bind-to", "none", "-np", "2",
                                 BINARY, "predict", *self.options(out)],
                                stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def wait_for_boxes(self, process, out, count):
        deadline = time.monotonic() + 60
        while process.poll() is None and time.monotonic() < deadline:
            if sum(box.exists() for box in self.boxes(out)) >= count:
                return
            time.sleep(0.002)

    def assertComplete(self, out):
        """Every box is there, of its mass; one more run reads them all and finds them sound."""
        for box in self.boxes(out):
            with h5py.File(box) as file:
                self.assertEqual(file.attrs["M_nu_eV"], float(box.stem.removeprefix("mnu-")))
        checked = nubox("predict", *self.options(out))
        self.assertEqual(checked.code, 0, str(checked))
        self.assertIn("0 boxes made", checked.out + checked.err)
        self.assertIn("20 found complete", checked.out + checked.err)

    def test_twenty_boxes_survive_kills_and_none_is_made_twice(self):
        out = self.directory / "killed"
        pick = random.Random(20)
        for _ in range(2):
            with self.start(out) as process:
                before = sum(box.exists() for box in self.boxes(out))
                self.wait_for_boxes(process, out, before + pick.randint(1, 6))
                time.sleep(pick.uniform(0, 0.1))
                subprocess.run(["pkill", "-KILL", "-f", f"predict.out={out}"], check=False)
                process.wait(timeout=60)
        done = [box for box in self.boxes(out) if box.exists()]
        self.assertGreater(len(done), 1)
        self.assertLess(len(done), 20)
        stamps = {box: box.stat().st_mtime_ns for box in done}
        again = nubox("predict", *self.options(out))
        self.assertEqual(again.code, 0, str(again))
        self.assertIn(f"{20 - len(done)} boxes made", again.out + again.err)
        self.assertEqual({box: box.stat().st_mtime_ns for box in done}, stamps)
        self.assertComplete(out)

    def test_a_signal_stops_between_inputs_with_exit_code_85(self):
        out = self.directory / "signalled"
        with self.start(out) as process:
            self.wait_for_boxes(process, out, 1)
            process.send_signal(signal.SIGUSR1)
            self.assertEqual(process.wait(timeout=60), 85)
        self.assertLess(sum(box.exists() for box in self.boxes(out)), 20)
        self.assertEqual(nubox("predict", *self.options(out)).code, 0)

    def test_a_damaged_input_fails_alone_on_two_groups(self):
        out = self.directory / "damaged"
        victim = self.directory / "pairs/pair-3/mnu-0.000.h5"
        whole = victim.read_bytes()
        try:
            victim.write_bytes(whole[:20000] + bytes(4) + whole[20004:])
            outcome = nubox("predict", *self.options(out), "--predict.groups=2")
        finally:
            victim.write_bytes(whole)
        self.assertEnds(outcome, 3, str(victim), "damaged")
        self.assertIn("18 boxes made", outcome.out + outcome.err)
        self.assertFalse((out / "pair-3/mnu-0.150.h5").exists())
        again = nubox("predict", *self.options(out))
        self.assertIn("2 boxes made", again.out + again.err, str(again))

    def test_groups_that_do_not_divide_the_ranks_are_refused(self):
        outcome = nubox("predict", *self.options(self.directory / "none"), "--predict.groups=3")
        self.assertEnds(outcome, 2, "predict.groups = 3 does not divide 2 ranks")

    def test_a_box_of_another_run_is_never_overwritten(self):
        out = self.directory / "single.h5"
        ask = ["predict", f"--predict.in={self.directory}/pairs/pair-1/mnu-0.000.h5", f"--predict.out={out}",
               "--model.architecture=none", "--model.prior=linear"]
        self.assertEqual(nubox(*ask).code, 0)
        before = pathlib.Path(out).read_bytes()
        self.assertEnds(nubox(*ask, "--predict.mnu_eV=0.3"), 3, "is the result of another run", "predict.out")
        self.assertEqual(pathlib.Path(out).read_bytes(), before)


if __name__ == "__main__":
    unittest.main()
