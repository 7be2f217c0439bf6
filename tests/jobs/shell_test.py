"""The job scripts without Slurm: what shellcheck says, the site's blocks, time limits, what is handed to sbatch, and
what exit codes lead to, with a stand-in for the program."""

import os
import pathlib
import re
import shutil
import subprocess
import tempfile
import unittest

from project import SOURCE, make_project, run

SCRIPTS = sorted(path for folder in ("jobs", "tools") for path in (SOURCE / folder).iterdir()
                 if path.suffix in (".sh", ".slurm", ".env"))
SLURM = sorted((SOURCE / "jobs").glob("*.slurm"))
# Exits with the codes of its list, one a call; notes its arguments.
STAND_IN = """#!/bin/bash
echo "$*" >>calls.txt
read -r code < <(sed -n "$(wc -l <calls.txt)p" codes.txt)
[ "$code" != 85 ] || echo "  training stopped after step $(wc -l <calls.txt) of 9" >&2
exit "$code"
"""


class Text(unittest.TestCase):
    @unittest.skipUnless(shutil.which("shellcheck"), "shellcheck is not installed")
    def test_shellcheck_finds_nothing(self):
        done = subprocess.run(["shellcheck", "-x", "-P", SOURCE, *SCRIPTS], text=True, capture_output=True)
        self.assertEqual(done.returncode, 0, done.stdout)

    def test_jobs_that_can_go_on_are_signalled_in_time_and_may_be_queued_again(self):
        for path in SLURM:
            text = path.read_text()
            self.assertIn("#SBATCH --job-name=", text, path)
            self.assertIn("--open-mode=append", text, path)
            if "end_with" in text or "run_to_end" in text:
                self.assertRegex(text, r"#SBATCH --signal=B:USR1@\d+", path)
                self.assertIn("--requeue", text, path)

    def test_nothing_belongs_to_a_site_or_user(self):
        for path in SCRIPTS:
            found = re.findall(r"--(?:account|partition|qos|constraint|mail-user|reservation)=[\w@]|/home/|/scratch|"
                               r"/gpfs|/lustre", path.read_text())
            self.assertEqual(found, [], path)

    def test_every_script_tells_its_usage(self):
        for path in [*SLURM, SOURCE / "jobs/submit.sh", SOURCE / "jobs/paper_chain.sh"]:
            done = run(SOURCE, "bash", path, "--help")
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertTrue(done.stdout.startswith("usage: jobs/"), done.stdout)
            self.assertEqual(run(SOURCE, "bash", path).returncode, 2, path)


