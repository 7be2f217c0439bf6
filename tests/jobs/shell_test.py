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
        path = self.path_with_sbatch()
        for kind, script, words in (("cpu", "train_cpu", "--ntasks-per-node=2"),
                                    ("p100", "train_gpu", "--gpus-per-node=4"),
                                    ("a100", "train_gpu", "--gpus-per-node=4")):
            done = run(SOURCE, "jobs/submit.sh", "--dry-run", script, "--nodes=7", "--", "configs/quickstart.ini", "out",
                       NUBOX_SITE=kind, PATH=path)
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertRegex(done.stdout, rf"^sbatch .*{words}.* --nodes=7 .*/jobs/{script}.slurm configs/quickstart.ini out\n$")
        self.assertEqual(run(SOURCE, "jobs/submit.sh", "--dry-run", "stats", NUBOX_SITE="none").returncode, 2)
        self.assertIn("no job 'dance'", run(SOURCE, "jobs/submit.sh", "dance").stderr)

    def path_with_sbatch(self):
        """PATH with a stand-in for sbatch, which notes its arguments and ends with SBATCH_CODE."""
        bin_directory = self.directory / "bin"
        bin_directory.mkdir()
        sbatch = bin_directory / "sbatch"
        sbatch.write_text(f'#!/bin/bash\necho "$*" >>{self.directory}/asked.txt\nexit ${{SBATCH_CODE:-0}}\n')
        sbatch.chmod(0o755)
        return f"{bin_directory}:{os.environ['PATH']}"

    def test_a_dry_run_parses_the_options_and_asks_sbatch(self):
        path = self.path_with_sbatch()

        def dry_run(*words, **more):
            (self.directory / "asked.txt").unlink(missing_ok=True)
            return run(SOURCE, "jobs/submit.sh", "--dry-run", *words, PATH=path, **more)

        good = dry_run("simulate", "--nodes=7", "--dependency=afterok:<train>", "--", "configs/quickstart.ini", "out")
        self.assertEqual(good.returncode, 0, good.stderr)
        asked = (self.directory / "asked.txt").read_text()
        self.assertRegex(asked, r"^--test-only .* --nodes=7 .*/jobs/simulate.slurm configs/quickstart.ini out\n$")
        self.assertNotIn("dependency", asked)
        self.assertFalse((SOURCE / "out").exists())

        bad = dry_run("simulate", "--", "configs/quickstart.ini", "out", "--simulate.steps=many")
        self.assertEqual(bad.returncode, 1, bad.stderr)
        self.assertIn("simulate.steps = 'many' is not accepted", bad.stderr)
        missing = dry_run("stats", "--", "none.ini", "a.h5", "b.h5", "out/stats.h5")
        self.assertEqual(missing.returncode, 1, missing.stderr)
        self.assertIn("cannot read the configuration file none.ini", missing.stderr)
        refused = dry_run("simulate", "--", "configs/quickstart.ini", "out", SBATCH_CODE="1")
        self.assertEqual(refused.returncode, 1, refused.stderr)
        self.assertIn("sbatch refuses this job", refused.stderr)

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
            self.assertEqual(self.calls(project), ["simulate tiny.ini --simulate.out=pairs "
                                                   "--simulate.wall_clock_minutes=0 --simulate.steps=2"])
            shutil.rmtree(project)

    def test_a_task_of_an_array_simulates_its_seed(self):
        project = self.project(codes=[0])
        done = self.job(project, "simulate", "tiny.ini", "pairs", SLURM_ARRAY_TASK_ID="7")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(self.calls(project), ["simulate tiny.ini --simulate.out=pairs --simulate.wall_clock_minutes=0 "
                                               "--simulate.seeds=7"])

    def test_training_scripts_choose_the_backend(self):
        for kind, backend in (("cpu", "mpi"), ("gpu", "nccl")):
            project = self.project(codes=[0])
            done = self.job(project, f"train_{kind}", "tiny.ini", "out", NUBOX_SITE="a100" if kind == "gpu" else "cpu")
            self.assertEqual(done.returncode, 0, done.stderr)
            expected = f"--train.backend={backend}" + (" --train.precision=bf16" if kind == "gpu" else "")
            self.assertIn(expected, self.calls(project)[0])
            shutil.rmtree(project)

    def test_the_tasks_of_an_array_share_one_list_of_inputs(self):
        project = self.project(codes=[3, 0, 0])
        inputs = "pairs/pair-*/mnu-0.000.h5"
        codes = []
        for task in (4, 5):
            done = self.job(project, "predict_suite", "tiny.ini", inputs, "mocks", "--predict.model=m",
                            SLURM_ARRAY_TASK_ID=str(task), SLURM_ARRAY_TASK_MIN="4", SLURM_ARRAY_TASK_COUNT="2")
            codes.append(done.returncode)
        done = self.job(project, "predict_suite", "tiny.ini", inputs, "mocks/", "--predict.directories=2")
        self.assertEqual([*codes, done.returncode], [3, 0, 0])
        one_list = f"predict tiny.ini --predict.in={inputs} --predict.out=mocks/ --predict.part"
        self.assertEqual(self.calls(project), [f"{one_list}=1/2 --predict.directories=1 --predict.model=m",
                                               f"{one_list}=2/2 --predict.directories=1 --predict.model=m",
                                               f"{one_list}=1/1 --predict.directories=2"])

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
