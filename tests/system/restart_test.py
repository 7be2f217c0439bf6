"""Training that is stopped, killed or finds a damaged checkpoint ends with the same weights."""

import json
import random
import signal
import subprocess
import time
import unittest

import numpy
from harness import BINARY, MPIEXEC, SystemTest, files, kill_ranks, nubox


class Restart(SystemTest):
    needs_pair = True

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.straight = cls.directory / "straight"
        done = nubox("train", *cls.options(cls.straight))
        assert done.code == 0, str(done)

    @classmethod
    def options(cls, out, epochs=30):
        return [f"--data.pairs={cls.directory}/pairs/pair-1", "--data.split=1,0,0", "--train.crop=8",
                "--model.channels=4", "--train.batch=2", f"--train.epochs={epochs}", f"--train.out={out}"]

    def assertSameWeights(self, out):
        expected = files.read_table(self.straight / "model.h5").arrays
        found = files.read_table(out / "model.h5").arrays
        self.assertEqual(expected.keys(), found.keys())
        for name, values in expected.items():
            numpy.testing.assert_array_equal(found[name], values, err_msg=name)

    def train_until(self, out, steps, action, options=None):
        """Starts a training, calls `action` on the mpirun process once the log has that many lines, returns its
        code."""
        command = [MPIEXEC, "--allow-run-as-root", "--oversubscribe", "--bind-to", "none", "-np", "2",
                   BINARY, "train", *(options or self.options(out))]
        log = out / "metrics.jsonl"
        with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
            deadline = time.monotonic() + 60
            while process.poll() is None and time.monotonic() < deadline:
                if log.exists() and len(log.read_text().splitlines()) >= steps:
                    action(process)
                    break
                time.sleep(0.005)
            return process.wait(timeout=60)

    def test_a_signal_stops_with_a_checkpoint_and_the_next_start_goes_on(self):
        out = self.directory / "signalled"
        code = self.train_until(out, 3, lambda process: process.send_signal(signal.SIGUSR1))
        self.assertEqual(code, 85)
        self.assertFalse((out / "model.h5").exists())
        again = nubox("train", *self.options(out))
        self.assertEqual(again.code, 0, str(again))
        self.assertIn("going on from", again.out + again.err)
        self.assertSameWeights(out)

    def test_a_terminated_launcher_leaves_a_checkpoint_from_which_the_next_start_goes_on(self):
        out = self.directory / "terminated"
        options = [*self.options(out), "--train.checkpoint_minutes=1e-4"]
        code = self.train_until(out, 3, lambda process: process.send_signal(signal.SIGTERM), options)
        self.assertNotEqual(code, 0)
        self.assertFalse((out / "model.h5").exists())
        again = nubox("train", *options)
        self.assertEqual(again.code, 0, str(again))
        self.assertIn("going on from", again.out + again.err)
        self.assertSameWeights(out)

    def test_a_stop_file_stops_with_a_checkpoint(self):
        out = self.directory / "stopped"
        code = self.train_until(out, 3, lambda process: (out / "stop").write_text(""))
        self.assertEqual(code, 85)
        self.assertFalse((out / "stop").exists())
        self.assertEqual(nubox("train", *self.options(out)).code, 0)
        self.assertSameWeights(out)

    def test_ranks_killed_at_ten_random_moments_end_with_the_same_bits(self):
        out = self.directory / "killed-often"
        options = [*self.options(out), "--train.checkpoint_minutes=1e-3"]
        generator = random.Random(1)
        lines = 0
        for _ in range(10):
            # Between a checkpoint, a step, the start: a random time after a random number of further steps.
            lines += generator.randrange(20)

            def kill(process):
                time.sleep(0.05 * generator.random())
                kill_ranks(process)

            code = self.train_until(out, lines, kill, options)
            self.assertNotEqual(code, 85)
            if code == 0:
                break  # this one was too late
        self.assertEqual(nubox("train", *options).code, 0)
        self.assertSameWeights(out)

    def test_other_numbers_of_ranks_go_on_with_the_same_order_of_crops(self):
        def losses(directory):
            return {record["step"]: record["loss"] for record in
                    map(json.loads, (directory / "metrics.jsonl").read_text().splitlines())
                    if record["kind"] == "step"}

        expected = self.directory / "one-rank"
        self.assertEqual(nubox("train", *self.options(expected, epochs=3), ranks=1).code, 0)
        out = self.directory / "one-three-two"
        for ranks in (1, 1, 3, 3):  # a step each
            stopped = nubox("train", *self.options(out, epochs=3), "--train.wall_clock_minutes=0.001", ranks=ranks)
            self.assertEqual(stopped.code, 85, str(stopped))
        self.assertEqual(nubox("train", *self.options(out, epochs=3)).code, 0)
        self.assertEqual(losses(out).keys(), losses(expected).keys())
        for step, loss in losses(expected).items():
            self.assertAlmostEqual(losses(out)[step] / loss, 1, delta=1e-5, msg=f"step {step}")

    def test_the_wall_clock_stops_with_a_checkpoint(self):
        out = self.directory / "clock"
        stopped = nubox("train", *self.options(out), "--train.wall_clock_minutes=0.001")
        self.assertEqual(stopped.code, 85, str(stopped))
        self.assertEqual(nubox("train", *self.options(out)).code, 0)
        self.assertSameWeights(out)

    def test_a_rank_killed_in_backward_ends_the_job_and_the_next_start_completes_it(self):
        out = self.directory / "killed"
        killed = nubox("train", *self.options(out), env={"NUBOX_FAULT": "backward:1:kill"})
        self.assertNotIn(killed.code, (0, 85), str(killed))
        self.assertNothingStands(out / "model.h5")
        self.assertEqual(nubox("train", *self.options(out)).code, 0)
        self.assertSameWeights(out)

    def test_fields_in_a_cache_give_the_same_bits(self):
        out, cache = self.directory / "cached", self.directory / "cache"
        self.assertEqual(nubox("train", *self.options(out), f"--data.cache={cache}").code, 0)
        self.assertSameWeights(out)
        self.assertEqual(list(cache.iterdir()), [])
        self.assertEnds(nubox("train", *self.options(self.directory / "nowhere"), "--data.cache=/proc/nubox"), 4,
                        "/proc/nubox")

    def test_a_failed_checkpoint_is_an_agreed_error(self):
        out = self.directory / "full"
        failed = nubox("train", *self.options(out, epochs=1), env={"NUBOX_FAULT": "checkpoint:1:enospc"})
        self.assertEnds(failed, 4, "checkpoint")
        self.assertNothingStands(out / "model.h5")

    def test_other_options_refuse_old_checkpoints(self):
        out = self.directory / "other"
        self.assertEqual(nubox("train", *self.options(out, epochs=1)).code, 0)
        self.assertEnds(nubox("train", *self.options(out, epochs=2)), 2, "train.resume=never")
        self.assertEqual(nubox("train", *self.options(out, epochs=2), "--train.resume=never").code, 0)


if __name__ == "__main__":
    unittest.main()