class Project(unittest.TestCase):
    def setUp(self):
        self.directory = pathlib.Path(tempfile.mkdtemp(prefix="nubox-jobs-"))
        self.addCleanup(shutil.rmtree, self.directory)

    def project(self, site="", codes=()):
        project = make_project(self.directory / "project", site=site + "launch=()\n")
        program = project / "program"
        program.write_text(STAND_IN)
        program.chmod(0o755)
        mpirun = project / "bin/mpirun"
        mpirun.parent.mkdir()
        mpirun.write_text('#!/bin/bash\nshift 2\nexec "$@"\n')
        mpirun.chmod(0o755)
        (project / "codes.txt").write_text("\n".join(map(str, codes)) + "\n")
        return project

    def job(self, project, script, *arguments, **more):
        return run(project, "bash", f"jobs/{script}.slurm", *arguments, NUBOX_BINARY=str(project / "program"),
                   PATH=f"{project}/bin:{os.environ['PATH']}", **more)

    def calls(self, project):
        return (project / "calls.txt").read_text().splitlines()

    def test_the_blocks_of_the_site_are_told_apart_and_others_refused(self):
        for kind, script, words in (("cpu", "train_cpu", "--ntasks-per-node=2"),
                                    ("p100", "train_gpu", "--gpus-per-node=4"),
                                    ("a100", "train_gpu", "--gpus-per-node=4")):
            done = run(SOURCE, "jobs/submit.sh", "--dry-run", script, "--nodes=7", "--", "a.ini", "out",
                       NUBOX_SITE=kind)
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertRegex(done.stdout, rf"^sbatch .*{words}.* --nodes=7 .*/jobs/{script}.slurm a.ini out\n$")
        self.assertEqual(run(SOURCE, "jobs/submit.sh", "--dry-run", "stats", NUBOX_SITE="none").returncode, 2)
        self.assertIn("no job 'dance'", run(SOURCE, "jobs/submit.sh", "dance").stderr)

    def test_time_that_slurm_says_is_left(self):
        for text, minutes in (("1-02:03:04", 1563), ("2:03:59", 123), ("08:09", 8), ("59", 0), ("UNLIMITED", 0),
                              ("INVALID", 0), ("NOT_SET", 0), ("", 0)):
            done = run(SOURCE, "bash", "-c", f'source jobs/common.sh; minutes_of "{text}"')
            self.assertEqual(done.stdout.strip(), str(minutes), text)

    def test_a_job_ends_with_the_code_of_the_program(self):
        for code in (0, 3, 85):
            project = self.project(codes=[code])
            done = self.job(project, "simulate", "tiny.ini", "pairs", "--simulate.steps=2")
            self.assertEqual(done.returncode, code, done.stderr)
            self.assertEqual(self.calls(project), ["simulate tiny.ini --simulate.seeds=1 --simulate.out=pairs "
                                                   "--simulate.wall_clock_minutes=0 --simulate.steps=2"])
            shutil.rmtree(project)

    def test_training_scripts_choose_the_backend(self):
        for kind, backend in (("cpu", "mpi"), ("gpu", "nccl")):
            project = self.project(codes=[0])
            done = self.job(project, f"train_{kind}", "tiny.ini", "out", NUBOX_SITE="a100" if kind == "gpu" else "cpu")
            self.assertEqual(done.returncode, 0, done.stderr)
            expected = f"--train.backend={backend}" + (" --train.precision=bf16" if kind == "gpu" else "")
            self.assertIn(expected, self.calls(project)[0])
            shutil.rmtree(project)

    def test_the_tasks_of_an_array_share_the_inputs_and_a_bad_input_does_not_stop_the_others(self):
        project = self.project(codes=[3, 0, 0, 0, 0])
        for seed in range(1, 6):
            path = project / f"pairs/pair-{seed}/mnu-0.000.h5"
            path.parent.mkdir(parents=True)
            path.touch()
        codes = []
        for task in (1, 2):
            done = self.job(project, "predict_suite", "tiny.ini", "pairs/pair-*/mnu-0.000.h5", "mocks",
                            "--predict.model=m", SLURM_ARRAY_TASK_ID=str(task), SLURM_ARRAY_TASK_MIN="1",
                            SLURM_ARRAY_TASK_COUNT="2")
            codes.append(done.returncode)
        self.assertEqual(codes, [3, 0])
        self.assertEqual([re.search(r"--predict.out=mocks/pair-(\d)/ --predict.model=m", call)[1]
                          for call in self.calls(project)], ["1", "3", "5", "2", "4"])
        self.assertEqual(self.job(project, "predict_suite", "tiny.ini", "none-*", "mocks").returncode, 1)

    def test_slurm_is_asked_to_queue_the_job_again_only_while_it_gets_further(self):
        project = self.project(site="max_fruitless_restarts=2\n", codes=[85] * 3 + [0])
        for name, text in (("scontrol", 'echo "scontrol $*" >>asked.txt'), ("squeue", "echo 30:00")):
            (project / "bin" / name).write_text(f"#!/bin/bash\n{text}\n")
            (project / "bin" / name).chmod(0o755)
        stuck = STAND_IN.replace("$(wc -l <calls.txt) of", "5 of")

        def codes_of(text, count):
            (project / "program").write_text(text)
            (project / "calls.txt").unlink(missing_ok=True)
            return [self.job(project, "train_cpu", "tiny.ini", "out", SLURM_JOB_ID="42").returncode
                    for _ in range(count)]

        self.assertEqual(codes_of(STAND_IN, 4), [85, 85, 85, 0])
        self.assertEqual((project / "asked.txt").read_text(), "scontrol requeue 42\n" * 3)
        self.assertIn("--train.wall_clock_minutes=30 ", self.calls(project)[0])
        self.assertFalse((project / ".nubox-restarts-42").exists())
        self.assertEqual(codes_of(stuck, 3), [85, 85, 1])


if __name__ == "__main__":
    unittest.main()
