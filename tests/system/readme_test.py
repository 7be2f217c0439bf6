"""Executes every command of README.md in order, from the root of the source tree."""

import os
import pathlib
import re
import subprocess
import unittest

SOURCE = pathlib.Path(__file__).resolve().parents[2]
# Runs this very test.
EXEMPT = {"tools/test.sh"}
# What a user with enough cores and an ordinary account needs not.
MPI_AS_ROOT_ON_FEW_CORES = {"OMPI_ALLOW_RUN_AS_ROOT": "1", "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1",
                            "OMPI_MCA_rmaps_base_oversubscribe": "1"}


def code_blocks(text):
    """(language, content) of each fenced block."""
    return re.findall(r"^```(\w*)\n(.*?)^```$", text, flags=re.MULTILINE | re.DOTALL)


class Readme(unittest.TestCase):
    def setUp(self):
        self.text = (SOURCE / "README.md").read_text(encoding="utf-8")

    def test_every_command_runs(self):
        blocks = code_blocks(self.text)
        self.assertGreater(len(blocks), 5)
        for language, content in blocks:
            self.assertEqual(language, "bash", "a block that this test would not run:\n" + content)
            if content.strip() in EXEMPT:
                continue
            done = subprocess.run(["bash", "-euo", "pipefail", "-c", content], cwd=SOURCE, text=True,
                                  capture_output=True, env={**os.environ, **MPI_AS_ROOT_ON_FEW_CORES})
            self.assertEqual(done.returncode, 0, f"{content}\n{done.stdout[-4000:]}\n{done.stderr[-4000:]}")

    def test_links_and_paths_lead_somewhere(self):
        for target in re.findall(r"\]\(([^)#]+)\)", self.text):
            if "://" not in target:
                self.assertTrue((SOURCE / target).exists(), target)
        for path in re.findall(r"`((?:tools|configs|cmake|tests)/[\w./-]+)`", self.text):
            self.assertTrue((SOURCE / path).exists(), path)


if __name__ == "__main__":
    unittest.main()
