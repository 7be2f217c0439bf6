"""A suite as of Quijote: snapshots in, massive snapshots out, in one command that is killed once; imports of many."""

import re
import subprocess
import time
import unittest

import h5py
from harness import BINARY, MPIEXEC, SystemTest, kill_ranks, nubox

SEEDS = range(1, 21)
MASSES = ("0.100", "0.200", "0.400")


class SnapshotSuite(SystemTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # Large boxes: in small ones the growth rate scatters by more than imports allow.
        made = nubox("simulate", "--box.n=16", "--box.size_mpch=500", "--steps=4", "--seeds=1-20", "--mnu_eV=0",
                     f"--out={cls.directory}/pairs", timeout=300)
        assert made.code == 0, str(made)
        # A mass of zero is the input itself: massless snapshots of all pairs, in two files each.
        made = nubox("predict", f"{cls.directory}/pairs/pair-*/mnu-0.000.h5", "--mnu_eV=0", "--format=gadget", "--files=2",
                     "--model.architecture=none", "--model.prior=linear", f"--out={cls.directory}/snapshots")
        assert made.code == 0, str(made)
        cls.inputs = [cls.directory / f"snapshots/pair-{seed}/mnu-0.000/snap" for seed in SEEDS]
        cls.command = ["predict", f"{cls.directory}/snapshots/pair-*/mnu-0.000/snap", "--mnu_eV=0.1,0.2,0.4", "--format=gadget",
                       "--model.architecture=none", "--model.prior=linear", f"--out={cls.directory}/massive"]

    def outputs(self):
        return [self.directory / f"massive/pair-{seed}/mnu-0.000/snap-mnu-{mass}/snap.hdf5" for seed in SEEDS for mass in MASSES]

    def run_until_killed(self):
        """The log of a run whose ranks are killed when it has made some boxes."""
        with subprocess.Popen([MPIEXEC, "--allow-run-as-root", "--oversubscribe", "--bind-to", "none", "-np", "2", BINARY,
                               *self.command], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:
            deadline = time.monotonic() + 60
            while process.poll() is None and time.monotonic() < deadline:
                if sum(path.exists() for path in self.outputs()) >= 10:
                    kill_ranks(process)
                    break
                time.sleep(0.002)
            log = process.communicate(timeout=60)[0]
        self.assertNotEqual(process.returncode, 0, log)
        return log

    def test_twenty_snapshots_and_three_masses_in_one_command_that_is_killed_once(self):
        first = self.run_until_killed()
        done = {path: path.stat() for path in self.outputs() if path.exists()}
        self.assertGreaterEqual(len(done), 10)
        self.assertLess(len(done), 60)
        again = nubox(*self.command)
        self.assertEqual(again.code, 0, str(again))
        second = again.out + again.err
        self.assertIn(f"{60 - len(done)} boxes made", second)
        self.assertIn(f"{len(done)} found complete, 0 of 20 inputs failed", second)
        # Every output was written once: those of the first run are the same files.
        for path, before in done.items():
            after = path.stat()
            self.assertEqual((after.st_ino, after.st_mtime_ns), (before.st_ino, before.st_mtime_ns), path)
        # The particles of every input were read once, except those of the input at hand when the run was killed.
        reads = [len(re.findall(rf"{re.escape(str(path))}: .* CDM particles, ", first + second)) for path in self.inputs]
        self.assertEqual(sorted(reads)[:-1], [1] * 19, reads)
        self.assertIn(max(reads), (1, 2), reads)
        for path in self.outputs():
            with h5py.File(path) as file:
                self.assertEqual(file["Nubox"].attrs["M_nu_eV"], float(path.parent.name[-5:]))

    def test_the_boxes_are_those_of_import_predict_and_export(self):
        box, direct, detour = (self.directory / f"one/{name}.h5" for name in ("box", "direct", "detour"))
        prior = ["--model.architecture=none", "--model.prior=rewind", "--mnu_eV=0.2"]
        for words in (["import", self.inputs[0], f"--out={box}"], ["predict", box, *prior, f"--out={detour}"],
                      ["predict", self.inputs[0], *prior, f"--out={direct}"]):
            done = nubox(*words)
            self.assertEqual(done.code, 0, str(done))
        with h5py.File(direct) as a, h5py.File(detour) as b:
            for name in ("displacement", "velocity"):
                self.assertEqual(a[name][:].tobytes(), b[name][:].tobytes(), name)
            self.assertTrue(a.attrs["input_checksum"].startswith(b"snapshot "))

    def test_two_jobs_of_an_array_share_a_list(self):
        for part in ("1/2", "2/2"):
            done = nubox("predict", f"{self.directory}/snapshots/pair-[1-4]/mnu-0.000/snap", "--mnu_eV=0.1", f"--part={part}",
                         "--directories=2", "--model.architecture=none", "--model.prior=linear",
                         f"--out={self.directory}/parts")
            self.assertEqual(done.code, 0, str(done))
            self.assertIn("2 boxes made", done.out + done.err)
            self.assertTrue((self.directory / f"parts/part-{part.replace('/', '-of-')}/provenance.json").exists())
        for seed in range(1, 5):
            self.assertTrue((self.directory / f"parts/pair-{seed}/mnu-0.000/snap-mnu-0.100.h5").exists())

    def test_many_snapshots_are_imported_and_finished_ones_skipped(self):
        words = ["import", f"{self.directory}/snapshots/pair-[1-3]/mnu-0.000/snap.*.hdf5", f"--out={self.directory}/imported"]
        boxes = [self.directory / f"imported/pair-{seed}/mnu-0.000/snap.h5" for seed in (1, 2, 3)]
        done = nubox(*words)
        self.assertEqual(done.code, 0, str(done))
        stamps = [box.stat().st_mtime_ns for box in boxes]
        again = nubox(*words)
        self.assertEqual(again.code, 0, str(again))
        self.assertEqual((again.out + again.err).count("complete, skipped"), 3)
        self.assertEqual([box.stat().st_mtime_ns for box in boxes], stamps)


if __name__ == "__main__":
    unittest.main()
