"""Failures of the machine, on one rank only as well: full disk, unwritable output, broken ranks."""

import signal
import unittest

from harness import TINY, SystemTest, nubox



class Faults(SystemTest):
    needs_pair = True

    def commands(self, out):
        """Every command that writes, with the path of its product."""
        yield (["simulate", *TINY, f"--simulate.out={out}"], out / "pair-1/mnu-0.000.h5")
        yield (["predict", f"--predict.in={self.massless}", f"--predict.out={out}/box.h5",
                "--model.architecture=none"], out / "box.h5")
        yield (["stats", f"--stats.in={self.massless}", f"--stats.out={out}/stats.h5"], out / "stats.h5")

    def test_output_below_a_plain_file(self):
        blocker = self.directory / "blocker"
        blocker.write_text("a file where a directory should be")
        for args, product in self.commands(blocker):
            with self.subTest(command=args[0]):
                self.assertEnds(nubox(*args), 4, str(blocker))

    def test_full_disk_on_all_ranks_and_on_rank_1_only(self):
        # 64 blocks of 1 KiB: less than the 16^3 box, more than the text files beside it.
        for name, limit in {"all": "ulimit -f 64", "one": '[ "$RANK" = 0 ] || ulimit -f 64'}.items():
            out = self.directory / f"full-{name}"
            for args, product in self.commands(out):
                if args[0] == "stats":
                    continue  # rank 0 alone writes a file of few kilobytes
                with self.subTest(command=args[0], ranks=name):
                    # Without shared memory: its segments are files, which the limit would cut too.
                    outcome = nubox(*args, rank_prefix=limit, env={"OMPI_MCA_btl": "self,tcp"})
                    self.assertEnds(outcome, 4, product.name)
                    self.assertNothingStands(product)

    def test_injected_failures_end_all_ranks(self):
        for point in ("write", "publish"):
            for rank in (0, 1):
                for kind, code in {"throw": 1, "enospc": 4}.items():
                    out = self.directory / f"{point}-{rank}-{kind}"
                    args, product = next(self.commands(out))
                    with self.subTest(point=point, rank=rank, kind=kind):
                        outcome = nubox(*args, env={"NUBOX_FAULT": f"{point}:{rank}:{kind}"})
                        self.assertEnds(outcome, code, point)
                        self.assertNothingStands(product)

    def test_a_killed_rank_ends_the_job_and_the_next_start_completes_it(self):
        out = self.directory / "killed"
        args, product = next(self.commands(out))
        outcome = nubox(*args, env={"NUBOX_FAULT": "write:1:kill"})
        self.assertIn(outcome.code, (128 + signal.SIGKILL, 255 & -signal.SIGKILL), str(outcome))
        self.assertFalse(product.exists())
        again = nubox(*args)
        self.assertEqual(again.code, 0, str(again))
        self.assertTrue(product.exists())

    def test_a_hanging_rank_is_ended_by_the_watchdog(self):
        out = self.directory / "hanging"
        args, product = next(self.commands(out))
        outcome = nubox(*args, "--run.watchdog_minutes=0.05", env={"NUBOX_FAULT": "write:1:hang"}, timeout=60)
        self.assertEqual(outcome.code, 6, str(outcome))
        self.assertIn("watchdog", outcome.err)
        self.assertFalse(product.exists())


if __name__ == "__main__":
    unittest.main()
