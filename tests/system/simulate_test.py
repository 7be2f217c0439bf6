"""Simulations that are stopped or killed end with the same bytes as those that are not."""

import os
import re
import signal
import subprocess
import time
import unittest

from harness import BINARY, MPIEXEC, SystemTest, files, nubox

# Long enough to be met in mid-run, a few seconds in all.
BOX = ["--box.n=32", "--box.size_mpch=62.5", "--simulate.steps=40", "--simulate.mesh_factor=2",
       "--simulate.redshifts=1,0", "--simulate.mnu_eV=0,0.15"]
NAMES = [f"mnu-{mass}-z{z}.h5" for mass in ("0.000", "0.150") for z in ("1.000", "0.000")]


class Interruption(SystemTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.straight = cls.directory / "straight"
        done = nubox("simulate", *BOX, f"--simulate.out={cls.straight}")
        assert done.code == 0, str(done)

    def interrupt(self, out, action, *options, once=NAMES[0]):
        """Starts a run, calls `action` on mpirun once a file (pattern) stands, returns its code."""
        command = [MPIEXEC, "--allow-run-as-root", "--oversubscribe", "--bind-to", "none", "-np", "2",
                   BINARY, "simulate", *BOX, f"--simulate.out={out}", *options]
        with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
            deadline = time.monotonic() + 60
            while process.poll() is None and time.monotonic() < deadline:
                if list((out / "pair-1").glob(once)):
                    action(process)
                    break
                time.sleep(0.005)
            return process.wait(timeout=60)

    def assertSameBytes(self, out):
        for name in NAMES:
            expected = (self.straight / "pair-1" / name).read_bytes()
            self.assertEqual((out / "pair-1" / name).read_bytes(), expected, name)

    def assertSound(self, out):
        """What stands under a final name is complete."""
        for path in (out / "pair-1").glob("*.h5"):
            files.read_field(path)

    def test_a_signal_stops_with_a_checkpoint_and_any_number_of_ranks_goes_on(self):
        out = self.directory / "signalled"
        code = self.interrupt(out, lambda process: process.send_signal(signal.SIGUSR1))
        self.assertEqual(code, 85)
        self.assertTrue(list((out / "pair-1").glob("checkpoint-*.h5")))
        again = nubox("simulate", *BOX, f"--simulate.out={out}", ranks=3)
        self.assertEqual(again.code, 0, str(again))
        self.assertIn("continues at", again.err)
        self.assertSameBytes(out)
        self.assertEqual(list((out / "pair-1").glob("checkpoint-*")), [])

    def test_a_terminated_launcher_leaves_a_checkpoint_from_which_the_next_start_goes_on(self):
        out = self.directory / "terminated"
        options = ["--simulate.checkpoint_minutes=0.0001"]
        code = self.interrupt(out, lambda process: process.send_signal(signal.SIGTERM), *options,
                              once="checkpoint-*.h5")
        self.assertNotEqual(code, 0)
        self.assertTrue(list((out / "pair-1").glob("checkpoint-*.h5")))
        self.assertSound(out)
        again = nubox("simulate", *BOX, f"--simulate.out={out}", *options)
        self.assertEqual(again.code, 0, str(again))
        self.assertIn("continues at", again.err)
        self.assertSameBytes(out)

    def test_a_stop_file_and_the_wall_clock_stop_as_well(self):
        out = self.directory / "file"
        out.mkdir()
        (out / "stop").touch()
        self.assertEqual(nubox("simulate", *BOX, f"--simulate.out={out}").code, 85)
        clock = nubox("simulate", *BOX, f"--simulate.out={out}", "--simulate.wall_clock_minutes=0.001")
        self.assertEqual(clock.code, 85, str(clock))
        self.assertEqual(nubox("simulate", *BOX, f"--simulate.out={out}").code, 0)
        self.assertSameBytes(out)

    def test_a_killed_run_leaves_nothing_partial_and_is_completed_by_the_same_command(self):
        out = self.directory / "killed"
        code = self.interrupt(out, lambda process: os.kill(process.pid, signal.SIGKILL),
                              "--simulate.checkpoint_minutes=0.0001")
        self.assertNotIn(code, (0, 85))
        time.sleep(1)  # mpirun's ranks notice that it is gone
        self.assertSound(out)
        again = nubox("simulate", *BOX, f"--simulate.out={out}")
        self.assertEqual(again.code, 0, str(again))
        self.assertSameBytes(out)

    def test_other_options_refuse_the_checkpoint(self):
        out = self.directory / "other"
        out.mkdir()
        (out / "stop").touch()
        self.assertEqual(nubox("simulate", *BOX, f"--simulate.out={out}").code, 85)
        self.assertEnds(nubox("simulate", *BOX, "--simulate.lpt=1", f"--simulate.out={out}"), 2,
                        "checkpoint", "other options")

    def test_a_missing_output_is_made_again_and_the_others_stay_untouched(self):
        out = self.directory / "partial"
        self.assertEqual(nubox("simulate", *BOX, f"--simulate.out={out}").code, 0)
        kept, removed = out / "pair-1" / NAMES[1], out / "pair-1" / NAMES[0]
        removed.unlink()
        before = kept.stat().st_mtime_ns
        self.assertEqual(nubox("simulate", *BOX, f"--simulate.out={out}").code, 0)
        self.assertSameBytes(out)
        self.assertEqual(kept.stat().st_mtime_ns, before)


class Tables(SystemTest):
    def test_tables_that_end_below_the_nyquist_wavenumber_are_a_warning_of_the_run(self):
        short = ["--box.size_mpch=1.2", "--simulate.steps=2", "--simulate.mnu_eV=0", "--simulate.redshifts=9"]
        outcome = nubox("simulate", "--box.n=16", *short, f"--simulate.out={self.directory}/short")
        self.assertEnds(outcome, 0)
        self.assertEqual(outcome.err.count("warning: the linear tables end at k = 30.43 h/Mpc, below the Nyquist "
                                           "wavenumber 41.89 h/Mpc of 16^3 particles"), 1, str(outcome))
        enough = nubox("simulate", "--box.n=8", *short, f"--simulate.out={self.directory}/enough")
        self.assertEnds(enough, 0)
        self.assertNotIn("the linear tables end", enough.err)


class Memory(SystemTest):
    BOX = ["--box.n=48", "--box.size_mpch=93.75", "--simulate.steps=1", "--simulate.mnu_eV=0,0.15"]

    def gib(self, text, *options, ranks):
        """The figure that follows `text` in the log, the largest if there are several."""
        done = nubox("simulate", *self.BOX, *options, ranks=ranks)
        self.assertEqual(done.code, 0, str(done))
        return max(float(figure) for figure in re.findall(text + r" ([0-9.e-]+) GiB", done.err))

    def test_a_dry_run_predicts_the_memory_of_a_rank_within_ten_per_cent(self):
        for stepping in ("pm", "cola"):
            for ranks in (1, 2, 3):
                options = [f"--simulate.stepping={stepping}",
                           f"--simulate.out={self.directory}/memory-{stepping}-{ranks}"]
                predicted = self.gib("dry run: about", *options, "--dry-run", ranks=ranks)
                measured = self.gib("peak memory of a rank", *options, ranks=ranks)
                with self.subTest(stepping=stepping, ranks=ranks):
                    self.assertAlmostEqual(predicted, measured, delta=0.1 * measured)


if __name__ == "__main__":
    unittest.main()
