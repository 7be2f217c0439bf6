"""Runs every command of README.md and of the user guide in order, from the root of the source tree; checks their links."""

import os
import pathlib
import re
import subprocess
import unittest

SOURCE = pathlib.Path(__file__).resolve().parents[2]
DOCS = SOURCE / "docs"
# The README comes first: the pages use the results of its quickstart. The installation is last: a failing build
# must not hide failures of the other pages.
PAGES = [SOURCE / "README.md", *(DOCS / "user" / f"{name}.md" for name in
         ("data", "prediction", "training", "snapshots", "statistics", "python", "cluster", "installation"))]
RUN = "bash"
# Not run: commands for a cluster, a GPU or foreign data, and other languages.
NOT_RUN = {"sh", "cmake"}
# Runs this very test.
EXEMPT = {"tools/test.sh"}
# Not needed by a user with enough cores and an ordinary account.
MPI_AS_ROOT_ON_FEW_CORES = {"OMPI_ALLOW_RUN_AS_ROOT": "1", "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1",
                            "OMPI_MCA_rmaps_base_oversubscribe": "1"}


def code_blocks(text):
    """(language, content) of each fenced block."""
    return re.findall(r"^```(\w*)\n(.*?)^```$", text, flags=re.MULTILINE | re.DOTALL)


def anchors(text):
    """The anchors of the headings, as GitHub makes them."""
    headings = re.findall(r"^#+ (.*)$", re.sub(r"^```.*?^```$", "", text, flags=re.MULTILINE | re.DOTALL),
                          flags=re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


class Commands(unittest.TestCase):
    def test_every_command_runs(self):
        ran = 0
        for page in PAGES:
            for language, content in code_blocks(page.read_text(encoding="utf-8")):
                if language in NOT_RUN and page != PAGES[0]:
                    continue
                self.assertEqual(language, RUN, f"{page.name}: a block that this test would not run:\n{content}")
                if content.strip() in EXEMPT:
                    continue
                done = subprocess.run(["bash", "-euo", "pipefail", "-c", content], cwd=SOURCE, text=True,
                                      capture_output=True, env={**os.environ, **MPI_AS_ROOT_ON_FEW_CORES})
                self.assertEqual(done.returncode, 0,
                                 f"{page.name}:\n{content}\n{done.stdout[-4000:]}\n{done.stderr[-4000:]}")
                ran += 1
        self.assertGreater(ran, 20)


class Text(unittest.TestCase):
    def setUp(self):
        self.pages = [SOURCE / "README.md", SOURCE / "CONTRIBUTING.md", *sorted(DOCS.rglob("*.md"))]

    def test_the_readme_is_short(self):
        self.assertLessEqual(len((SOURCE / "README.md").read_text(encoding="utf-8").splitlines()), 160)

    def test_every_page_of_the_user_guide_is_run(self):
        self.assertEqual(set(PAGES[1:]), set((DOCS / "user").glob("*.md")))

    def test_every_page_is_in_the_index(self):
        index = (DOCS / "README.md").read_text(encoding="utf-8")
        linked = {(DOCS / target).resolve() for target in re.findall(r"\]\(([^)#]+)\)", index)}
        self.assertEqual(set(self.pages) - linked, {DOCS / "README.md"})

    def test_links_and_paths_lead_somewhere(self):
        for page in self.pages:
            text = page.read_text(encoding="utf-8")
            for target, anchor in re.findall(r"\]\(([^)#]*)#?([^)]*)\)", text):
                if "://" in target:
                    continue
                path = (page.parent / target).resolve() if target else page
                self.assertTrue(path.exists(), f"{page}: {target}")
                if anchor:
                    self.assertIn(anchor, anchors(path.read_text(encoding="utf-8")), f"{page}: {target}#{anchor}")
            for path in re.findall(r"`((?:tools|configs|cmake|tests|examples|jobs|include|docs)/[\w./-]+)`", text):
                self.assertTrue((SOURCE / path).exists(), f"{page}: {path}")


if __name__ == "__main__":
    unittest.main()
