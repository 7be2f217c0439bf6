"""One version everywhere, and a changelog that has it on top."""

import pathlib
import re
import unittest

SOURCE = pathlib.Path(__file__).resolve().parents[2]


def found(pattern, name):
    return re.search(pattern, (SOURCE / name).read_text(encoding="utf-8"), re.MULTILINE)[1]


class Version(unittest.TestCase):
    version = found(r"^project\(nubox VERSION ([\d.]+) ", "CMakeLists.txt")

    def test_is_the_same_in_all_files(self):
        self.assertEqual(found(r"^version: (.*)$", "CITATION.cff"), self.version)
        self.assertEqual(found(r'^version = "(.*)"$', "tools/pyproject.toml"), self.version)

    def test_is_the_first_release_of_the_changelog(self):
        text = (SOURCE / "CHANGELOG.md").read_text(encoding="utf-8")
        releases = re.findall(r"^## (.*)$", text, re.MULTILINE)
        self.assertIn(self.version, releases[:2])
        self.assertIn(releases[0], ("Unreleased", self.version))
        self.assertEqual(len(releases), len(set(releases)))

    def test_every_release_has_the_headings_of_the_page(self):
        text = (SOURCE / "CHANGELOG.md").read_text(encoding="utf-8")
        for release in re.split(r"^## ", text, flags=re.MULTILINE)[1:]:
            headings = re.findall(r"^### (.*)$", release, re.MULTILINE)
            self.assertEqual(headings, [name for name in ("Added", "Changed", "Fixed", "Incompatible") if name in headings])

    def test_the_release_says_how_older_files_are_read(self):
        text = (SOURCE / "CHANGELOG.md").read_text(encoding="utf-8")
        release = text.split(f"## {self.version}\n")[1].split("\n## ")[0]
        for kind in ("field files", "model files", "stats files", "exports"):
            self.assertIn(f"| {kind} |", release)


if __name__ == "__main__":
    unittest.main()
