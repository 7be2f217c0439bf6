"""Failures in the middle of a training: every point, kind and rank ends all ranks with a named message
and the right exit code, and the next start goes on from what stands."""

import os
import signal
import unittest

from harness import SystemTest, nubox

# Exit codes by kind; a killed rank is reported by mpirun.
CODES = {"throw": (1,), "enospc": (4,), "hang": (6,), "nan": (5,),
         "kill": (128 + signal.SIGKILL, 255 & -signal.SIGKILL)}
POINTS = ("read", "forward", "backward", "reduce", "checkpoint", "write", "publish")
KINDS = ("throw", "kill", "hang", "enospc")
WATCHDOG_S = 3


def cases():
    """(point, rank, kind): every point with one kind on either rank, or with NUBOX_TEST_SLOW=1 all."""
    slow = os.environ.get("NUBOX_TEST_SLOW") == "1"
    for i, point in enumerate(POINTS):
        for rank in (0, 1):
            for kind in KINDS if slow else (KINDS[(2 * i + rank + i // 2) % 4],):
                yield point, rank, kind
    for rank in (0, 1):
        yield "forward", rank, "nan"


class TrainingFaults(SystemTest):
    needs_pair = True

    def options(self, out):
        # A checkpoint after every step: publication is reached in mid-run too.
        return [f"--data.pairs={self.directory}/pairs/pair-1", "--data.split=1,0,0", "--train.crop=8",
                "--model.channels=2", "--train.batch=4", "--train.epochs=2", f"--train.out={out}",
                "--train.checkpoint_minutes=1e-6"]

    def test_every_point_ends_all_ranks_and_the_next_start_completes(self):
        for point, rank, kind in cases():
            out = self.directory / f"{point}-{rank}-{kind}"
            with self.subTest(point=point, rank=rank, kind=kind):
                watchdog = [f"--run.watchdog_minutes={WATCHDOG_S / 60}"] if kind == "hang" else []
                broken = nubox("train", *self.options(out), *watchdog,
                               env={"NUBOX_FAULT": f"{point}:{rank}:{kind}"})
                self.assertIn(broken.code, CODES[kind], str(broken))
                if kind in ("throw", "enospc"):
                    self.assertIn(f"at '{point}'", broken.err, str(broken))
                if kind == "hang":
                    self.assertIn("watchdog: no progress", broken.err, str(broken))
                if kind == "nan":
                    self.assertRegex(broken.err, r"loss is not finite in step 1 .*crops \d+ of pair-1")
                self.assertNothingStands(out / "model.h5")
                again = nubox("train", *self.options(out))
                self.assertEqual(again.code, 0, str(again))
                self.assertTrue((out / "model.h5").exists())


if __name__ == "__main__":
    unittest.main()
