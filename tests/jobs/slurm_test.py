"""The job scripts under a real Slurm: a study of tiny boxes, a training that is stopped and goes on, a job that gets
nowhere. Needs slurm-wlm and munge (Debian), and root to start them."""

import pathlib
import shutil
import tempfile
import time
import unittest

import numpy
from private_slurm import PrivateSlurm, missing_program
from project import environment, files, make_project, run

LACKING = missing_program()
WAITING = ("PENDING", "RUNNING", "COMPLETING", "CONFIGURING", "REQUEUED", "SUSPENDED")


@unittest.skipIf(LACKING, f"no Slurm to be had here: {LACKING} is missing")
class UnderSlurm(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.directory = pathlib.Path(tempfile.mkdtemp(prefix="nubox-slurm-"))
        cls.addClassCleanup(shutil.rmtree, cls.directory, ignore_errors=True)
        cls.slurm = cls.enterClassContext(PrivateSlurm(cls.directory / "slurm"))

    @classmethod
    def enterClassContext(cls, context):  # of unittest from Python 3.11 on
        entered = context.__enter__()
        cls.addClassCleanup(context.__exit__, None, None, None)
        return entered

    def in_project(self, project, *command):
        done = run(project, *command, **{name: self.slurm.environment[name] for name in ("PATH", "SLURM_CONF")})
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        return done

    def logs(self, project):
        return "\n".join(f"--- {log.name}\n{log.read_text()[-3000:]}" for log in sorted(project.rglob("*.log")))

    def wait(self, project, job, seconds=150):
        """Fields of the records of a job once all have ended."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            records = self.slurm.records(job)
            if not any(record["JobState"].startswith(WAITING) for record in records):
                return records
            time.sleep(0.3)
        self.fail(f"job {job} did not end: {self.slurm.records(job)}\n{self.logs(project)}")

    def assertState(self, project, job, state):
        for record in self.wait(project, job):
            self.assertEqual(record["JobState"], state, f"{record}\n{self.logs(project)}")
        return record

    def until(self, project, condition, what, seconds=150):
        """Waits for a condition; the limit is a guard against waiting for ever."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if condition():
                return
            time.sleep(0.05)
        self.fail(f"{what} did not come\n{self.logs(project)}")

    def test_the_paper_chain_of_tiny_boxes_with_a_training_that_is_stopped_and_queued_again(self):
        project = make_project(self.directory / "chain", epochs=12)
        done = self.in_project(project, "jobs/paper_chain.sh", "tiny.ini", "study", "1-3", "4,5")
        self.assertIn("core hours", done.stdout)
        jobs = dict(zip(("simulate", "train", "predict", "network", "identity", "report"),
                        [word.strip(",") for word in done.stderr.split() if word.strip(",").isdigit()]))
        self.assertEqual(len(jobs), 6, done.stderr)

        metrics = project / "study/training/metrics.jsonl"
        self.until(project, lambda: metrics.exists() and len(metrics.read_text().splitlines()) >= 3, "a third step")
        self.slurm.run("scancel", "--batch", "--signal=USR1", jobs["train"])
        self.assertState(project, jobs["simulate"], "COMPLETED")
        record = self.assertState(project, jobs["train"], "COMPLETED")
        self.assertEqual(record["Restarts"], "1", self.logs(project))
        for name in ("predict", "network", "identity", "report"):
            self.assertState(project, jobs[name], "COMPLETED")

        log = (project / f"study/logs/train-{jobs['train']}.log").read_text()
        self.assertIn("stopped on purpose with a checkpoint: queued again", log)
        self.assertIn("going on from", log)
        for seed in (4, 5):
            predicted = files.read_field(project / f"study/predicted/pair-{seed}/mnu-0.150.h5")
            self.assertEqual((predicted.header["seed"], predicted.header["M_nu_eV"]), (seed, 0.15))
        for method in ("network", "identity"):
            power = files.read_table(project / f"study/measured/{method}/stats.h5").arrays
            self.assertTrue(numpy.all(numpy.isfinite(power["power/transfer"])))
        self.assertIn("<html", (project / "study/report.html").read_text())
        self.assertEqual(list(project.glob(".nubox-restarts-*")), [])

        # The same chain again finds everything done, and changes no product.
        products = {path: path.stat().st_mtime_ns for path in project.glob("study/p*/pair-*/mnu-*.h5")}
        again = self.in_project(project, "jobs/submit.sh", "predict_suite", "--parsable", "--array=1-3", "--",
                                "tiny.ini", "study/pairs/pair-[45]/mnu-0.000.h5", "study/predicted",
                                "--predict.model=study/training/model.h5").stdout.strip()
        self.assertState(project, again, "COMPLETED")
        self.assertEqual({path: path.stat().st_mtime_ns for path in products}, products)

    def test_a_failure_ends_the_chain_and_is_not_queued_again(self):
        project = make_project(self.directory / "failing")
        bad = self.in_project(project, "jobs/submit.sh", "simulate", "--parsable", "--array=1", "--", "tiny.ini",
                              "pairs", "--simulate.steps=many").stdout.strip()
        after = self.in_project(project, "jobs/submit.sh", "stats", "--parsable", f"--dependency=afterok:{bad}",
                                "--kill-on-invalid-dep=yes", "--", "tiny.ini", "a.h5", "b.h5", "c.h5").stdout.strip()
        record = self.assertState(project, bad, "FAILED")
        self.assertEqual((record["Restarts"], record["ExitCode"]), ("0", "2:0"))
        self.assertState(project, after, "CANCELLED")

    def test_a_job_that_gets_nowhere_stops_after_some_restarts(self):
        project = make_project(self.directory / "stuck", site="max_fruitless_restarts=1\nlaunch=()\n" +
                               "sbatch_boxes=(--ntasks=1)\n")
        # A program that stops on purpose at the same place each time.
        stand_in = project / "stuck.sh"
        stand_in.write_text("#!/bin/bash\necho 'simulate: stopped after step 3 with a checkpoint' >&2\nexit 85\n")
        stand_in.chmod(0o755)
        done = run(project, "jobs/submit.sh", "simulate", "--parsable", "--array=7", "--", "tiny.ini", "pairs",
                   **{name: self.slurm.environment[name] for name in ("PATH", "SLURM_CONF")}, NUBOX_BINARY=str(stand_in))
        self.assertEqual(done.returncode, 0, done.stderr)
        record = self.assertState(project, done.stdout.strip(), "FAILED")
        self.assertEqual(record["Restarts"], "1", self.logs(project))
        self.assertIn("not queued again", self.logs(project))


if __name__ == "__main__":
    unittest.main()
