"""Executes every command of jobs/README.md, without Slurm: a stand-in for sbatch runs each job at once."""

import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

from project import SOURCE, environment, files, make_project

# Runs the script as Slurm would: one task of an array after the other, options dropped.
SBATCH = """#!/bin/bash
# sbatch --test-only takes the job and starts nothing.
[ "$1" = --test-only ] && exit 0
tasks=1
while [[ "$1" == --* ]]; do
  case "$1" in --array=*) tasks="${1#--array=}" ;; esac
  shift
done
first="${tasks%%-*}" last="${tasks##*-}"
for ((task = first; task <= last; ++task)); do
  export NUBOX_RANKS=2 SLURM_ARRAY_TASK_ID="$task" SLURM_ARRAY_TASK_MIN="$first"
  SLURM_ARRAY_TASK_COUNT="$((last - first + 1))" bash "$@" || exit
done
"""


def table_of(text):
    """Rows (box, stage, numbers) of the table of sizes; TiB as GiB, a dash as 0."""
    def value(cell):
        number, unit = (cell.replace(",", "").split() + [""])[:2]
        return 0.0 if number == "–" else float(number) * (1024 if unit == "TiB" else 1)

    rows = [[cell.strip() for cell in line.strip("|\n").split("|")] for line in text.splitlines()
            if re.match(r"\| \d+³ ", line)]
    return [[*row[:2], *map(value, row[2:])] for row in rows]


class Readme(unittest.TestCase):
    def setUp(self):
        self.text = (SOURCE / "jobs/README.md").read_text(encoding="utf-8")
        self.directory = pathlib.Path(tempfile.mkdtemp(prefix="nubox-jobs-"))
        self.addCleanup(shutil.rmtree, self.directory)
        self.project = make_project(self.directory / "project")
        (self.project / "configs").symlink_to(SOURCE / "configs")
        for name, text in (("sbatch", SBATCH), ("python3", f'#!/bin/bash\nexec {sys.executable} "$@"\n')):
            path = self.project / "bin" / name
            path.parent.mkdir(exist_ok=True)
            path.write_text(text)
            path.chmod(0o755)

    def execute(self, commands):
        done = subprocess.run(["bash", "-euo", "pipefail", "-c", commands], cwd=self.project, text=True,
                              capture_output=True, env=environment(PATH=f"{self.project}/bin:{os.environ['PATH']}"))
        self.assertEqual(done.returncode, 0, f"{commands}\n{done.stdout[-3000:]}\n{done.stderr[-3000:]}")
        return done

    def test_every_command_runs_and_the_products_stand(self):
        blocks = re.findall(r"^```(\w*)\n(.*?)^```$", self.text, flags=re.MULTILINE | re.DOTALL)
        self.assertGreater(len(blocks), 4)
        for language, content in blocks:
            self.assertEqual(language, "bash", content)
            self.execute(content)
        predicted = files.read_field(self.project / "runs/study/predicted/pair-3/mnu-0.150.h5")
        self.assertEqual(predicted.header["M_nu_eV"], 0.15)
        for product in ("runs/study/measured/stats.h5", "runs/study/report.html", "runs/study/bench/scaling.png",
                        "runs/here/pairs/pair-1/mnu-0.150.h5"):
            self.assertTrue((self.project / product).exists(), product)

    def test_the_table_of_sizes_is_what_the_program_says(self):
        self.execute("jobs/sizing.py --readme jobs/README.md")
        written, found = (table_of(text) for text in
                          (self.text, (self.project / "jobs/README.md").read_text(encoding="utf-8")))
        self.assertEqual(len(found), 12)
        for expected, row in zip(written, found):
            self.assertEqual(expected[:2], row[:2])
            for a, b in zip(expected[2:], row[2:]):
                # Two digits stand there; what libraries take differs between machines.
                self.assertAlmostEqual(a, b, delta=0.15 * abs(a), msg=f"run jobs/sizing.py --readme: {row}")

    def test_every_script_is_named(self):
        for path in (SOURCE / "jobs").iterdir():
            if path.suffix == ".slurm" or path.name in ("submit.sh", "paper_chain.sh", "site.env"):
                self.assertIn(path.name, self.text)


if __name__ == "__main__":
    unittest.main()
